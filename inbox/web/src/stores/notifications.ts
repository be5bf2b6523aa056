/** What the agent was told because it is meant for them: the list, its unread number, and telling it aloud. */
import { defineStore } from 'pinia'
import { computed, ref, watch } from 'vue'
import { api } from '@/api/endpoints'
import type { Notification, NotificationSettings } from '@/api/types'
import { isQuiet } from '@/notices/quiet'
import { playSound } from '@/notices/sound'
import { isInFront, isVoice, sayFront } from '@/notices/voice'
import { headOf } from '@/notices/words'
import { useClock } from './clock'
import { useToasts } from './toasts'

const PAGE = 30
const MUTED = 'hub.muted'
const newestFirst = (a: Notification, b: Notification): number => b.at.localeCompare(a.at) || b.id.localeCompare(a.id)

export const useNotifications = defineStore('notifications', () => {
  const items = ref<Notification[]>([])
  const unread = ref(0)
  const next = ref<string | null>(null)
  const state = ref<'loading' | 'ready'>('loading')
  const settings = ref<NotificationSettings | null>(null)
  /** This browser is told nothing aloud. */
  const muted = ref(localStorage.getItem(MUTED) === '1')
  const inFront = ref<string | null>(null)
  /** Something was told aloud that says where it leads; the shell goes there. */
  const wanted = ref<string | null>(null)
  const told = new Set<string>()
  let last: NotificationSettings | null = null
  /** Done once all that was chosen so far is kept, or was not. */
  let turn = Promise.resolve<void>(undefined)
  /** Whoever comes back after an hour away is not told of that hour aloud. */
  const STALE_MS = 60_000

  watch(muted, (on) => localStorage.setItem(MUTED, on ? '1' : '0'))
  watch(inFront, (cid) => { sayFront(cid); if (cid) void readConversation(cid) })
  const newest = computed(() => items.value[0]?.id)

  async function load(): Promise<void> {
    const [page, chosen] = await Promise.all([api.notifications({ limit: PAGE }), api.notificationSettings()])
    const known = new Map(items.value.map((one) => [one.id, one]))
    for (const one of page.items) known.set(one.id, one)
    // What is older than the page and not on it is read again when somebody scrolls there.
    const oldest = page.items.at(-1)
    items.value = [...known.values()].filter((one) => !page.next || !oldest || newestFirst(one, oldest) <= 0).sort(newestFirst)
    next.value = page.next
    unread.value = page.unread
    settings.value = chosen
    state.value = 'ready'
  }
  async function more(): Promise<void> {
    if (!next.value) return
    try {
      const page = await api.notifications({ limit: PAGE, cursor: next.value })
      const known = new Set(items.value.map((one) => one.id))
      items.value = [...items.value, ...page.items.filter((one) => !known.has(one.id))]
      next.value = page.next
    } catch (failure) { useToasts().fail(failure) }
  }

  /** From the live connection. Without `app` it is told, and not kept. */
  function put(one: Notification): void {
    if (told.has(one.id)) return
    told.add(one.id)
    const front = document.hasFocus() && inFront.value === one.conversation_id
    if (one.means.includes('app') && !items.value.some((other) => other.id === one.id)) {
      items.value = [one, ...items.value].sort(newestFirst)
      unread.value += 1
    }
    if (front) { if (one.means.includes('app')) void readConversation(one.conversation_id) } else tellAloud(one)
  }
  function tellAloud(one: Notification): void {
    const now = useClock().serverNow()
    const old = now - Date.parse(one.at) > STALE_MS
    if (muted.value || old || !isVoice() || isInFront(one.conversation_id) || isQuiet(settings.value?.quiet ?? null, now)) return
    if (one.means.includes('sound')) playSound()
    if (one.means.includes('desktop')) showOnDesktop(one)
  }
  function showOnDesktop(one: Notification): void {
    if (!('Notification' in window) || window.Notification.permission !== 'granted') return
    try {
      const shown = new window.Notification(one.title, { body: [headOf(one), one.text].filter(Boolean).join('\n'), tag: one.conversation_id, icon: '/icons/icon-192.png' })
      shown.onclick = () => { window.focus(); wanted.value = one.conversation_id; shown.close() }
    } catch { /* Android shows them by its service worker alone: there a push tells it. */ }
  }

  function wereRead(ids: readonly string[], left: number): void {
    const gone = new Set(ids)
    items.value = items.value.map((one) => (gone.has(one.id) ? { ...one, unread: false } : one))
    unread.value = left
  }
  async function mark(what: { ids?: string[]; conversation_id?: string; up_to?: string }, which: (one: Notification) => boolean): Promise<void> {
    const before = items.value
    items.value = before.map((one) => (which(one) ? { ...one, unread: false } : one))
    try {
      unread.value = (await api.readNotifications(what)).unread
    } catch (failure) {
      items.value = before
      useToasts().fail(failure)
    }
  }
  const read = (one: Notification): Promise<void> => (one.unread ? mark({ ids: [one.id] }, (other) => other.id === one.id) : Promise.resolve())
  async function readAll(): Promise<void> { if (newest.value && unread.value > 0) await mark({ up_to: newest.value }, () => true) }
  async function readConversation(cid: string): Promise<void> {
    if (items.value.some((one) => one.unread && one.conversation_id === cid)) await mark({ conversation_id: cid }, (one) => one.conversation_id === cid)
  }
  /** Choices are kept one after another, the last of those that wait alone; what an earlier one answers undoes no later one. */
  async function choose(next: NotificationSettings): Promise<void> {
    const before = settings.value
    settings.value = next
    last = next
    const mine = turn.then(async () => {
      if (last !== next) return
      try {
        const kept = await api.changeNotificationSettings(next)
        if (last === next) settings.value = kept
      } catch (failure) {
        if (last === next) settings.value = before
        throw failure
      }
    })
    turn = mine.catch(() => undefined)
    await mine
  }
  function clear(): void { items.value = []; unread.value = 0; next.value = null; state.value = 'loading'; settings.value = null; told.clear() }

  return { items, unread, next, state, settings, muted, inFront, wanted, load, more, put, wereRead, read, readAll, readConversation, choose, clear }
})
