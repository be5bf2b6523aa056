/** What is being done to many conversations: how far it has come, what failed, and its undo. */
import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import { api, type BulkChoice, type BulkReply } from '@/api/endpoints'
import type { BulkAction, BulkView } from '@/api/types'
import { useConversations } from './conversations'
import { useSelection } from './selection'
import { useToasts } from './toasts'

const POLL_MS = 400
const SLOW_MS = 2_000
const wait = (ms: number): Promise<void> => new Promise((resolve) => { setTimeout(resolve, ms) })
export interface Job { id: string; words: string; kind: 'actions' | 'reply'; view: BulkView; undoing: boolean }

export const useBulk = defineStore('bulk', () => {
  const job = ref<Job | null>(null)
  const starting = ref(false)
  const finished = computed(() => job.value !== null && isDone(job.value.view))

  function chosen(): BulkChoice {
    const selection = useSelection()
    const id = crypto.randomUUID()
    return selection.whole ? { id, filter: useConversations().filter } : { id, ids: selection.ids }
  }
  async function act(actions: BulkAction[], words: string): Promise<void> {
    await begin(() => api.bulk({ ...chosen(), actions }), words, 'actions')
  }
  async function reply(given: BulkReply, words: string): Promise<boolean> {
    return begin(() => api.bulkReply({ ...chosen(), ...given }), words, 'reply')
  }
  async function begin(call: () => Promise<BulkView>, words: string, kind: Job['kind']): Promise<boolean> {
    if (starting.value) return false
    starting.value = true
    try {
      const view = await call()
      job.value = { id: view.id, words, kind, view, undoing: false }
      useSelection().clear()
      void follow(view.id)
      return true
    } catch (failure) {
      useToasts().fail(failure)
      return false
    } finally {
      starting.value = false
    }
  }
  /** Until everything has its outcome, or something newer is shown. */
  async function follow(id: string): Promise<void> {
    let pause = POLL_MS
    while (job.value?.id === id && !isDone(job.value.view)) {
      await wait(pause)
      if (job.value?.id !== id) return
      try { job.value.view = await api.bulkStanding(id); pause = POLL_MS } catch { pause = SLOW_MS }
    }
  }
  async function undo(): Promise<boolean> {
    const one = job.value
    if (!one || one.kind !== 'actions' || one.undoing) return false
    one.undoing = true
    try {
      one.view = await api.undoBulk(one.id)
      void follow(one.id)
      return true
    } catch (failure) {
      one.undoing = false
      useToasts().fail(failure)
      return false
    }
  }
  function close(): void { job.value = null }
  return { job, starting, finished, act, reply, undo, close }
})

function isDone(view: BulkView): boolean {
  if (view.waiting > 0) return false
  return view.undone_at === null || view.undone + view.not_undone.length >= view.total
}
