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
  /** The cursor of what is older; null: this is the beginning. */
  older: string | null
  state: 'loading' | 'ready' | 'error'
  error: string
  loadingOlder: boolean
}
const PAGE = 50
const KEPT = 20

export const useMessages = defineStore('messages', () => {
  const threads = reactive(new Map<string, Thread>())
  /** What is on its way, by conversation: whether its thread was looked at or not. */
  const sending = reactive(new Map<string, Pending[]>())
  /** A stored message keeps the key of the bubble that it replaced, so that nothing flickers. */
  const keys = shallowReactive(new Map<string, string>())

  const pendingIn = (cid: string): readonly Pending[] => sending.get(cid) ?? []
  const thread = (cid: string): Thread | undefined => threads.get(cid)
  const keyOf = (id: string): string => keys.get(id) ?? id

  /** Ascending; what is being sent comes last. */
  function list(cid: string): Message[] {
    const stored = [...(threads.get(cid)?.known.values() ?? [])].sort(bySort)
    const own = pendingIn(cid).filter((pending) => pending.adopted === null).map(asMessage)
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
    threads.set(cid, { known: new Map(), older: null, state: 'loading', error: '', loadingOlder: false })
    await refresh(cid)
  }
  /**
   * The newest page, merged into what stands; `anew`: in its place, for what is older may have changed as well.
   * A gap to what we had is closed by starting anew. Throws when a thread that stands could not be read.
   */
  async function refresh(cid: string, anew = false): Promise<void> {
    const open = threads.get(cid)
    if (!open) return
    try {
      const page = await api.messages(cid, { limit: PAGE })
      const touches = !anew && page.items.some((message) => open.known.has(message.id))
      if (open.state !== 'ready' || !touches) {
        const first = page.items[0]
        for (const message of open.known.values()) if (first && bySort(message, first) < 0) open.known.delete(message.id)
        open.older = page.next
      }
      page.items.forEach((message) => take(open, message))
      open.state = 'ready'
    } catch (failure) {
      if (open.state === 'ready') throw failure
      open.state = 'error'
      open.error = wordsOf(failure)
    }
  }
  /** Show what this device remembers until the hub can be asked. */
  function restore(cid: string, messages: readonly Message[], older: string | null): void {
    threads.set(cid, { known: new Map(messages.map((message) => [message.id, message])), older, state: 'ready', error: '', loadingOlder: false })
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

  function take(open: Thread, message: Message): void {
    const isNew = !open.known.has(message.id)
    merge(open.known, message)
    if (!isNew) return
    const own = pendingIn(message.conversation_id).find((pending) => mayBe(pending, message))
    if (own) { own.adopted = message.id; keys.set(message.id, own.id) }
  }
  /** From the live connection or an answer. Threads that nobody looked at are read when opened. */
  function put(message: Message): void {
    const open = threads.get(message.conversation_id)
    if (open && open.state === 'ready') take(open, message)
    else if (open) merge(open.known, message)
  }

  function begin(pending: Pending): Pending {
    const own = sending.get(pending.conversationId) ?? []
    sending.set(pending.conversationId, [...own, pending])
    return sending.get(pending.conversationId)?.at(-1) ?? pending
  }
  /** The hub said which stored message it became. */
  function settle(pending: Pending, message: Message): void {
    if (pending.adopted !== null && pending.adopted !== message.id) keys.delete(pending.adopted)
    keys.set(message.id, pending.id)
    abandon(pending)
    const open = threads.get(pending.conversationId)
    if (open) merge(open.known, message)
  }
  function abandon(pending: Pending): void {
    const left = pendingIn(pending.conversationId).filter((other) => other.id !== pending.id)
    if (left.length > 0) sending.set(pending.conversationId, left)
    else sending.delete(pending.conversationId)
  }
  const isPending = (pending: Pending): boolean => pendingIn(pending.conversationId).some((other) => other.id === pending.id)

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
    for (const cid of threads.keys()) {
      if (threads.size < KEPT) return
      threads.delete(cid)
    }
  }
  /** Too much was missed: only the thread that is looked at is read anew. */
  async function restart(current: string | null): Promise<void> {
    for (const cid of threads.keys()) if (cid !== current) threads.delete(cid)
    await Promise.all([...threads.keys()].map((cid) => refresh(cid, true)))
  }
  function clear(): void { threads.clear(); sending.clear(); keys.clear() }

  return { threads, sending, pendingIn, isPending, thread, list, keyOf, find, open, refresh, restore, loadOlder, put, begin, settle, abandon, change, restart, clear }
})
