/** What colleagues answer while somebody writes. */
import { computed, ref, watch, type ComputedRef, type Ref } from 'vue'
import type { Message } from '@/api/types'

export interface Collision {
  /** Answers of others that came since the text was begun, and that its author has not said to have seen. */
  answers: ComputedRef<Message[]>
  /** They were looked at; the next press sends. */
  seen: Ref<boolean>
  /** False: the author has to look first. */
  mayGo: () => boolean
  forget: () => void
}

export function useCollision(messages: () => Message[], writes: () => boolean, me: () => string | undefined): Collision {
  const newest = (): number => messages().reduce((top, message) => (message.version > 0 && message.seq > top ? message.seq : top), -1)
  /** The newest message when the text was begun; null while nothing is written. */
  const since = ref<number | null>(null)
  const seen = ref(false)
  watch([writes, () => messages().length > 0], ([on, there]) => {
    if (!on) { since.value = null; seen.value = false } else if (there) since.value ??= newest()
  }, { immediate: true })
  const answers = computed(() => (since.value === null ? [] : messages().filter((message) => message.direction === 'outbound' && message.version > 0 && message.seq > (since.value ?? 0) && !message.deleted_at && message.delivery !== 'cancelled' && message.author.kind === 'agent' && message.author.id !== me())))
  watch(() => answers.value.length, () => { seen.value = false })
  function forget(): void { since.value = newest(); seen.value = false }
  function mayGo(): boolean {
    if (answers.value.length === 0 || seen.value) return true
    seen.value = true
    return false
  }
  return { answers, seen, mayGo, forget }
}
