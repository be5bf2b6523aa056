/** Periods of reports, and their figures in words. Days are those of UTC, as the hub counts. Pure. */
import type { ReportLine } from '@/api/desk'
import { i18n } from '@/i18n'
import { duration } from './time'

const DAY_MS = 86_400_000
export const PERIODS = ['today', 'week', 'month', 'quarter', 'year'] as const
export type Period = (typeof PERIODS)[number]
const LENGTHS: Record<Period, number> = { today: 1, week: 7, month: 30, quarter: 90, year: 365 }

export const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10)
/** The days of a period that ends today, the first and the last. */
export function daysOf(period: Period, now: number): { from: string; to: string } {
  return { from: dayOf(now - (LENGTHS[period] - 1) * DAY_MS), to: dayOf(now) }
}
/** Which period these days are, if any. */
export const periodOf = (from: string, to: string, now: number): Period | null => PERIODS.find((one) => { const days = daysOf(one, now); return days.from === from && days.to === to }) ?? null
/** As the hub is asked: from the first day on, before the day after the last. */
export function bounds(from: string, to: string): { since: string; before: string } {
  return { since: `${from}T00:00:00Z`, before: new Date(Date.parse(`${to}T00:00:00Z`) + DAY_MS).toISOString() }
}
/** By days up to a quarter and a bit, by months beyond. */
export const stepOf = (from: string, to: string): 'day' | 'month' => ((Date.parse(to) - Date.parse(from)) / DAY_MS > 100 ? 'month' : 'day')
/** Every day or month of the period, whether anything happened or not. */
export function stretches(from: string, to: string): string[] {
  const step = stepOf(from, to)
  const found: string[] = []
  const at = new Date(`${from}T00:00:00Z`)
  if (step === 'month') at.setUTCDate(1)
  for (; dayOf(at.getTime()) <= to; step === 'day' ? at.setUTCDate(at.getUTCDate() + 1) : at.setUTCMonth(at.getUTCMonth() + 1)) found.push(dayOf(at.getTime()))
  return found
}

export const TIMINGS = ['wait', 'first_reply', 'next_reply', 'handling', 'resolution'] as const
export type Timing = (typeof TIMINGS)[number]

/** "42 s", "12 min", "3 h". */
export function spanWords(seconds: number | null | undefined): string {
  if (seconds === null || seconds === undefined) return '—'
  return seconds < 60 ? i18n.global.t('time.seconds', { n: Math.round(seconds) }) : duration(seconds * 1000)
}
export function share(rate: number | null | undefined): string {
  return rate === null || rate === undefined ? '—' : new Intl.NumberFormat(i18n.global.locale.value, { style: 'percent', maximumFractionDigits: 0 }).format(rate)
}
export function ratio(value: number | null | undefined): string {
  return value === null || value === undefined ? '—' : new Intl.NumberFormat(i18n.global.locale.value, { maximumFractionDigits: 1 }).format(value)
}
/** What was promised and kept, of all promises that are settled. */
export function keptRate(line: ReportLine): number | null {
  const settled = line.promises_kept + line.promises_broken
  return settled > 0 ? line.promises_kept / settled : null
}
