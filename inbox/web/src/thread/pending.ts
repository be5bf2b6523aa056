/** What we are sending: shown at once, until the stored message takes its place. */
import type { DraftUse } from '@/api/writing'
import type { Attachment, AttachmentKind, Button, CannedUse, ContactCardBlock, LocationBlock, MailHead, Mention, Message, Span, TemplateRequest, Upload } from '@/api/types'

export type PendingState = 'sending' | 'waiting' | 'offline'
export interface Pending {
  /** The command's id; a repeat with it is harmless. */
  id: string
  conversationId: string
  kind: 'reply' | 'note'
  text: string
  spans: Span[]
  uploads: Upload[]
  buttons: Button[][]
  head: MailHead | null
  template: TemplateRequest | null
  replyTo: Message | null
  canned: CannedUse | null
  /** A place or a contact card; it goes as a message of its own. */
  block?: LocationBlock | ContactCardBlock | null
  /** When it is to leave; absent: now. `recall`: not at all if the customer writes first. */
  sendAt?: string | null
  recall?: boolean
  mentions?: Mention[]
  /** The draft that it is made of. */
  draft?: DraftUse | null
  at: string
  authorId: string
  authorName: string
  state: PendingState
  /** The stored message that is taken to be this one, before the hub's answer has said so. */
  adopted: string | null
}

export function kindOfMime(mime: string): AttachmentKind {
  const family = mime.split('/')[0]
  return family === 'image' || family === 'video' || family === 'audio' ? family : 'file'
}

function attachmentOf(upload: Upload): Attachment {
  return { id: upload.id, kind: kindOfMime(upload.mime), state: 'pending', name: upload.name, mime: upload.mime, size_bytes: upload.size_bytes }
}

/** How it looks in the thread until it is stored. */
export function asMessage(pending: Pending): Message {
  const quoted = pending.replyTo
  return {
    id: pending.id, conversation_id: pending.conversationId, channel_id: '', seq: Number.MAX_SAFE_INTEGER, sort: '\uffff',
    direction: pending.kind === 'note' ? 'note' : 'outbound',
    author: { kind: 'agent', id: pending.authorId, name: pending.authorName },
    content: {
      text: pending.text, spans: pending.spans, attachments: pending.uploads.map(attachmentOf), buttons: pending.buttons, email: pending.head, mentions: pending.mentions ?? [], blocks: pending.block ? [pending.block] : [],
      reply_to: quoted ? { message_id: quoted.id, quote: quoted.content.text.slice(0, 200), author_name: quoted.author.name } : null,
    },
    at: pending.at, accepted_at: pending.at, delivery: pending.kind === 'reply' ? 'queued' : null, send_at: pending.sendAt ?? null, version: 0,
  }
}

/** Whether a stored message may be what we are sending: the live event can overtake the answer. */
export function mayBe(pending: Pending, message: Message): boolean {
  return pending.adopted === null && message.author.kind === 'agent' && message.author.id === pending.authorId
    && message.direction === (pending.kind === 'note' ? 'note' : 'outbound')
    && message.content.text.trim() === pending.text.trim()
    && (message.content.attachments?.length ?? 0) === pending.uploads.length
    && (message.content.blocks?.length ?? 0) === (pending.block ? 1 : 0)
}
