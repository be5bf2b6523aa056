/** How long an answer in a chat should be at most, as admins have set it. */
import { defineStore } from 'pinia'
import { ref } from 'vue'
import { writing } from '@/api/writing'
import type { AnswerSize } from '@/components/composer/limits'

export const useAnswerSizes = defineStore('answerSizes', () => {
  const items = ref<AnswerSize[]>([])
  let asked: Promise<void> | null = null

  async function read(): Promise<void> {
    try { items.value = (await writing.answerSizes()).items } catch { asked = null } // Until then what a telephone shows.
  }
  /** Once; again after a change. */
  function load(anew = false): Promise<void> {
    if (anew || !asked) asked = read()
    return asked
  }
  return { items, load }
})
