/** The hub's time: the browser's clock may be off. `now` ticks, `minute` ticks seldom. */
import { defineStore } from 'pinia'
import { ref } from 'vue'

export const useClock = defineStore('clock', () => {
  const offset = ref(0)
  const now = ref(Date.now())
  const minute = ref(Date.now())
  setInterval(() => { now.value = Date.now() + offset.value }, 500)
  setInterval(() => { minute.value = Date.now() + offset.value }, 20_000)

  function correct(serverTime: string): void {
    const server = Date.parse(serverTime)
    if (Number.isNaN(server)) return
    offset.value = server - Date.now()
    now.value = minute.value = server
  }
  const serverNow = (): number => Date.now() + offset.value
  return { now, minute, offset, correct, serverNow }
})
