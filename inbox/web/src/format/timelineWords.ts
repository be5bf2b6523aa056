/** One line of words for a message among many. */
import type { CallBlock, Message } from '@/api/types'
import { i18n } from '@/i18n'
import { playTime } from './time'

export function callOf(message: Message): CallBlock | null {
  return (message.content.blocks ?? []).find((block): block is CallBlock => block.type === 'call') ?? null
}
export function timelineWords(message: Message): string {
  const { t, te } = i18n.global
  const { content } = message
  if (message.deleted_at) return t('kinds.deleted')
  const call = callOf(message)
  if (call) return [call.answered ? t(call.direction === 'in' ? 'block.callIn' : 'block.callOut') : t('block.missed'), call.duration_s ? playTime(call.duration_s) : ''].filter(Boolean).join(' · ')
  const text = content.text.trim() || content.action?.label || content.email?.subject
  if (text) return text
  const kind = content.attachments?.[0]?.kind ?? content.blocks?.[0]?.type ?? (content.forward ? 'forward' : 'text')
  return te(`kinds.${kind}`) ? t(`kinds.${kind}`) : t('kinds.text')
}
