/** What was done last and can be taken back for a moment: a note, a resolution, a scheduled reply. */
import { defineStore } from 'pinia'
import { shallowRef } from 'vue'
import { useClock } from './clock'
import { useSession } from './session'

/** `about`: the conversation in which it was done. */
export interface Offer { words: string; until: number; about: string | null; run: () => Promise<unknown> }

export const useUndo = defineStore('undo', () => {
  const latest = shallowRef<Offer | null>(null)

  function offer(words: string, run: () => Promise<unknown>, about: string | null = null): void {
    latest.value = { words, run, about, until: useClock().serverNow() + (useSession().info?.undo_s ?? 5) * 1000 }
  }
  function run(): void {
    const taken = latest.value
    latest.value = null
    void taken?.run()
  }
  function drop(): void { latest.value = null }
  /** Something else was done there: what was offered no longer fits. */
  function forget(about: string): void { if (latest.value?.about === about) drop() }
  return { latest, offer, run, drop, forget }
})
