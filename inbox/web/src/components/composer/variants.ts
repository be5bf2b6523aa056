/** Which of a canned reply's texts is for a conversation: the hub chooses by the same rule when it fills it in. Pure. */
import type { CannedReply, Conversation } from '@/api/types'

export function variantFor(reply: CannedReply, conversation: Conversation): string {
  const language = (conversation.language ?? '').toLowerCase()
  let best = { fit: -1, text: reply.text }
  for (const one of reply.variants ?? []) {
    const wanted = (one.language ?? '').toLowerCase()
    if (one.channel_type && one.channel_type !== conversation.channel_type) continue
    if (wanted && wanted !== language && wanted !== language.split('-')[0]) continue
    const fit = (one.channel_type ? 4 : 0) + (wanted ? (wanted === language ? 2 : 1) : 0)
    if (fit > best.fit) best = { fit, text: one.text }
  }
  return best.text
}
