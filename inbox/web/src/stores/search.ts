/** What is looked for everywhere, what was found, and what was looked for before. */
import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import { api } from '@/api/endpoints'
import type { Contact, SearchHit } from '@/api/types'
import { queryOfSearch, type SearchAsked } from '@/list/searching'
import { useConversations } from './conversations'
import { wordsOf } from './toasts'

const RECENT = 'hub.searches'
const MOST_RECENT = 8

function remembered(): string[] {
  try {
    const found: unknown = JSON.parse(localStorage.getItem(RECENT) ?? '[]')
    return Array.isArray(found) ? found.filter((one): one is string => typeof one === 'string').slice(0, MOST_RECENT) : []
  } catch {
    return []
  }
}

export const useSearch = defineStore('search', () => {
  const asked = shallowRef<SearchAsked | null>(null)
  const hits = shallowRef<SearchHit[]>([])
  const contacts = shallowRef<Contact[]>([])
  const next = ref<string | null>(null)
  const state = ref<'idle' | 'loading' | 'ready' | 'error'>('idle')
  const loadingMore = ref(false)
  const error = ref('')
  const recent = ref(remembered())
  let turn = 0
  const nothing = computed(() => state.value === 'ready' && hits.value.length === 0 && contacts.value.length === 0 && next.value === null)

  async function look(what: SearchAsked | null): Promise<void> {
    const mine = ++turn
    asked.value = what
    hits.value = []
    contacts.value = []
    next.value = null
    if (!what || what.q.trim() === '') { state.value = 'idle'; return }
    state.value = 'loading'
    try {
      const people = what.kind === 'all' || what.kind === 'contacts' ? api.findContacts(what.q).then((page) => page.items) : Promise.resolve([])
      const [found, whom] = await Promise.all([what.kind === 'contacts' ? null : api.search(queryOfSearch(what)), people])
      if (mine !== turn) return
      contacts.value = whom
      if (found) take(found)
      state.value = 'ready'
      if (hits.value.length === 0 && next.value) await more()
    } catch (failure) {
      if (mine !== turn) return
      error.value = wordsOf(failure)
      state.value = 'error'
    }
  }
  function take(found: { items: SearchHit[]; next: string | null }): void {
    const conversations = useConversations()
    for (const hit of found.items) if (!conversations.byId.has(hit.conversation.id)) conversations.byId.set(hit.conversation.id, hit.conversation)
    hits.value = [...hits.value, ...found.items]
    next.value = found.next
  }
  async function more(): Promise<void> {
    const what = asked.value
    if (!what || next.value === null || loadingMore.value) return
    const mine = turn
    loadingMore.value = true
    try {
      // A page may be short, or empty, and not the last.
      const before = hits.value.length
      for (let pages = 0; pages < 20 && next.value !== null && hits.value.length === before; pages += 1) {
        const found = await api.search({ ...queryOfSearch(what), cursor: next.value })
        if (mine !== turn) return
        take(found)
      }
    } catch (failure) {
      error.value = wordsOf(failure)
      if (mine === turn) state.value = 'error'
    } finally {
      loadingMore.value = false
    }
  }
  /** Something that was found was opened: these words were worth it. */
  function remember(words: string): void {
    const q = words.trim()
    if (!q) return
    recent.value = [q, ...recent.value.filter((other) => other !== q)].slice(0, MOST_RECENT)
    localStorage.setItem(RECENT, JSON.stringify(recent.value))
  }
  function forget(): void { recent.value = []; localStorage.removeItem(RECENT) }
  return { asked, hits, contacts, next, state, loadingMore, error, recent, nothing, look, more, remember, forget }
})
