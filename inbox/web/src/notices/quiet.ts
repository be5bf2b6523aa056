/** Quiet hours, by the same rule as the hub's. Pure. */
import type { QuietHours } from '@/api/types'

const DAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun']

export function isQuiet(hours: QuietHours | null, now: number): boolean {
  if (!hours) return false
  const parts = new Intl.DateTimeFormat('en-GB', { timeZone: hours.time_zone, weekday: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).formatToParts(now)
  const part = (type: string): string => parts.find((one) => one.type === type)?.value ?? ''
  if (hours.days_off.includes(DAYS.indexOf(part('weekday')))) return true
  const clock = `${part('hour')}:${part('minute')}`
  return hours.start <= hours.end ? hours.start <= clock && clock < hours.end : clock >= hours.start || clock < hours.end
}
