/** Whether the hub can be reached, and waiting until another attempt is worth it. */
import { defineStore } from 'pinia'
import { ref } from 'vue'
import { backoffMs } from '@/live/backoff'
import type { LiveState } from '@/live/client'

/** Without a live connection a request may still get through, so it is tried now and then. */
const AWAY_MS = 30_000

export const useLine = defineStore('line', () => {
  const state = ref<LiveState>('idle')
  /** Since when the hub has not been heard, for a person to see: a short break is nobody's business. */
  const broken = ref(false)
  const waiting = new Set<() => void>()
  let late: ReturnType<typeof setTimeout> | null = null

  function turn(next: LiveState): void {
    state.value = next
    if (next === 'online' || next === 'idle') {
      if (late) clearTimeout(late)
      late = null
      broken.value = false
      if (next === 'online') now()
    } else late ??= setTimeout(() => { broken.value = true }, 2_000)
  }
  /** Whoever waits tries at once: the line is back, somebody has signed in again, or there is nothing to wait for any more. */
  function now(): void { for (const go of [...waiting]) go() }
  /** Resolves when attempt `n` (0, 1, ...) may be repeated. */
  function again(attempt: number, afterS: number | null = null): Promise<void> {
    return new Promise((resolve) => {
      const go = (): void => { clearTimeout(timer); waiting.delete(go); resolve() }
      const timer = setTimeout(go, afterS !== null ? afterS * 1000 : state.value === 'online' || state.value === 'idle' ? backoffMs(attempt) : AWAY_MS)
      waiting.add(go)
    })
  }
  return { state, broken, turn, now, again }
})
