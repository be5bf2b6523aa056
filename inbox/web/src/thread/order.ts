/** The order of a thread, and what of a stored message is news. */
import type { Message } from '@/api/types'

/** By the platform's order as the hub kept it; code units, not the language's alphabet. */
export function bySort(a: Message, b: Message): number {
  if (a.sort !== b.sort) return a.sort < b.sort ? -1 : 1
  return a.seq - b.seq
}
/** Of several conversations that are one case: as the hub orders them. */
export function byTime(a: Message, b: Message): number {
  return Date.parse(a.at) - Date.parse(b.at) || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)
}

/** Whether it was news; what is older than what we have is ignored. */
export function merge(known: Map<string, Message>, message: Message): boolean {
  const before = known.get(message.id)
  if (before && before.version > message.version) return false
  known.set(message.id, message)
  return true
}
