/** Conversations, and the list that is shown: windows of a view, kept in order as they change. */
import { defineStore } from 'pinia'
import { computed, ref, shallowReactive, shallowRef, watch } from 'vue'
import { ApiError } from '@/api/client'
import { api } from '@/api/endpoints'
import type { Conversation, ListFilter, Message } from '@/api/types'
import { countKey, matches, queryOfFilter, same, together } from '@/list/filter'
import { Windows } from '@/list/windows'
import { useClock } from './clock'
import { useCommands } from './commands'
import { useSession } from './session'
import { useToasts, wordsOf } from './toasts'
import { useViews, type ViewKey } from './views'

export interface ListRow { conversation: Conversation; message: Message | null }
type Loading = 'idle' | 'loading' | 'ready' | 'error'
const PAGE = 50
/** Pages without a hit that are read on, until somebody scrolls again. */
const EMPTY_PAGES = 20

/** The digits of a second that a `Date` has no room for: the hub counts in millionths. */
const finer = (at: string): number => Number(/\.\d{3}(\d{1,3})/.exec(at)?.[1]?.padEnd(3, '0') ?? 0)
/** Newest activity first, as the hub orders them: to the millionth of a second, then by id. */
export function byActivity(a: Conversation, b: Conversation): number {
  const [one, other] = [a.last_activity_at, b.last_activity_at]
  return (one === other ? 0 : Date.parse(other) - Date.parse(one) || finer(other) - finer(one)) || (a.id < b.id ? 1 : -1)
}

