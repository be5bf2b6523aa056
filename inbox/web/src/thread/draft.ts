/** What is being written, and its forms on the way to the hub and back. Pure. */
import type { AgentDraft, DraftBody, DraftKind } from '@/api/writing'
import type { Button, CannedUse, Message, Span, Upload } from '@/api/types'

export type Tab = DraftKind
export interface DraftFile { key: number; file: File; share: number; upload: Upload | null; error: string; abort: AbortController }
/** The fields of a mail's head as they are written; null: as in the mail that is answered. */
export interface DraftHead { subject: string; to: string; cc: string; bcc: string }
/** `spans` are those of the reply: a note has no formatting. */
export interface Draft { tab: Tab; text: Record<Tab, string>; spans: Span[]; files: DraftFile[]; buttons: Button[]; head: DraftHead | null; replyTo: Message | null; canned: CannedUse | null }

export const blankDraft = (): Draft => ({ tab: 'reply', text: { reply: '', note: '' }, spans: [], files: [], buttons: [], head: null, replyTo: null, canned: null })

export function bodyOf(draft: Draft, kind: Tab): DraftBody {
  const reply = kind === 'reply'
  return {
    text: draft.text[kind], spans: reply ? draft.spans.map(bare) : [],
    attachments: draft.tab === kind ? draft.files.flatMap((file) => (file.upload ? [file.upload.id] : [])) : [],
    buttons: reply ? draft.buttons.map((button) => [key(button)]) : [], head: reply && draft.head ? { ...draft.head } : null,
    reply_to: reply ? draft.replyTo?.id ?? null : null, canned: reply && draft.canned ? { id: draft.canned.id, values: { ...draft.canned.values } } : null,
  }
}
/** What the hub has, in the same form; what was sent or thrown away is empty. */
export function bodyOfKept(kept: AgentDraft | null): DraftBody {
  if (!kept?.written) return { text: '', spans: [], attachments: [], buttons: [], head: null, reply_to: null, canned: null }
  return {
    text: kept.text, spans: kept.spans.map(bare), attachments: kept.attachments.map((file) => file.id), buttons: kept.buttons.map((row) => row.map(key)),
    head: kept.head ? { subject: kept.head.subject, to: kept.head.to, cc: kept.head.cc, bcc: kept.head.bcc } : null, reply_to: kept.reply_to,
    canned: kept.canned ? { id: kept.canned.id, values: { ...kept.canned.values } } : null,
  }
}
/** Who only chose what to answer has written nothing yet. */
export const isEmptyBody = (body: DraftBody): boolean => body.text.trim() === '' && body.attachments.length === 0 && body.buttons.length === 0 && body.head === null
/** Equal drafts have equal marks. */
export const markOf = (body: DraftBody): string => (isEmptyBody(body) ? '' : JSON.stringify(body))

const bare = (span: Span): Span => ({ kind: span.kind, start: span.start, length: span.length, ...(span.url ? { url: span.url } : {}), ...(span.language ? { language: span.language } : {}) })
const key = (button: Button): Button => ({ kind: button.kind, label: button.label, value: button.value ?? null, url: button.url ?? null })
