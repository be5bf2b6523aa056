/** What a channel carried lately, in words. Pure. */
import type { ChannelTraffic } from '@/api/types'

export interface Figure { what: 'received' | 'sent' | 'notSent' | 'unknown'; words: string; bad: boolean }
type Say = (key: string, values: Record<string, string | number>) => string
const LATE_S = 60

/** What came in and went out is always told, what went wrong only when there is any. */
export function figuresOf(traffic: ChannelTraffic | undefined, say: Say, locale: string): Figure[] {
  const { received = 0, sent = 0, failed = 0, unknown = 0 } = traffic ?? {}
  const share = (part: number): string => new Intl.NumberFormat(locale, { style: 'percent', maximumSignificantDigits: 2 }).format(part / (sent + failed + unknown))
  const figure = (what: Figure['what'], n: number, bad = false): Figure => ({ what, bad, words: say(`channels.${what}`, { n, ...(bad ? { share: share(n) } : {}) }) })
  return [
    figure('received', received),
    figure('sent', sent),
    ...(failed > 0 ? [figure('notSent', failed, true)] : []),
    ...(unknown > 0 ? [figure('unknown', unknown, true)] : []),
  ]
}
/** Milliseconds by which the last message was late, if that is worth a word. */
export const lateBy = (lagS: number | null | undefined): number | null => (lagS && lagS >= LATE_S ? lagS * 1000 : null)
