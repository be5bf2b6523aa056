/** The threads that were looked at: a stretch of their messages, and what we are sending. */
import { defineStore } from 'pinia'
import { reactive, shallowReactive } from 'vue'
import { api } from '@/api/endpoints'
import { foremost } from '@/api/foremost'
import type { Message } from '@/api/types'
import { asMessage, mayBe, type Pending } from '@/thread/pending'
import { addNewer, addOlder, arrive, emptyWindow, listed, orderOf, show, type ThreadWindow } from '@/thread/window'
import { useToasts, wordsOf } from './toasts'

export interface Thread extends ThreadWindow {
  state: 'loading' | 'ready' | 'error'
  error: string
  loadingOlder: boolean
  loadingNewer: boolean
  /** The conversations whose messages stand here: its own, and those that are one case with it. */
  of: Set<string>
}
const PAGE = 50
const KEPT = 20
/** Before all messages. */
const BEGINNING = '1970-01-01T00:00:00Z'

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
    const open = threads.get(cid)
    const own = pendingIn(cid).filter((pending) => pending.adopted === null).map(asMessage)
    if (!open) return own
    return open.newer === null ? [...listed(open), ...own] : listed(open)
  }
  function find(id: string): Message | undefined {
    for (const open of threads.values()) {
      const message = open.known.get(id)
      if (message) return message
    }
    return undefined
  }
  const query = (open: Thread): Record<string, string | number> => ({ limit: PAGE, ...(open.joined ? { joined: 'true' } : {}) })

  /** `joined`: show the messages of all conversations that are one case. */
  async function open(cid: string, joined = false): Promise<void> {
    const standing = threads.get(cid)
    if (standing && standing.state !== 'error' && standing.joined === joined) {
      threads.delete(cid)
      threads.set(cid, standing)
      return
    }
    trim()
    threads.set(cid, threadOf(cid, joined, 'loading'))
    await refresh(cid)
  }
  const threadOf = (cid: string, joined: boolean, state: Thread['state']): Thread => ({ ...emptyWindow(joined), state, error: '', loadingOlder: false, loadingNewer: false, of: new Set([cid]) })
  /** Show what this device remembers until the hub can be asked. */
  function restore(cid: string, messages: readonly Message[], older: string | null): void {
    const open = threadOf(cid, false, 'ready')
    show(open, { items: [...messages], next: older })
    threads.set(cid, open)
  }
  /**
   * The newest page, merged into what stands; `anew`: in its place, for what is older may have changed as well.
   * A gap to what we had is closed by starting anew; who reads elsewhere stays there. Throws when a thread that
   * stands could not be read.
   */
  async function refresh(cid: string, anew = false): Promise<void> {
    const open = threads.get(cid)
    if (!open) return
    const middle = open.state === 'ready' && open.newer !== null ? listed(open)[Math.floor(open.known.size / 2)] : undefined
    if (middle) return void (await goTo(cid, { around: middle.id }))
    try {
      const page = await foremost(() => api.messages(cid, query(open)))
      const touches = !anew && open.state === 'ready' && page.items.some((message) => open.known.has(message.id))
      if (touches) page.items.forEach((message) => take(open, message))
      else present(open, page)
      open.state = 'ready'
    } catch (failure) {
      if (open.state === 'ready') throw failure
      open.state = 'error'
      open.error = wordsOf(failure)
    }
  }
  function present(open: Thread, page: Awaited<ReturnType<typeof api.messages>>): void {
    const first = page.items[0]
    // What the live connection told while the page was being read.
    const early = [...open.known.values()].filter((message) => !first || orderOf(open)(message, first) > 0)
    show(open, page)
    page.items.forEach((message) => adopt(open, message))
    early.forEach((message) => take(open, message))
  }
  async function loadOlder(cid: string): Promise<void> {
    const open = threads.get(cid)
    if (!open?.older || open.loadingOlder) return
    open.loadingOlder = true
    try {
      const page = await api.messages(cid, { ...query(open), before: open.older })
      page.items.forEach((message) => open.of.add(message.conversation_id))
      addOlder(open, page)
    } catch (failure) {
      useToasts().fail(failure)
    } finally {
      open.loadingOlder = false
    }
  }
  async function loadNewer(cid: string): Promise<void> {
    const open = threads.get(cid)
    if (!open?.newer || open.loadingNewer) return
    open.loadingNewer = true
    try {
      const page = await api.messages(cid, { ...query(open), after: open.newer })
      addNewer(open, page)
      page.items.forEach((message) => adopt(open, message))
    } catch (failure) {
      useToasts().fail(failure)
    } finally {
      open.loadingNewer = false
    }
  }
  /** Read the stretch around a message or a time; false where that cannot be. */
  async function goTo(cid: string, place: { around: string } | { at: string }): Promise<boolean> {
    const open = threads.get(cid)
    if (!open) return false
    try {
      const page = await api.messages(cid, { ...query(open), ...place })
      show(open, page)
      page.items.forEach((message) => adopt(open, message))
      return true
    } catch (failure) {
      useToasts().fail(failure)
      return false
    }
  }
  const toBeginning = (cid: string): Promise<boolean> => goTo(cid, { at: BEGINNING })
  /** Back to the newest messages. */
  async function toEnd(cid: string): Promise<void> {
    const open = threads.get(cid)
    if (!open || open.newer === null) return
    try {
      present(open, await api.messages(cid, query(open)))
    } catch (failure) {
      useToasts().fail(failure)
    }
  }

  function adopt(open: Thread, message: Message): void {
    open.of.add(message.conversation_id)
    if (keys.has(message.id)) return
    const own = pendingIn(message.conversation_id).find((pending) => mayBe(pending, message))
    if (own) { own.adopted = message.id; keys.set(message.id, own.id) }
  }
  function take(open: Thread, message: Message): void {
    if (arrive(open, message) !== 'changed') adopt(open, message)
  }
  /** From the live connection or an answer. Threads that nobody looked at are read when opened. */
  function put(message: Message): void {
    for (const open of threads.values()) if (open.of.has(message.conversation_id)) take(open, message)
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
    if (open) arrive(open, message)
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

  return { threads, sending, pendingIn, isPending, thread, list, keyOf, find, open, refresh, restore, loadOlder, loadNewer, goTo, toBeginning, toEnd, put, begin, settle, abandon, change, restart, clear }
})