export const useConversations = defineStore('conversations', () => {
  const session = useSession()
  const views = useViews()
  /** Each is replaced whole and never changed in place. */
  const byId = shallowReactive(new Map<string, Conversation>())
  const view = ref<ViewKey>('open')
  /** What was chosen on top of the view. */
  const chosen = shallowRef<ListFilter>({})
  const filter = computed<ListFilter>(() => together(views.filterOf(view.value) ?? {}, chosen.value))
  /** The view's live count, by which any place of the list can be reached. */
  const counted = computed(() => countKey(filter.value, session.agent?.id))
  const windows = new Windows()
  /** The windows have changed. */
  const revision = ref(0)
  const next = ref<string | null>(null)
  const state = ref<Loading>('idle')
  const loadingMore = ref(false)
  const error = ref('')
  /** The hub could not be asked: what is shown is what was known before. */
  const partial = ref(false)
  const reading = new Set<number>()
  let turn = 0
  /** What came in by itself while pages were being read: they may not have it. */
  const arrived = new Set<string>()
  /** How many pages are being read. */
  let asking = 0

  const total = computed(() => (revision.value, windows.total))
  const loaded = computed(() => (revision.value, windows.loaded))
  /** Those that are known, in order. */
  const rows = computed<ListRow[]>(() => (revision.value, windows.ids()).flatMap((id) => {
    const conversation = byId.get(id)
    return conversation ? [{ conversation, message: null }] : []
  }))
  const rowAt = (index: number): Conversation | undefined => { void revision.value; return byId.get(windows.at(index) ?? '') }
  const indexOf = (id: string | null): number => (void revision.value, id === null ? -1 : windows.indexOf(id))
  const before = (one: string, other: string): boolean => {
    const [a, b] = [byId.get(one), byId.get(other)]
    return a !== undefined && b !== undefined && byActivity(a, b) < 0
  }
  const fits = (one: Conversation): boolean => matches(filter.value, one, session.agent?.id, useClock().serverNow())

  /** Into its place in the list, or out of it. What it `was` tells whether it moves: only activity moves a row. */
  function settle(one: Conversation, was?: Conversation): void {
    if (state.value === 'idle' || state.value === 'error') return
    if (!fits(one)) windows.remove(one.id)
    else if (was?.last_activity_at === one.last_activity_at && windows.has(one.id)) { revision.value++; return }
    else {
      const isNew = !windows.has(one.id)
      // Below the last known row it would stand in the wrong place: it comes with its page.
      const last = windows.at(windows.total - 1)
      if (isNew && next.value !== null && last !== null && windows.total === windows.loaded && !before(one.id, last)) return
      windows.place(one.id, before)
      if (isNew) fit()
    }
    revision.value++
  }
  /** The live count knows how long the list is. */
  function fit(): void {
    const count = counted.value === null ? undefined : views.counts[counted.value]
    if (count === undefined || state.value !== 'ready' || partial.value) return
    if (next.value !== null || count > windows.total || windows.total > windows.loaded) windows.resize(count)
    revision.value++
  }
  watch(() => (counted.value === null ? undefined : views.counts[counted.value]), fit)

  /** Take a conversation from anywhere; what is older than what we have is ignored. */
  function put(conversation: Conversation): void {
    const known = byId.get(conversation.id)
    if (known && known.version > conversation.version) return
    byId.set(conversation.id, conversation)
    views.learn(conversation.labels)
    views.touched(known, conversation)
    if (asking > 0) arrived.add(conversation.id)
    settle(conversation, known)
  }
  /** A page as it was read; what has changed meanwhile stands where it belongs now. */
  function take(items: readonly Conversation[], offset: number, last: boolean): void {
    for (const one of items) {
      const known = byId.get(one.id)
      if (!known || known.version <= one.version) byId.set(one.id, one)
      views.learn(one.labels)
    }
    windows.fill(offset, items.map((one) => one.id), last)
    state.value = 'ready'
    const changed = [...arrived, ...items.filter((one) => (byId.get(one.id)?.version ?? 0) > one.version).map((one) => one.id)]
    for (const id of changed) {
      const one = byId.get(id)
      if (one) settle(one)
    }
    fit()
    revision.value++
  }
  async function ask(place: { cursor?: string | null; offset?: number }) {
    if (asking === 0) arrived.clear()
    asking += 1
    try {
      return await api.conversations({ ...queryOfFilter(filter.value), limit: PAGE, ...place })
    } finally {
      asking -= 1
    }
  }

  /** `quiet`: what stands is shown until the new page is there, and a failure is the caller's to handle. */
  async function load(quiet = false): Promise<void> {
    const mine = ++turn
    reading.clear()
    if (!quiet) { state.value = 'loading'; windows.clear(); next.value = null; revision.value++ }
    if (view.value.startsWith('saved/') && views.filterOf(view.value) === null && !views.loaded) return // It comes with the views.
    try {
      const found = await ask({})
      if (mine !== turn) return
      if (quiet) windows.clear()
      next.value = found.next
      partial.value = false
      take(found.items, 0, found.next === null)
      if (found.next !== null && found.items.length < PAGE) await more()
    } catch (failure) {
      if (mine !== turn) return
      if (quiet) throw failure
      if (failure instanceof ApiError && failure.offline && byId.size > 0) return restore([...byId.values()])
      error.value = wordsOf(failure)
      state.value = 'error'
    }
  }
  /** Show what is known until the hub can be asked. */
  function restore(known: readonly Conversation[], key: ViewKey = view.value): void {
    view.value = key
    next.value = null
    for (const one of known) if ((byId.get(one.id)?.version ?? 0) <= one.version) byId.set(one.id, one)
    windows.clear()
    windows.fill(0, known.flatMap((one) => byId.get(one.id) ?? []).filter(fits).sort(byActivity).map((one) => one.id), true)
    partial.value = true
    state.value = 'ready'
    revision.value++
  }
  /** What is not in the list may have changed unseen; it is read again when somebody gets there. */
  function forgetBut(current: string | null): void {
    for (const id of byId.keys()) if (!windows.has(id) && id !== current) byId.delete(id)
  }
  /** The next page of a list whose places are not known. */
  async function more(): Promise<void> {
    const mine = turn
    if (next.value === null || loadingMore.value) return
    loadingMore.value = true
    try {
      for (let pages = 0; next.value !== null && pages < EMPTY_PAGES; pages += 1) {
        const found = await ask({ cursor: next.value })
        if (mine !== turn) return
        next.value = found.next
        const fresh = found.items.filter((one) => !windows.has(one.id))
        take(fresh, windows.total, found.next === null)
        if (fresh.length > 0) break
      }
    } catch (failure) {
      useToasts().fail(failure)
    } finally {
      if (mine === turn) loadingMore.value = false
    }
  }
  /** Somebody looks at these places: what is not known of them is read. */
  async function need(from: number, to: number): Promise<void> {
    if (state.value !== 'ready' || partial.value) return
    const placed = counted.value !== null && views.counts[counted.value] !== undefined
    if (!placed) { if (to >= windows.total - 12) await more(); return }
    const pages = windows.missing(from, to, PAGE).filter((page) => !reading.has(page))
    await Promise.all(pages.map(readPage))
  }
  async function readPage(page: number): Promise<void> {
    const mine = turn
    reading.add(page)
    try {
      const found = await ask({ offset: page * PAGE })
      if (mine !== turn) return
      // A page that the hub does not have: the count was about to be told.
      if (found.items.length > 0 || page === 0) take(found.items, page * PAGE, found.next === null)
      else { windows.resize(page * PAGE); revision.value++ }
    } catch (failure) {
      if (mine === turn) useToasts().fail(failure)
    } finally {
      reading.delete(page)
    }
  }
  function show(key: ViewKey, on: ListFilter = {}): void {
    if (state.value !== 'idle' && key === view.value && same(on, chosen.value)) return
    view.value = key
    chosen.value = on
    void load()
  }
  // A saved view that another changed, or that is known only now.
  watch(() => (view.value.startsWith('saved/') ? JSON.stringify(views.filterOf(view.value)) : ''), (now, was) => { if (now !== was && now !== '' && was !== '') void load() })
  watch(() => views.loaded, () => { if (view.value.startsWith('saved/') && state.value === 'loading') void load() })
  // Who waits for so long now did not a minute ago, and no event tells of it.
  watch(() => useClock().minute, () => { if (filter.value.waiting_s && state.value === 'ready') load(true).catch(() => undefined) })
  async function ensure(id: string): Promise<void> {
    if (!byId.has(id)) put(await api.conversation(id))
  }

  /** Ask the hub to change one; shown at once, taken back should it refuse. */
  async function act(id: string, action: string, body: Record<string, unknown>, guess: Partial<Conversation>): Promise<boolean> {
    const before = byId.get(id)
    if (before) { byId.set(id, { ...before, ...guess }); settle({ ...before, ...guess }, before) }
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
      if (before && byId.get(id)?.version === before.version) { byId.set(id, before); settle(before, before) }
      if (action !== 'read') useToasts().fail(failure)
      return false
    }
  }
  function clear(): void { byId.clear(); windows.clear(); revision.value++; state.value = 'idle'; turn++ }

  return { byId, view, chosen, filter, revision, total, loaded, rows, next, state, error, loadingMore, partial, rowAt, indexOf, fits, put, load, restore, forgetBut, more, need, show, ensure, act, clear }
})
