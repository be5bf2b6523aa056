/** Wall times of another time zone. Pure. */

/** What the clocks of a zone show, as if they were UTC. */
function wall(at: number, zone: string): number {
  const parts = Object.fromEntries(new Intl.DateTimeFormat('en-US', { timeZone: zone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric' }).formatToParts(new Date(at)).map((part) => [part.type, Number(part.value)])) as Record<string, number>
  return Date.UTC(parts.year ?? 0, (parts.month ?? 1) - 1, parts.day, parts.hour, parts.minute, parts.second)
}
export function isZone(zone: string | null | undefined): zone is string {
  try {
    return Boolean(zone && new Intl.DateTimeFormat('en-US', { timeZone: zone }))
  } catch {
    return false
  }
}
/** When it is `hour` o'clock in the zone, so many days after the day that it is there now. */
export function hourIn(zone: string, now: Date, days: number, hour: number): Date {
  const there = new Date(wall(now.getTime(), zone))
  const wanted = Date.UTC(there.getUTCFullYear(), there.getUTCMonth(), there.getUTCDate() + days, hour)
  // Twice: the second time with the offset of that day, should clocks change in between.
  let at = wanted - (wall(wanted, zone) - wanted)
  at = wanted - (wall(at, zone) - at)
  return new Date(at)
}
export const ownZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone
/** For an input of a local date and time. */
export const inputTime = (at: Date): string => new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16)
