/** What the channel of a conversation carries of what is written, and until when. */
import { computed, type ComputedRef, type Ref } from 'vue'
import type { Conversation } from '@/api/types'
import { i18n } from '@/i18n'
import { countdown, fileSize } from '@/format/time'
import { useChannels } from '@/stores/channels'
import { useClock } from '@/stores/clock'
import { useAnswerSizes } from '@/stores/answerSizes'
import { fileProblem, meterOf, screenOf, screenSizeFor } from './limits'

export interface Hint { words: string; bad: boolean; timer?: boolean }
const HOUR_MS = 3_600_000

export function useCarrying(conversation: () => Conversation, note: Ref<boolean>, text: Ref<string>) {
  const { t } = i18n.global
  const channels = useChannels()
  const clock = useClock()
  const sizes = useAnswerSizes()
  void sizes.load()
  const abilities = computed(() => channels.abilities(conversation().channel_type))
  const channel = computed(() => channels.byId(conversation().channel_id))
  const meter = computed(() => (note.value ? null : meterOf(text.value, abilities.value)))
  const screenSize = computed(() => screenSizeFor(sizes.items, { id: conversation().channel_id, type: conversation().channel_type }))
  const screen = computed(() => (note.value ? null : screenOf(text.value, screenSize.value)))
  const windowLeft = computed(() => { const until = conversation().reply_until; return until ? Date.parse(until) - clock.now : null })
  const closed = computed(() => !note.value && windowLeft.value !== null && windowLeft.value <= 0)
  const windowHours = computed(() => Math.round((abilities.value?.reply_window_s ?? 86_400) / 3600))
  const hint: ComputedRef<Hint | null> = computed(() => {
    const one = conversation()
    if (note.value) return null
    if (!one.reachable) return { words: t('compose.unreachable', { reason: one.unreachable_reason ?? '' }), bad: true }
    if (channel.value?.state === 'broken') return { words: t('compose.channelBroken'), bad: true }
    if (channel.value?.state === 'paused') return { words: t('compose.channelPaused'), bad: false }
    if (windowLeft.value !== null) return { words: t('compose.windowLeft', { time: countdown(windowLeft.value) }), bad: windowLeft.value < HOUR_MS, timer: true }
    if (one.merged_into || (one.joined?.length ?? 0) > 0) return { words: t('write.goesTo', { channel: channel.value?.name ?? channels.titleOf(one.channel_type) }), bad: false }
    return one.status === 'resolved' ? { words: t('compose.resolved'), bad: false } : null
  })
  /** Why the channel does not carry a file; '': it does. */
  function problemOf(file: File): string {
    const problem = fileProblem(file, abilities.value)
    if (!problem) return ''
    const named = { name: file.name, channel: channels.titleOf(conversation().channel_type) }
    if (problem.why === 'tooBig') return t('write.tooBig', { ...named, size: fileSize(file.size), max: fileSize(problem.max) })
    if (problem.why === 'type') return t('write.wrongType', { ...named, type: problem.mime })
    return problem.why === 'empty' ? t('write.emptyFile', named) : t('compose.notCarried', named)
  }
  return { abilities, meter, screenSize, screen, hint, closed, windowHours, problemOf }
}
