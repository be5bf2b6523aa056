/** Who changed what, as far as it was read. */
import { defineStore } from 'pinia'
import { ref, shallowRef } from 'vue'
import { desk, type AuditEntry } from '@/api/desk'
import { queryOf, type AuditAsked } from '@/format/auditing'
import { wordsOf } from './toasts'

const PAGE = 100

export const useAudit = defineStore('audit', () => {
  const entries = shallowRef<AuditEntry[]>([])
  const next = ref<string | null>(null)
  const state = ref<'loading' | 'ready' | 'error'>('loading')
  const failure = ref('')
  const loadingMore = ref(false)
  let turn = 0

  async function look(asked: AuditAsked): Promise<void> {
    const mine = ++turn
    entries.value = []
    next.value = null
    failure.value = ''
    loadingMore.value = false
    state.value = 'loading'
    try {
      const page = await desk.audit({ ...queryOf(asked), limit: PAGE })
      if (mine !== turn) return
      entries.value = page.items
      next.value = page.next
      state.value = 'ready'
    } catch (error) {
      if (mine !== turn) return
      failure.value = wordsOf(error)
      state.value = 'error'
    }
  }
  /** The following window. A page may be short, or empty, and not the last: one step looks at a few thousand entries. */
  async function more(asked: AuditAsked): Promise<void> {
    if (next.value === null || loadingMore.value) return
    const mine = turn
    loadingMore.value = true
    failure.value = ''
    try {
      const page = await desk.audit({ ...queryOf(asked), limit: PAGE, cursor: next.value })
      if (mine !== turn) return
      entries.value = [...entries.value, ...page.items]
      next.value = page.next
    } catch (error) {
      if (mine === turn) failure.value = wordsOf(error)
    } finally {
      if (mine === turn) loadingMore.value = false
    }
  }
  return { entries, next, state, failure, loadingMore, look, more }
})
