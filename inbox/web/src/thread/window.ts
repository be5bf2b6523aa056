/**
 * What of a thread is held: a stretch of it that moves. It reaches the end (`newer` null) or not; what arrives
 * beyond its end is counted and comes with its page. Pure.
 */
import { shallowReactive } from 'vue'
import type { Message } from '@/api/types'
import { byTime, bySort, merge } from './order'

export interface MessagePage { items: Message[]; next: string | null; newer?: string | null }
export interface ThreadWindow {
  known: Map<string, Message>
  /** The cursor of what is older; null: this is the beginning. */
  older: string | null
  /** The cursor of what is newer; null: this is the end. */
  newer: string | null
  /** Messages that arrived beyond the end of the stretch. */
  beyond: Set<string>
  /** Several conversations are one case: in the order of time. */
  joined: boolean
}
/** More than these are let go at the far end, so that a thread of any length costs the same. */
export const MOST = 300
type Order = (a: Message, b: Message) => number

export const emptyWindow = (joined: boolean): ThreadWindow => ({ known: shallowReactive(new Map<string, Message>()), older: null, newer: null, beyond: shallowReactive(new Set<string>()), joined })
export const orderOf = (open: ThreadWindow): Order => (open.joined ? byTime : bySort)
export const listed = (open: ThreadWindow): Message[] => [...open.known.values()].sort(orderOf(open))

/** Start anew from a page: the end of the thread, or a place within it. */
export function show(open: ThreadWindow, page: MessagePage): void {
  open.known.clear()
  open.beyond.clear()
  open.older = page.next
  open.newer = page.newer ?? null
  page.items.forEach((message) => merge(open.known, message))
}
export function addOlder(open: ThreadWindow, page: MessagePage): void {
  page.items.forEach((message) => merge(open.known, message))
  open.older = page.next
  const over = open.joined ? [] : listed(open).slice(MOST)
  if (over.length === 0) return
  over.forEach((message) => open.known.delete(message.id))
  open.newer = listed(open).at(-1)?.sort ?? null
}
export function addNewer(open: ThreadWindow, page: MessagePage): void {
  page.items.forEach((message) => { merge(open.known, message); open.beyond.delete(message.id) })
  open.newer = page.newer ?? null
  if (open.newer === null) open.beyond.clear()
  const all = open.joined ? [] : listed(open)
  if (all.length <= MOST) return
  all.slice(0, all.length - MOST).forEach((message) => open.known.delete(message.id))
  open.older = listed(open)[0]?.sort ?? null
}
/** From the live connection: `added` if it is new and stands within the stretch. */
export function arrive(open: ThreadWindow, message: Message): 'added' | 'changed' | 'outside' {
  if (open.known.has(message.id)) { merge(open.known, message); return 'changed' }
  const all = listed(open)
  const [first, last] = [all[0], all.at(-1)]
  const order = orderOf(open)
  if (open.older !== null && first && order(message, first) < 0) return 'outside'
  if (open.newer !== null && (!last || order(message, last) > 0)) {
    // A change of something old is no news.
    if (message.version <= 1) open.beyond.add(message.id)
    return 'outside'
  }
  merge(open.known, message)
  return 'added'
}
