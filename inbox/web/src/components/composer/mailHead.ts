/** The head of the mail that is written: what the answered one says, and what was changed of it. Pure. */
import type { Conversation, MailHead } from '@/api/types'
import { addressesOf } from '@/format/addresses'
import type { DraftHead } from '@/stores/compose'

const ANSWER = /^\s*(?:re|aw|ответ|отв|на)(?:\[\d+\])?\s*:/i

export function headBefore(conversation: Conversation): DraftHead {
  const { to, cc, subject, machine } = conversation.context ?? {}
  const said = (subject ?? conversation.title ?? '').trim()
  return { to: to || machine || '', cc: cc ?? '', bcc: '', subject: !said || ANSWER.test(said) ? said : `Re: ${said}` }
}
/** Nothing that was written is no address, and somebody gets it. */
export const headFits = (head: DraftHead | null): boolean => head === null || (head.to.trim() !== '' && [head.to, head.cc, head.bcc].every((one) => addressesOf(one).wrong === null))

/** What is sent of it; null: it is as before. */
export function headOf(conversation: Conversation, head: DraftHead | null): MailHead | null {
  if (!head) return null
  const before = headBefore(conversation)
  const made: MailHead = {}
  if (head.subject.trim() !== '' && head.subject.trim() !== before.subject) made.subject = head.subject.trim()
  // Whoever is named is named in full: without this the copies go to whom they went before.
  if (head.to !== before.to || head.cc !== before.cc) Object.assign(made, { to: addressesOf(head.to).found, cc: addressesOf(head.cc).found })
  const hidden = addressesOf(head.bcc).found
  if (hidden.length > 0) made.bcc = hidden
  return Object.keys(made).length > 0 ? made : null
}
