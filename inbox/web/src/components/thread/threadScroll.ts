/** Where the agent reads stays where it is: news below are counted, older messages come in above. */
import { nextTick, onBeforeUnmount, onMounted, ref, watch, type Ref } from 'vue'
import type { Message } from '@/api/types'

const NEAR_PX = 90

export function useThreadScroll(box: Ref<HTMLElement | null>, inner: Ref<HTMLElement | null>, messages: Ref<Message[]>, cid: Ref<string>, loadOlder: () => Promise<void>, keyOf: (id: string) => string, isOwn: (message: Message) => boolean, newer: { has: () => boolean; load: () => Promise<void> }) {
  const below = ref(0)
  const atBottom = ref(true)
  let lastId = ''
  let firstId = ''
  /** Messages come in around a place that is looked at: nothing moves to the newest. */
  let still = 0
  let observer: ResizeObserver | null = null

  const isNear = (): boolean => {
    const element = box.value
    return !element || element.scrollHeight - element.scrollTop - element.clientHeight < NEAR_PX
  }
  function toBottom(smooth = false): void {
    const element = box.value
    if (element) element.scrollTo({ top: element.scrollHeight, behavior: smooth ? 'smooth' : 'instant' })
    below.value = 0
    atBottom.value = true
  }
  async function onScroll(): Promise<void> {
    const element = box.value
    if (!element) return
    atBottom.value = isNear() && !newer.has()
    if (isNear() && newer.has()) await keepStill(newer.load)
    if (atBottom.value) below.value = 0
    if (element.scrollTop < 240) await older()
  }
  async function keepStill(work: () => Promise<void>): Promise<void> {
    still += 1
    atBottom.value = false
    try { await work() } finally { await nextTick(); still -= 1 }
  }
  async function older(): Promise<void> {
    const element = box.value
    if (!element) return
    const fromBottom = element.scrollHeight - element.scrollTop
    const before = firstId
    await loadOlder()
    await nextTick()
    if (firstId !== before) element.scrollTop = element.scrollHeight - fromBottom
  }

  watch(cid, () => { lastId = ''; firstId = ''; below.value = 0; atBottom.value = true })
  watch(messages, async (now) => {
    const last = now.at(-1)
    firstId = keyOf(now[0]?.id ?? '')
    if (!last) return
    if (still > 0) { lastId = keyOf(last.id); return }
    if (lastId === '') {
      lastId = keyOf(last.id)
      await nextTick()
      const mark = box.value?.querySelector<HTMLElement>('[data-unread]')
      if (mark && box.value && box.value.scrollHeight - mark.offsetTop > box.value.clientHeight) box.value.scrollTop = mark.offsetTop - 60
      else toBottom()
      return
    }
    if (keyOf(last.id) === lastId) return
    const from = now.findIndex((message) => keyOf(message.id) === lastId)
    const fresh = from < 0 ? [last] : now.slice(from + 1)
    lastId = keyOf(last.id)
    const own = last.version === 0
    if (own || atBottom.value) {
      await nextTick()
      toBottom()
    } else below.value += fresh.filter((message) => message.direction !== 'system' && !isOwn(message)).length
  }, { immediate: true, flush: 'pre' })

  // Pictures that arrive late, and the composer that grows, do not push the newest message out of sight.
  onMounted(() => {
    observer = new ResizeObserver(() => { if (atBottom.value && below.value === 0) toBottom() })
    if (inner.value) observer.observe(inner.value)
    if (box.value) observer.observe(box.value)
  })
  onBeforeUnmount(() => observer?.disconnect())
  return { below, atBottom, toBottom, onScroll, keepStill }
}
