/** Conversations, and the list that is shown: a view or a search. */
import { defineStore } from 'pinia'
import { computed, reactive, ref } from 'vue'
import { ApiError } from '@/api/client'
import { api } from '@/api/endpoints'
import type { Conversation, Message } from '@/api/types'
import { useCommands } from './commands'
import { useLine } from './line'
import { useSession } from './session'
import { useToasts, wordsOf } from './toasts'
import { matches, queryOf, useViews, type ViewKey } from './views'

export interface ListRow { conversation: Conversation; message: Message | null }
type Loading = 'idle' | 'loading' | 'ready' | 'error'
const PAGE = 50

/** Newest activity first; ids break ties, so that the order never wavers. */
export function byActivity(a: Conversation, b: Conversation): number {
  if (a.last_activity_at !== b.last_activity_at) return Date.parse(b.last_activity_at) - Date.parse(a.last_activity_at) || (a.id < b.id ? 1 : -1)
  return a.id < b.id ? 1 : -1
}

export const useConversations = defineStore('conversations', () => {
  const session = useSession()
  const byId = reactive(new Map<string, Conversation>())
  const view = ref<ViewKey>('open')
  const query = ref('')
  const ids = ref<Set<string>>(new Set())
  const hits = ref<ListRow[]>([])
  const next = ref<string | null>(null)
  const state = ref<Loading>('idle')
  const loadingMore = ref(false)
  const error = ref('')
  /** There is no line: what is shown is what was known before. */
  const partial = ref(false)
  let turn = 0
  /** What came in by itself while a page was being read: the page may not have it. */
  let arrived = new Set<string>()

  const rows = computed<ListRow[]>(() => {
    if (query.value) return hits.value.map((hit) => ({ ...hit, conversation: byId.get(hit.conversation.id) ?? hit.conversation }))
    const found: Conversation[] = []
    for (const id of ids.value) {
      const conversation = byId.get(id)
      if (conversation && matches(view.value, conversation, session.agent?.id)) found.push(conversation)
    }
    return found.sort(byActivity).map((conversation) => ({ conversation, message: null }))
  })

  /** Take a conversation from anywhere; what is older than what we have is ignored. */
  function put(conversation: Conversation): void {
    const known = byId.get(conversation.id)
    if (known && known.version > conversation.version) return
    byId.set(conversation.id, conversation)
    useViews().learn(conversation.labels)
    if (!query.value && matches(view.value, conversation, session.agent?.id) && inRange(conversation)) { ids.value.add(conversation.id); arrived.add(conversation.id) }
  }
  /** Below the last loaded row it would stand in the wrong place: it comes with its page. */
  function inRange(conversation: Conversation): boolean {
    if (next.value === null) return true
    const last = rows.value.at(-1)
    return !last || byActivity(conversation, last.conversation) <= 0
  }

  async function page(cursor: string | null): Promise<{ rows: ListRow[]; next: string | null }> {
    if (query.value) {
      const found = await api.search(query.value, cursor)
      return { rows: found.items.map((hit) => ({ conversation: hit.conversation, message: hit.message ?? null })), next: found.next }
    }
    const found = await api.conversations({ ...queryOf(view.value), limit: PAGE, cursor })
    return { rows: found.items.map((conversation) => ({ conversation, message: null })), next: found.next }
  }
  /** `quiet`: what stands is shown until the new page is there, and a failure is the caller's to handle. */
  async function load(quiet = false): Promise<void> {
    const mine = ++turn
    arrived = new Set()
    if (!quiet) { state.value = 'loading'; ids.value = new Set(); hits.value = []; next.value = null }
    try {
      const found = await page(null)
      if (mine !== turn) return
      next.value = found.next
      ids.value = new Set([...found.rows.map((row) => row.conversation.id), ...arrived])
      hits.value = query.value ? found.rows : []
      found.rows.forEach((row) => put(row.conversation))
      state.value = 'ready'
      partial.value = false
    } catch (failure) {
      if (mine !== turn) return
      if (quiet) throw failure
      if (failure instanceof ApiError && failure.offline && useLine().state !== 'online' && byId.size > 0 && !query.value) return restore([...byId.values()])
      error.value = wordsOf(failure)
      state.value = 'error'
    }
  }
  /** Show what this device remembers until the hub can be asked. */
  function restore(known: readonly Conversation[], key: ViewKey = view.value): void {
    view.value = key
    next.value = null
    known.forEach((conversation) => { put(conversation); ids.value.add(conversation.id) })
    partial.value = true
    state.value = 'ready'
  }
  /** What of older pages was known may have changed unseen; they are read again when somebody gets there. */
  function forgetBut(current: string | null): void {
    for (const id of byId.keys()) if (!ids.value.has(id) && id !== current) byId.delete(id)
  }
  async function more(): Promise<void> {
    if (!next.value || loadingMore.value) return
    const mine = turn
    loadingMore.value = true
    try {
      const found = await page(next.value)
      if (mine !== turn) return
      next.value = found.next
      found.rows.forEach((row) => { byId.has(row.conversation.id) || byId.set(row.conversation.id, row.conversation); ids.value.add(row.conversation.id); put(row.conversation) })
      if (query.value) hits.value.push(...found.rows)
    } catch (failure) {
      useToasts().fail(failure)
    } finally {
      loadingMore.value = false
    }
  }
  function show(key: ViewKey, words = ''): void {
    if (state.value !== 'idle' && key === view.value && words === query.value) return
    view.value = key
    query.value = words
    void load()
  }
  async function ensure(id: string): Promise<void> {
    if (!byId.has(id)) put(await api.conversation(id))
  }

  /** Ask the hub to change one; shown at once, taken back should it refuse. */
  async function act(id: string, action: string, body: Record<string, unknown>, guess: Partial<Conversation>): Promise<boolean> {
    const before = byId.get(id)
    if (before) byId.set(id, { ...before, ...guess })
    try {
      const answer = await api.act(id, action, { ...body, id: crypto.randomUUID() })
      if (answer.conversation) put(answer.conversation)
      else if (answer.command_id) {
        const outcome = await useCommands().outcome(answer.command_id)
        if (outcome.status === 'refused') throw new ApiError(409, { detail: outcome.reason ?? undefined })
        if (outcome.result?.conversation) put(outcome.result.conversation)
      }
      return true
    } catch (failure) {
      if (before && byId.get(id)?.version === before.version) byId.set(id, before)
      if (action !== 'read') useToasts().fail(failure)
      return false
    }
  }
  function clear(): void { byId.clear(); ids.value = new Set(); hits.value = []; state.value = 'idle'; turn++ }

  return { byId, view, query, rows, next, state, error, loadingMore, partial, put, load, restore, forgetBut, more, show, ensure, act, clear }
})
