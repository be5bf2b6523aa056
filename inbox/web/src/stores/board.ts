/** The supervisor's board: told by the live connection while somebody looks at it. */
import { defineStore } from 'pinia'
import { ref, shallowRef, watch } from 'vue'
import { desk, type Board } from '@/api/desk'
import { useLive } from './live'
import { wordsOf } from './toasts'

export const useBoard = defineStore('board', () => {
  const live = useLive()
  const now = shallowRef<Board | null>(null)
  const failure = ref('')
  let watchers = 0

  const ask = (watching: boolean): void => live.send({ type: 'board', watch: watching })
  live.listenFrames((frame) => { if (frame.type === 'board') { now.value = frame.board; failure.value = '' } })
  // A connection that ends, ends the watching too.
  watch(() => live.state, (state) => { if (watchers > 0 && state === 'online') ask(true) })

  /** Read once at first: whatever comes in by itself afterwards is newer. */
  async function load(): Promise<void> {
    failure.value = ''
    try {
      const read = await desk.board()
      if (!now.value || Date.parse(read.at) > Date.parse(now.value.at)) now.value = read
    } catch (error) {
      failure.value = wordsOf(error)
    }
  }
  /** Call what it returns when nobody looks any more. */
  function look(): () => void {
    watchers += 1
    ask(true)
    void load()
    return () => {
      watchers -= 1
      if (watchers === 0) ask(false)
    }
  }
  return { now, failure, load, look }
})
