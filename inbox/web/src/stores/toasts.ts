/** Short messages at the edge of the screen. */
import { defineStore } from 'pinia'
import { ref } from 'vue'
import { ApiError } from '@/api/client'
import { reasonWords } from '@/format/reasons'
import { i18n } from '@/i18n'

export interface Toast { id: number; kind: 'info' | 'error'; text: string }

/** What an error says to a person. */
export function wordsOf(error: unknown): string {
  const { t } = i18n.global
  if (!(error instanceof ApiError)) return t('errors.unexpected')
  if (error.offline) return t('errors.unreachable')
  if (error.status === 429) return t('errors.tooMany', { n: error.retryAfterS ?? 30 }, error.retryAfterS ?? 30)
  if (error.status === 403) return error.problem.detail ?? t('errors.forbidden')
  const { detail, reason_code: code, reason_values: values } = error.problem
  if (detail && code) return reasonWords({ code, reason: detail, values })
  return detail ?? error.problem.title ?? t('errors.unexpected')
}

export const useToasts = defineStore('toasts', () => {
  const items = ref<Toast[]>([])
  let last = 0

  function drop(id: number): void { items.value = items.value.filter((toast) => toast.id !== id) }
  function show(text: string, kind: Toast['kind'] = 'info'): void {
    const id = ++last
    items.value = [...items.value.slice(-2), { id, kind, text }]
    setTimeout(() => drop(id), kind === 'error' ? 9000 : 4000)
  }
  const fail = (error: unknown): void => show(wordsOf(error), 'error')
  return { items, show, fail, drop }
})
