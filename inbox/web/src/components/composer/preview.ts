/** What the customer would see of what is being written, asked again after every pause in writing. */
import { onScopeDispose, ref, shallowRef, watch, type Ref, type ShallowRef } from 'vue'
import { ApiError } from '@/api/client'
import { api } from '@/api/endpoints'
import type { Button, CustomersView, Span } from '@/api/types'

export const PAUSE_MS = 300

export interface Written { conversationId: string; text: string; attachments: string[]; replyTo: string | null; spans?: Span[]; buttons?: Button[][] }
export interface Preview { view: ShallowRef<CustomersView | null>; stale: Ref<boolean>; failure: ShallowRef<ApiError | null> }

/** `written` gives null while nothing is to be shown. An answer that is no longer asked for is dropped, and its request ended. */
export function usePreview(written: () => Written | null): Preview {
  const view = shallowRef<CustomersView | null>(null)
  const stale = ref(false)
  const failure = shallowRef<ApiError | null>(null)
  let timer: ReturnType<typeof setTimeout> | undefined
  let running: AbortController | null = null

  function stop(): void {
    clearTimeout(timer)
    running?.abort()
    running = null
  }
  async function ask(one: Written): Promise<void> {
    const own = running = new AbortController()
    try {
      const answer = await api.preview(one.conversationId, { text: one.text, attachments: one.attachments, ...(one.replyTo ? { reply_to: one.replyTo } : {}), ...(one.spans?.length ? { spans: one.spans } : {}), ...(one.buttons?.length ? { buttons: one.buttons } : {}) }, own.signal)
      if (running !== own) return
      view.value = answer
      failure.value = null
    } catch (error) {
      if (running !== own) return
      view.value = null
      failure.value = error instanceof ApiError ? error : new ApiError(0, {})
    }
    running = null
    stale.value = false
  }
  watch(() => JSON.stringify(written()), (_, before) => {
    stop()
    const one = written()
    const last = before ? (JSON.parse(before) as Written | null) : null
    const opened = before === undefined || (last !== null && last.conversationId !== one?.conversationId)
    if (!one || opened) { view.value = null; failure.value = null }
    stale.value = one !== null
    if (one) timer = setTimeout(() => void ask(one), opened ? 0 : PAUSE_MS)
  }, { immediate: true })
  onScopeDispose(stop)
  return { view, stale, failure }
}
