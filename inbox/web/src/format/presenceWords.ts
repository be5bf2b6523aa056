import { i18n } from '@/i18n'

/** Why somebody is not there: a word that we know, or their own. */
export function presenceReason(reason: string | null | undefined): string {
  if (!reason) return ''
  const { t, te } = i18n.global
  const key = `presence.reasons.${reason}`
  return te(key) ? t(key) : reason
}
