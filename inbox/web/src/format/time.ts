/** Times and sizes in the reader's words and zone. */
import { i18n } from '@/i18n'

const locale = (): string => (i18n.global.locale.value === 'ru' ? 'ru-RU' : 'en-GB')
const cache = new Map<string, Intl.DateTimeFormat>()

function format(at: Date, options: Intl.DateTimeFormatOptions): string {
  const key = locale() + JSON.stringify(options)
  let made = cache.get(key)
  if (!made) cache.set(key, (made = new Intl.DateTimeFormat(locale(), options)))
  return made.format(at)
}
const dayNumber = (at: Date): number => Math.round(new Date(at.getFullYear(), at.getMonth(), at.getDate()).getTime() / 86_400_000)

export const clockTime = (at: string): string => format(new Date(at), { hour: '2-digit', minute: '2-digit' })
export const fullTime = (at: string): string => format(new Date(at), { dateStyle: 'long', timeStyle: 'short' })

/** 12:48 today, the day of the week within a week, else the date. */
export function shortTime(at: string, now: number): string {
  const date = new Date(at)
  const today = new Date(now)
  const days = dayNumber(today) - dayNumber(date)
  if (days <= 0) return clockTime(at)
  if (days === 1) return i18n.global.t('time.yesterday')
  if (days < 7) return format(date, { weekday: 'short' })
  return shortDate(at, now)
}
export function shortDate(at: string, now: number): string {
  const date = new Date(at)
  const sameYear = date.getFullYear() === new Date(now).getFullYear()
  return format(date, { day: 'numeric', month: 'short', ...(sameYear ? {} : { year: 'numeric' }) })
}
/** The words between two days of a thread. */
export function dayName(at: string, now: number): string {
  const date = new Date(at)
  const days = dayNumber(new Date(now)) - dayNumber(date)
  if (days === 0) return i18n.global.t('time.today')
  if (days === 1) return i18n.global.t('time.yesterday')
  const sameYear = date.getFullYear() === new Date(now).getFullYear()
  return format(date, { weekday: 'long', day: 'numeric', month: 'long', ...(sameYear ? {} : { year: 'numeric' }) })
}
/** A point ahead: the time today, else day and time. */
export function dayAndTime(at: string, now: number): string {
  const date = new Date(at)
  if (dayNumber(date) === dayNumber(new Date(now))) return clockTime(at)
  return format(date, { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' })
}
/** "3 h", "12 min", "2 days"; never negative. */
export function duration(ms: number): string {
  const { t } = i18n.global
  const minutes = Math.max(0, Math.floor(ms / 60_000))
  if (minutes < 60) return t('time.minutes', { n: minutes })
  if (minutes < 48 * 60) return t('time.hours', { n: Math.floor(minutes / 60) })
  const days = Math.floor(minutes / 1440)
  return t('time.days', { n: days }, days)
}
/** What is left until something ends: "23 h 05 min", and "12:09" within the last hour. */
export function countdown(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1000))
  if (seconds < 3600) return playTime(seconds)
  const minutes = Math.floor(seconds / 60)
  return i18n.global.t('time.hoursMinutes', { h: Math.floor(minutes / 60), m: minutes % 60 })
}
export function ago(at: string, now: number): string {
  const ms = now - Date.parse(at)
  return ms < 60_000 ? i18n.global.t('time.now') : i18n.global.t('time.ago', { time: duration(ms) })
}
/** 0:18 */
export function playTime(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds))
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`
}
export function fileSize(bytes: number): string {
  const units = ['b', 'kb', 'mb', 'gb'] as const
  let value = bytes
  let unit = 0
  while (value >= 1000 && unit < units.length - 1) { value /= 1024; unit += 1 }
  const rounded = unit === 0 || value >= 100 ? Math.round(value) : Math.round(value * 10) / 10
  return i18n.global.t(`size.${units[unit]}`, { n: new Intl.NumberFormat(locale()).format(rounded) })
}
/** 31 January 2026, of a day without a time: 2026-01-31. */
export const fullDay = (day: string): string => format(new Date(`${day}T12:00:00`), { dateStyle: 'long' })
/** 31 Jan, of a day without a time. */
export const shortDay = (day: string): string => format(new Date(`${day}T12:00:00`), { day: 'numeric', month: 'short' })
/** Jan 2026 */
export const shortMonth = (day: string): string => format(new Date(`${day}T12:00:00`), { month: 'short', year: 'numeric' })
