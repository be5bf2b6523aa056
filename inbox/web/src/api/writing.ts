/** The routes of what is being written: drafts, schedules, and what is offered to write with. */
import { http } from './client'
import type { AnswerSize } from '@/components/composer/limits'
import type * as T from './types'

const id = encodeURIComponent

export type DraftKind = 'reply' | 'note'
/** What the hub keeps of a draft; the composer's own is made of it and back. */
export interface DraftBody {
  text: string; spans: T.Span[]; attachments: string[]; buttons: T.Button[][]
  head: { subject: string; to: string; cc: string; bcc: string } | null; reply_to: string | null; canned: T.CannedUse | null
}
export interface AgentDraft extends Omit<DraftBody, 'attachments'> {
  kind: DraftKind; attachments: T.Attachment[]; written: boolean; version: number; device: string | null; agent_id: string; updated_at: T.Iso; message_id: string | null
}
export interface ColleagueDraft { agent_id: string; agent_name: string | null; kind: DraftKind; updated_at: T.Iso; draft: AgentDraft | null }
export interface ConversationDrafts { reply: AgentDraft | null; note: AgentDraft | null; others: ColleagueDraft[] }
export interface DraftUse { version: number; device: string }

/** How somebody could be written to by one channel. */
export interface Way {
  channel_id: string; channel_type: string; channel_name: string; identity_id: string | null; address: string | null; first_address: 'email' | 'phone' | null
  template: boolean; conversation_id: string | null; reason_code: string | null; reason: string | null
}
export interface FirstMessage { kind: 'reply'; text: string; email?: T.MailHead; template?: T.TemplateRequest; attachments?: string[] }
export interface NewConversation { id: string; channel_id: string; identity_id?: string; address?: string; name?: string; contact_id?: string; from_id?: string; message: FirstMessage }
export interface Begun { conversation?: T.Conversation; message?: T.Message; command_id?: string }

export const writing = {
  drafts: (cid: string) => http.get<ConversationDrafts>(`/conversations/${id(cid)}/draft`),
  saveDraft: (cid: string, kind: DraftKind, body: DraftBody, use: DraftUse) => http.put<AgentDraft>(`/conversations/${id(cid)}/draft`, { ...body, kind, ...use }),
  dropDraft: (cid: string, kind: DraftKind, version: number) => http.delete<ConversationDrafts>(`/conversations/${id(cid)}/draft?kind=${kind}&version=${version}`),

  scheduled: (cid: string) => http.get<T.Page<T.Message>>('/scheduled', { conversation_id: cid, limit: 50 }),
  reschedule: (mid: string, change: { send_at?: string; text?: string; recall?: boolean }) => http.post<{ message?: T.Message; command_id?: string }>(`/messages/${id(mid)}/schedule`, change),
  people: (q: string) => http.get<T.Page<T.Contact>>('/contacts', { q, limit: 8 }),
  ways: (contact: string) => http.get<T.Page<Way>>(`/contacts/${id(contact)}/ways`),
  begin: (one: NewConversation) => http.send<Begun>('/conversations', one),

  answerSizes: () => http.get<T.Page<AnswerSize>>('/answer-sizes'),
  teams: () => http.get<T.Page<{ id: string; name: string }>>('/teams'),
}
