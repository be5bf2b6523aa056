/** Whom one reply to many reaches; the hub decides by the same rule when it is sent. Pure. */
import type { Conversation } from '@/api/types'

export type Why = 'merged' | 'unreachable' | 'same_contact' | 'window_closed'
export interface LeftOut { conversation: Conversation; why: Why }
export interface Reached { going: Conversation[]; out: LeftOut[] }

export function reached(found: readonly Conversation[], now: number, perMinute: number): Reached {
  const going: Conversation[] = []
  const out: LeftOut[] = []
  const contacts = new Set<string>()
  for (const one of found) {
    const at = now + (going.length * 60_000) / perMinute
    const why: Why | null = one.merged_into ? 'merged' : !one.reachable ? 'unreachable' : contacts.has(one.contact_id) ? 'same_contact' : one.reply_until && Date.parse(one.reply_until) <= at ? 'window_closed' : null
    if (why) { out.push({ conversation: one, why }); continue }
    contacts.add(one.contact_id)
    going.push(one)
  }
  return { going, out }
}
/** The first of each channel, as an example. */
export const examples = (going: readonly Conversation[]): Conversation[] => going.filter((one, at) => going.findIndex((other) => other.channel_id === one.channel_id) === at)
