import type { Conversation } from '@/api/types'
import { i18n } from '@/i18n'

/** What the list calls it: the group or the subject, else the contact. */
export function nameOf(conversation: Conversation): string {
  const person = conversation.contact_name ?? ''
  if (conversation.thread_kind === 'email' && conversation.title) return person ? `${person} — ${conversation.title}` : conversation.title
  if (conversation.thread_kind !== 'private' && conversation.title) return conversation.title
  return person || conversation.title || i18n.global.t('customer.unnamed')
}
/** The person alone. */
export const personOf = (conversation: Conversation): string => conversation.contact_name || conversation.title || i18n.global.t('customer.unnamed')
