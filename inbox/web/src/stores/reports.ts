/** A report: its lines over the whole period, and how it went day by day or month by month. */
import { defineStore } from 'pinia'
import { ref, shallowRef } from 'vue'
import { desk, type ReportLine, type ReportQuery } from '@/api/desk'
import { wordsOf } from './toasts'

export const useReports = defineStore('reports', () => {
  const lines = shallowRef<ReportLine[]>([])
  const course = shallowRef<ReportLine[]>([])
  const state = ref<'loading' | 'ready' | 'error'>('loading')
  const failure = ref('')
  let turn = 0

  /** `query.value` narrows the course, not the lines: those of the others stay to be compared with. */
  async function load(query: ReportQuery): Promise<void> {
    const mine = ++turn
    state.value = 'loading'
    const narrowed = Boolean(query.value)
    try {
      const [all, steps] = await Promise.all([
        desk.report({ ...query, step: 'total', value: null }),
        desk.report({ ...query, by: narrowed ? query.by : 'all', step: query.step === 'month' ? 'month' : 'day' }),
      ])
      if (mine !== turn) return
      lines.value = all.items
      course.value = steps.items
      state.value = 'ready'
    } catch (error) {
      if (mine !== turn) return
      failure.value = wordsOf(error)
      state.value = 'error'
    }
  }
  return { lines, course, state, failure, load }
})
