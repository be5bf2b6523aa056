/** By when something is due in a conversation, and how near that is. */
import type { Conversation, Deadline } from '@/api/types'
import { i18n } from '@/i18n'
import { dayAndTime, duration } from './time'

export interface Due { words: string; look: 'bad' | 'warn' | undefined }

const SOON_MS = 60 * 60_000

/** Whether it is near enough to stand at the head of a conversation, where there is little room. */
export function isSoon(conversation: Conversation, due: Due, now: number): boolean {
  return due.look !== undefined || Date.parse(conversation.due_at ?? '') - now < SOON_MS
}

/** What is to be shown of the earliest open deadline; nothing when there is none. */
export function dueOf(conversation: Conversation, now: number): Due | null {
  const { due_at: at, deadlines } = conversation
  if (!at || conversation.status === 'resolved') return null
  const { t } = i18n.global
  const left = Date.parse(at) - now
  if (left <= 0) return { words: -left < 60_000 ? t('chips.overdueNow') : t('chips.overdue', { time: duration(-left) }), look: 'bad' }
  const open = [deadlines?.first_reply, deadlines?.next_reply, deadlines?.resolution].filter((one): one is Deadline => Boolean(one) && !one?.met_at)
  const near = open.some((one) => one.due_at === at && (one.warned?.length ?? 0) > 0)
  return { words: t('chips.due', { time: dayAndTime(at, now) }), look: near ? 'warn' : undefined }
}
