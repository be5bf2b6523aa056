/** Which rows of a long list stand in the page: all are as high, so that any place is found by counting. */
import { computed, onBeforeUnmount, ref, watch, type Ref } from 'vue'

export interface Stretch { from: number; to: number }

/** The rows in sight, and so many more above and below; `to` is not among them. Pure. */
export function stretchAt(top: number, height: number, rowPx: number, more: number, total: number): Stretch {
  const to = Math.max(0, Math.min(total, Math.ceil((top + height) / rowPx) + more))
  return { from: Math.min(Math.max(0, Math.floor(top / rowPx) - more), to), to }
}
/** Where to scroll so that the row is seen whole; null: it is. Pure. */
export function scrollTo(index: number, top: number, height: number, rowPx: number): number | null {
  const start = index * rowPx
  if (start < top) return start
  return start + rowPx > top + height ? start + rowPx - height : null
}

/** `top`: how far it is scrolled, known without asking the page, which would have to lay itself out to tell. */
export function useRowWindow(box: Ref<HTMLElement | null>, total: () => number, rowPx: number, more: number) {
  const [top, height] = [ref(0), ref(0)]
  // Scrolling within a row changes nothing of what stands in the page.
  const stretch = computed<Stretch>((before) => {
    const now = stretchAt(top.value, height.value, rowPx, more, total())
    return before?.from === now.from && before.to === now.to ? before : now
  })
  function look(): void { top.value = box.value?.scrollTop ?? 0 }
  function to(place: number): void {
    if (box.value) box.value.scrollTop = place
    look()
  }
  const move = (by: number): void => to(top.value + by)
  /** Scroll until the row is seen whole, if it is not. */
  function show(index: number): void {
    const place = scrollTo(index, top.value, height.value, rowPx)
    if (place !== null) to(place)
  }
  const sizes = new ResizeObserver(() => { height.value = box.value?.clientHeight ?? 0; look() })
  watch(box, (now, before) => {
    if (before) sizes.unobserve(before)
    if (now) sizes.observe(now)
  }, { flush: 'post' })
  onBeforeUnmount(() => sizes.disconnect())
  return { top, stretch, look, show, move }
}
