/** The times that are offered to send a reply later. Pure. */
import { hourIn } from '@/format/zones'

export interface SendTime { key: 'hour' | 'tomorrow' | 'monday'; at: Date }

const MORNING = 9

/** `zone` is where the customer is, for nobody wants an answer in the night. */
export function sendTimes(now: Date, zone: string): SendTime[] {
  const times: SendTime[] = [{ key: 'hour', at: new Date(now.getTime() + 3_600_000) }, { key: 'tomorrow', at: hourIn(zone, now, 1, MORNING) }]
  const day = new Intl.DateTimeFormat('en-US', { timeZone: zone, weekday: 'short' }).format(now)
  const toMonday = ['Mon', 'Sun', 'Sat', 'Fri', 'Thu', 'Wed', 'Tue'].indexOf(day) || 7
  if (toMonday > 1) times.push({ key: 'monday', at: hourIn(zone, now, toMonday, MORNING) })
  return times
}
