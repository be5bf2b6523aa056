/** What the hub's policies name: teams, lines, topics, segments. Read once, when somebody asks. */
import { defineStore } from 'pinia'
import { ref } from 'vue'
import { api } from '@/api/endpoints'
import type { Line, Segment, Team, Topic, Words } from '@/api/types'
import { i18n } from '@/i18n'

export const useFieldNames = defineStore('fieldNames', () => {
  const teams = ref<Team[]>([])
  const lines = ref<Line[]>([])
  const topics = ref<Topic[]>([])
  const segments = ref<Segment[]>([])
  let asked: Promise<void> | null = null

  const load = (): Promise<void> => (asked ??= read().catch((failure: unknown) => { asked = null; throw failure }))
  async function read(): Promise<void> {
    const found = await Promise.all([api.teams(), api.lines(), api.topics(), api.segments()])
    teams.value = found[0].items
    lines.value = found[1].items
    topics.value = found[2].items
    segments.value = found[3].items
  }
  const named = (one: { name: string; names?: Words }): string => one.names?.[i18n.global.locale.value] ?? one.name
  const nameOf = (from: readonly { id: string; name: string; names?: Words }[], id: string): string => { const one = from.find((other) => other.id === id); return one ? named(one) : id }
  return { teams, lines, topics, segments, load, named, nameOf }
})
