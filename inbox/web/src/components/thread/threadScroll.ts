/**
 * Where the agent reads stays where it is, whatever comes in above, within or below: one bubble in sight is held
 * at its place. News below are counted; older and newer messages are asked for near the edges.
 */
import { nextTick, onBeforeUnmount, onMounted, ref, watch, type Ref } from 'vue'
import type { Message } from '@/api/types'

const NEAR_PX = 90
/** About two screens ahead, so that nobody waits for a page. */
const AHEAD_PX = 1200

export interface Reading {
  box: Ref<HTMLElement | null>
  inner: Ref<HTMLElement | null>
  messages: Ref<Message[]>
  /** The newest message stands in the list. */
  atEnd: Ref<boolean>
  /** How many stand beyond the end of the list. */
  beyond: Ref<number>
  older: () => Promise<void>
  newer: () => Promise<void>
  toEnd: () => Promise<void>
  keyOf: (id: string) => string
  isOwn: (message: Message) => boolean
}

export function useThreadScroll(reading: Reading) {
  const { box, inner, messages, atEnd, keyOf } = reading
  const fresh = ref(0)
  const atBottom = ref(true)
  let lastKey = ''
  /** The list reached the end when it was looked at last: what is added then has just arrived. */
  let wasEnd = true
  let anchor: { id: string; top: number } | null = null
  let observer: ResizeObserver | null = null

  const isNear = (): boolean => {
    const element = box.value
    return atEnd.value && (!element || element.scrollHeight - element.scrollTop - element.clientHeight < NEAR_PX)
  }
  const bubbles = (): HTMLElement[] => [...(inner.value?.querySelectorAll<HTMLElement>(':scope > [data-id]') ?? [])]
  const place = (id: string): HTMLElement | null => inner.value?.querySelector<HTMLElement>(`:scope > [data-id="${CSS.escape(id)}"]`) ?? null

  /** Remember the first bubble in sight, and where it stands. */
  function hold(): void {
    const element = box.value
    if (!element) return
    const top = element.getBoundingClientRect().top
    const all = bubbles()
    let [low, high] = [0, all.length - 1]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((all[middle] as HTMLElement).getBoundingClientRect().bottom > top) high = middle
      else low = middle + 1
    }
    const found = all[low]
    anchor = found ? { id: found.dataset.id ?? '', top: found.getBoundingClientRect().top - top } : null
  }
  function restore(): void {
    const element = box.value
    const held = anchor ? place(anchor.id) : null
    if (!element || !held || !anchor) return
    const moved = held.getBoundingClientRect().top - element.getBoundingClientRect().top - anchor.top
    if (Math.abs(moved) >= 1) element.scrollTop += moved
  }
  function stick(): void {
    const element = box.value
    if (element) element.scrollTop = element.scrollHeight
    fresh.value = 0
    atBottom.value = true
  }
  async function toBottom(smooth = false): Promise<void> {
    if (!atEnd.value) { await reading.toEnd(); await nextTick() }
    const element = box.value
    if (element && smooth) element.scrollTo({ top: element.scrollHeight, behavior: 'smooth' })
    else stick()
    fresh.value = 0
    atBottom.value = true
  }
  function onScroll(): void {
    const element = box.value
    if (!element) return
    atBottom.value = isNear()
    if (atBottom.value) fresh.value = 0
    hold()
    if (element.scrollTop < AHEAD_PX) void reading.older()
    if (!atEnd.value && element.scrollHeight - element.scrollTop - element.clientHeight < AHEAD_PX) void reading.newer()
  }
  /** Bring a bubble that stands in the list into the middle. */
  function bring(id: string): boolean {
    const found = place(id)
    found?.scrollIntoView({ block: 'center' })
    hold()
    atBottom.value = isNear()
    return found !== null
  }

  watch(messages, async (now) => {
    const last = now.at(-1)
    if (!last) return
    if (lastKey === '') {
      lastKey = keyOf(last.id)
      await nextTick()
      const mark = box.value?.querySelector<HTMLElement>('[data-unread]')
      if (mark && box.value && box.value.scrollHeight - mark.offsetTop > box.value.clientHeight) { box.value.scrollTop = mark.offsetTop - 60; onScroll() } else stick()
      return
    }
    const key = keyOf(last.id)
    const from = key === lastKey ? now.length - 1 : now.findIndex((message) => keyOf(message.id) === lastKey)
    const added = from < 0 ? [] : now.slice(from + 1)
    lastKey = key
    const own = added.some((message) => message.version === 0)
    const stay = !own && !atBottom.value
    if (stay && wasEnd && atEnd.value) fresh.value += added.filter((message) => message.direction !== 'system' && !reading.isOwn(message)).length
    wasEnd = atEnd.value
    await nextTick()
    if (stay) restore()
    else if (atEnd.value) stick()
  }, { immediate: true, flush: 'pre' })

  // Pictures that arrive late, and the composer that grows, move nothing that is read.
  onMounted(() => {
    observer = new ResizeObserver(() => {
      if (atBottom.value && fresh.value === 0 && atEnd.value) stick()
      else restore()
    })
    if (inner.value) observer.observe(inner.value)
    if (box.value) observer.observe(box.value)
  })
  onBeforeUnmount(() => observer?.disconnect())
  return { fresh, atBottom, toBottom, onScroll, bring, stick }
}
