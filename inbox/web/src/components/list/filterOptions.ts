/** What each field of a filter can be, with the words for it. */
import { useI18n } from 'vue-i18n'
import { PRIORITIES, STATUSES } from '@/api/types'
import { duration } from '@/format/time'
import type { Field } from '@/list/filter'
import { useAgents } from '@/stores/agents'
import { useChannels } from '@/stores/channels'
import { useFieldNames } from '@/stores/fieldNames'
import { useViews } from '@/stores/views'

export interface Option { value: string; words: string }
const LANGUAGES = ['ru', 'en', 'uk', 'be', 'kk', 'de', 'fr', 'es', 'it', 'pl', 'tr', 'zh', 'ar', 'he', 'ja', 'ko', 'ka', 'hy', 'el', 'th']
const WAITS_S = [300, 900, 3_600, 14_400, 86_400]

export function useFilterOptions() {
  const { t, locale } = useI18n()
  const agents = useAgents()
  const channels = useChannels()
  const policies = useFieldNames()
  const views = useViews()

  function languageName(tag: string): string {
    try { return new Intl.DisplayNames([locale.value], { type: 'language' }).of(tag) ?? tag } catch { return tag }
  }
  const named = (items: readonly { id: string; name: string }[]): Option[] => items.map((one) => ({ value: one.id, words: policies.named(one) }))

  function optionsOf(field: Field): Option[] {
    switch (field) {
      case 'status': return STATUSES.map((value) => ({ value, words: t(`status.${value}`) }))
      case 'priority': return PRIORITIES.map((value) => ({ value, words: t(`priority.${value}`) }))
      case 'assignee_id': return [{ value: 'me', words: t('actions.me') }, { value: 'none', words: t('actions.nobody') }, ...agents.active.map((one) => ({ value: one.id, words: one.name }))]
      case 'follower': return [{ value: 'me', words: t('actions.me') }, ...agents.active.map((one) => ({ value: one.id, words: one.name }))]
      case 'channel_id': return channels.items.map((one) => ({ value: one.id, words: one.name }))
      case 'team_id': return named(policies.teams)
      case 'line': return named(policies.lines)
      case 'topic': return [...named(policies.topics), { value: 'none', words: t('filters.none') }]
      case 'segment': return named(policies.segments)
      case 'label': return views.labels.map((value) => ({ value, words: value }))
      case 'language': return [...LANGUAGES.map((value) => ({ value, words: languageName(value) })), { value: 'none', words: t('filters.none') }]
      case 'waiting_s': return WAITS_S.map((value) => ({ value: String(value), words: t('filters.longer', { time: duration(value * 1000) }) }))
    }
  }
  function wordsOf(field: Field, value: string): string {
    if (field === 'language' && value !== 'none') return languageName(value)
    if (field === 'waiting_s') return t('filters.longer', { time: duration(Number(value) * 1000) })
    return optionsOf(field).find((option) => option.value === value)?.words ?? value
  }
  return { optionsOf, wordsOf }
}
