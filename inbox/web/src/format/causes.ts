/** Why a conversation is where it is, in short: a word of the hub's, or somebody's own words. */
import { i18n } from '@/i18n'

export function shortCause(cause: string | null | undefined): string {
  if (!cause) return ''
  const { t, te } = i18n.global
  const key = `contact.causes.${cause}`
  return te(key) ? t(key) : cause
}
