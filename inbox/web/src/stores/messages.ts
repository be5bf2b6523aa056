/** The threads that were looked at: their messages, and what we are sending. */
import { defineStore } from 'pinia'
import { reactive, shallowReactive } from 'vue'
import { api } from '@/api/endpoints'
import type { Message } from '@/api/types'
import { bySort, merge } from '@/thread/order'
import { asMessage, mayBe, type Pending } from '@/thread/pending'
import { useToasts, wordsOf } from './toasts'

export interface Thread {
  known: Map<string, Message>
  pending: Pending[]
  /** The cursor of what is older; null: this is the beginning. */
  older: string | null
  /** The cursor of what is newer, while a place further up is looked at; null: the newest are here. */
  newer: string | null
  state: 'loading' | 'ready' | 'error'
  error: string
  loadingOlder: boolean
}
const PAGE = 50
const KEPT = 20

export const useMessages = defineStore('messages', () => {
  const threads = reactive(new Map<string, Thread>())
  /** A stored message keeps the key of the bubble that it replaced, so that nothing flickers. */
  const keys = shallowReactive(new Map<string, string>())

  const thread = (cid: string): Thread | undefined => threads.get(cid)
  const keyOf = (id: string): string => keys.get(id) ?? id

  /** Ascending; what is being sent comes last. */
  function list(cid: string): Message[] {
    const open = threads.get(cid)
    if (!open) return []
    const stored = [...open.known.values()].sort(bySort)
    const own = open.pending.filter((pending) => pending.adopted === null).map(asMessage)
    return [...stored, ...own]
  }
  function find(id: string): Message | undefined {
    for (const open of threads.values()) {
      const message = open.known.get(id)
      if (message) return message
    }
    return undefined
  }

  async function open(cid: string): Promise<void> {
    const standing = threads.get(cid)
    if (standing && standing.state !== 'error') {
      threads.delete(cid)
      threads.set(cid, standing)
      return
    }
    trim()
    threads.set(cid, { known: new Map(), pending: standing?.pending ?? [], older: null, newer: null, state: 'loading', error: '', loadingOlder: false })
    await refresh(cid)
  }
  /** The newest page, merged into what stands. A gap to what we had is closed by starting anew. */
  async function refresh(cid: string): Promise<void> {
    const open = threads.get(cid)
    if (!open || open.newer !== null) return
    try {
      const page = await api.messages(cid, { limit: PAGE })
      const touches = page.items.some((message) => open.known.has(message.id))
      if (open.state !== 'ready' || !touches) {
        const first = page.items[0]
        for (const message of open.known.values()) if (first && bySort(message, first) < 0) open.known.delete(message.id)
        open.older = page.next
      }
      page.items.forEach((message) => take(open, message))
      open.state = 'ready'
    } catch (failure) {
      if (open.state === 'ready') return
      open.state = 'error'
      open.error = wordsOf(failure)
    }
  }
  async function loadOlder(cid: string): Promise<void> {
    const open = threads.get(cid)
    if (!open?.older || open.loadingOlder) return
    open.loadingOlder = true
    try {
      const page = await api.messages(cid, { before: open.older, limit: PAGE })
      page.items.forEach((message) => merge(open.known, message))
      open.older = page.next
    } catch (failure) {
      useToasts().fail(failure)
    } finally {
      open.loadingOlder = false
    }
  }
  /** The messages before and after this one take the place of what stands. Throws `ApiError`. */
  async function around(cid: string, mid: string): Promise<void> {
    const open = threads.get(cid)
    if (!open || open.known.has(mid)) return
    const page = await api.messages(cid, { around: mid, limit: PAGE })
    open.known.clear()
    page.items.forEach((message) => merge(open.known, message))
    open.older = page.next
    open.newer = page.items.at(-1)?.sort ?? null
    await loadNewer(cid)
  }
  async function loadNewer(cid: string): Promise<void> {
    const open = threads.get(cid)
    if (!open?.newer || open.loadingOlder) return
    open.loadingOlder = true
    try {
      const page = await api.messages(cid, { after: open.newer, limit: PAGE })
      open.newer = page.next
      page.items.forEach((message) => take(open, message))
    } catch (failure) {
      useToasts().fail(failure)
    } finally {
      open.loadingOlder = false
    }
  }
  /** Back to the newest. */
  async function latest(cid: string): Promise<void> {
    const open = threads.get(cid)
    if (!open || open.newer === null) return
    open.newer = null
    open.known.clear()
    await refresh(cid)
  }

  function take(open: Thread, message: Message): void {
    const isNew = !open.known.has(message.id)
    merge(open.known, message)
    if (!isNew) return
    const own = open.pending.find((pending) => mayBe(pending, message))
    if (own) { own.adopted = message.id; keys.set(message.id, own.id) }
  }
  /** From the live connection or an answer. Threads that nobody looked at are read when opened. */
  function put(message: Message): void {
    const open = threads.get(message.conversation_id)
    // What is newer than the place that is looked at comes with its page.
    if (open && open.newer !== null && !open.known.has(message.id)) return
    if (open && open.state === 'ready') take(open, message)
    else if (open) merge(open.known, message)
  }

  function begin(pending: Pending): Pending {
    const open = threads.get(pending.conversationId)
    open?.pending.push(pending)
    return open?.pending.at(-1) ?? pending
  }
  /** The hub said which stored message it became. */
  function settle(pending: Pending, message: Message): void {
    const open = threads.get(pending.conversationId)
    if (!open) return
    if (pending.adopted !== null && pending.adopted !== message.id) keys.delete(pending.adopted)
    keys.set(message.id, pending.id)
    open.pending = open.pending.filter((other) => other.id !== pending.id)
    merge(open.known, message)
  }
  function abandon(pending: Pending): void {
    const open = threads.get(pending.conversationId)
    if (open) open.pending = open.pending.filter((other) => other.id !== pending.id)
  }

  /** Change one message; the answer or the live event brings the new state. */
  async function change(call: () => Promise<{ message?: Message } | undefined>): Promise<Message | null> {
    try {
      const answer = await call()
      if (answer?.message) put(answer.message)
      return answer?.message ?? null
    } catch (failure) {
      useToasts().fail(failure)
      return null
    }
  }
  function trim(): void {
    for (const [cid, open] of threads) {
      if (threads.size < KEPT) return
      if (open.pending.length === 0) threads.delete(cid)
    }
  }
  /** Too much was missed: only the thread that is looked at is read anew. */
  async function restart(current: string | null): Promise<void> {
    for (const [cid, open] of threads) if (cid !== current && open.pending.length === 0) threads.delete(cid)
    await Promise.all([...threads.keys()].map(refresh))
  }
  function clear(): void { threads.clear(); keys.clear() }

  return { threads, thread, list, keyOf, find, open, refresh, loadOlder, around, loadNewer, latest, put, begin, settle, abandon, change, restart, clear }
})
