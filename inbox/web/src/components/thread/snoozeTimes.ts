/** The times that the snooze menu offers, in the agent's zone. Pure. */
export interface SnoozeTime { key: 'hour' | 'evening' | 'tomorrow' | 'monday'; at: Date }

function at(day: Date, days: number, hour: number): Date {
  return new Date(day.getFullYear(), day.getMonth(), day.getDate() + days, hour)
}

export function snoozeTimes(now: Date): SnoozeTime[] {
  const times: SnoozeTime[] = [{ key: 'hour', at: new Date(now.getTime() + 3_600_000) }]
  if (now.getHours() < 16) times.push({ key: 'evening', at: at(now, 0, 18) })
  times.push({ key: 'tomorrow', at: at(now, 1, 9) })
  const toMonday = (8 - now.getDay()) % 7 || 7
  if (toMonday > 1) times.push({ key: 'monday', at: at(now, toMonday, 9) })
  return times
}
