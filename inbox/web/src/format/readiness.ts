/** Who can take a conversation now: those who are there and have room come first. Pure. */
import type { PresenceState, PresenceView } from '@/api/desk'

const RANK: Record<PresenceState, number> = { online: 0, away: 1, offline: 2, absent: 3 }

/** Oneself first, then by presence, then by the share of the capacity that is free, then by name. */
export function byReadiness(me?: string): (a: PresenceView, b: PresenceView) => number {
  const free = (one: PresenceView): number => (one.capacity > 0 ? (one.capacity - one.load) / one.capacity : 0)
  return (a, b) => Number(b.agent_id === me) - Number(a.agent_id === me) || RANK[a.state] - RANK[b.state] || free(b) - free(a) || a.name.localeCompare(b.name)
}
