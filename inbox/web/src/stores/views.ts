/** The views, those that everybody has and those that agents keep, and their live counts. */
import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import { api } from '@/api/endpoints'
import type { Conversation, Count, ListFilter, SavedView, SavedViewSpec } from '@/api/types'
import { filterOfKey, matches, plain, type ViewKey } from '@/list/filter'
import { useClock } from './clock'
import { useSession } from './session'

export { FIXED_VIEWS, isFixed, keyOfRoute, routeOfKey, type FixedView, type ViewKey } from '@/list/filter'
/** Counts of saved views are asked for anew, but never more often than that. */
const RECOUNT_MS = 3_000

export const useViews = defineStore('views', () => {
  const counts = ref<Record<string, number>>({})
  const labels = ref<string[]>([])
  const saved = ref<SavedView[]>([])
  const more = ref<Record<string, boolean>>({})
  const loaded = ref(false)
  const byId = computed(() => new Map(saved.value.map((view) => [view.id, view])))

  /** What the live connection told while the views were being read is newer than what was read. */
  let told = new Set<string>()
  function apply(items: Count[]): void {
    for (const { key, count, more: beyond } of items) {
      counts.value[key] = count
      if (key.startsWith('saved/')) more.value[key] = beyond ?? false
      told.add(key)
    }
  }
  async function load(): Promise<void> {
    told = new Set()
    const [views, names] = await Promise.all([api.views(), api.labels()])
    const kept = Object.entries(counts.value).filter(([key]) => told.has(key))
    const held = views.saved ?? []
    saved.value = held.map((one) => ({ ...one.view, filter: plain(one.view.filter) }))
    more.value = Object.fromEntries(held.map((one) => [`saved/${one.view.id}`, one.more]))
    counts.value = {
      ...Object.fromEntries(views.items.map(({ key, count }) => [key, count])),
      ...Object.fromEntries(held.map((one) => [`saved/${one.view.id}`, one.count])), ...Object.fromEntries(kept),
    }
    labels.value = names.items.map((label) => label.name).sort((a, b) => a.localeCompare(b))
    loaded.value = true
  }
  function learn(names: readonly string[]): void {
    const fresh = names.filter((name) => !labels.value.includes(name))
    if (fresh.length > 0) labels.value = [...labels.value, ...fresh].sort((a, b) => a.localeCompare(b))
  }
  /** Null: there is no such saved view (any more), or it is not known yet. */
  function filterOf(key: ViewKey): ListFilter | null {
    return key.startsWith('saved/') ? byId.value.get(key.slice(6))?.filter ?? null : filterOfKey(key)
  }

  const dirty = new Set<string>()
  let waiting: ReturnType<typeof setTimeout> | null = null
  /** A conversation has changed: views that it may have entered or left are counted anew. */
  function touched(before: Conversation | undefined, after: Conversation): void {
    const me = useSession().agent?.id
    const now = useClock().serverNow()
    for (const { id, filter } of saved.value) {
      const was = before ? matches(filter, before, me, now) : null
      if (was === null || was !== matches(filter, after, me, now)) dirty.add(id)
    }
    if (dirty.size > 0) waiting ??= setTimeout(() => void recount(), RECOUNT_MS)
  }
  async function recount(): Promise<void> {
    waiting = null
    const ids = [...dirty]
    dirty.clear()
    if (ids.length > 0) await api.viewCounts(ids).then((page) => apply(page.items), () => undefined)
  }

  function take(view: SavedView): SavedView {
    const own = { ...view, filter: plain(view.filter) }
    saved.value = byId.value.has(view.id) ? saved.value.map((other) => (other.id === view.id ? own : other)) : [...saved.value, own]
    dirty.add(view.id)
    void recount()
    return own
  }
  const add = async (spec: SavedViewSpec): Promise<SavedView> => take(await api.addView(spec))
  const change = async (view: SavedView, change: Partial<SavedViewSpec>): Promise<SavedView> => take(await api.changeView(view.id, { name: view.name, filter: view.filter, team_id: view.team_id ?? null, ...change }))
  async function remove(view: SavedView): Promise<void> {
    await api.removeView(view.id)
    saved.value = saved.value.filter((other) => other.id !== view.id)
  }
  /** Shown at once; should the hub refuse, as it was. */
  async function move(id: string, to: number): Promise<void> {
    const before = saved.value
    const moved = byId.value.get(id)
    if (!moved) return
    const others = before.filter((view) => view.id !== id)
    saved.value = [...others.slice(0, to), moved, ...others.slice(to)]
    try { await api.orderViews(saved.value.map((view) => view.id)) } catch (failure) { saved.value = before; throw failure }
  }
  return { counts, labels, saved, more, loaded, byId, apply, load, learn, filterOf, touched, add, change, remove, move }
})
