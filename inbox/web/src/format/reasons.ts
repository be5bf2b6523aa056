/** Why something is not sent, in the reader's language: by the hub's stable word, or in the words that came with it. */
import { i18n } from '@/i18n'

export interface Reason { code?: string | null; reason: string; values?: Record<string, string> }

export function reasonWords(reason: Reason): string {
  const { t, te } = i18n.global
  const key = `refusals.${reason.code ?? ''}`
  if (!reason.code || !te(key)) return reason.reason
  const values = { ...reason.values }
  const kind = `kinds.${(values.kind ?? '').replaceAll(' ', '_')}`
  if (values.kind && te(kind)) values.kind = t(kind)
  return t(key, values)
}
