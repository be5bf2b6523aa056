/** The hub's documents as they travel: the same words as in the server's models. */

export type Iso = string
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json }
export type Words = Record<string, string>

// Content ------------------------------------------------------------------------------------

export type SpanKind = 'bold' | 'italic' | 'underline' | 'strike' | 'spoiler' | 'code' | 'pre' | 'quote'
  | 'link' | 'mention' | 'hashtag' | 'command' | 'emoji' | 'other'
/** A range of the text, in UTF-16 code units, as JavaScript counts. */
export interface Span { kind: SpanKind; start: number; length: number; url?: string | null; language?: string | null }

export type AttachmentKind = 'image' | 'video' | 'audio' | 'voice' | 'video_note' | 'animation' | 'sticker' | 'file'
export type FetchState = 'pending' | 'stored' | 'expired' | 'too_big' | 'failed'
export interface Attachment {
  id: string; kind: AttachmentKind; state: FetchState; reason?: string | null
  name?: string | null; mime?: string | null; mime_detected?: string | null; size_bytes?: number | null
  duration_s?: number | null; width?: number | null; height?: number | null; waveform?: number[] | null
  spoiler?: boolean; animated?: boolean; emoji?: string | null
}

export interface LocationBlock { type: 'location'; latitude: number; longitude: number; accuracy_m?: number | null; title?: string | null; address?: string | null; live_until?: Iso | null }
export interface ContactCardBlock { type: 'contact_card'; name: string; phones?: string[]; emails?: string[] }
export interface PollBlock { type: 'poll'; question: string; options: { text: string; votes: number }[]; closed?: boolean; anonymous?: boolean; multiple?: boolean }
export interface DiceBlock { type: 'dice'; emoji: string; value: number }
export interface LinkBlock { type: 'link'; subtype?: string; url?: string | null; title?: string | null; description?: string | null }
export interface OrderBlock { type: 'order'; items: { product_external_id: string; title?: string | null; quantity: number; price?: string | null; currency?: string | null }[]; note?: string | null }
export interface CallBlock { type: 'call'; direction: 'in' | 'out'; answered: boolean; duration_s?: number | null }
export interface FormBlock { type: 'form'; name?: string | null; answers: Words }
export interface ServiceBlock { type: 'service'; name: string; details: Words }
export interface UnsupportedBlock { type: 'unsupported'; name: string }
export type Block = LocationBlock | ContactCardBlock | PollBlock | DiceBlock | LinkBlock | OrderBlock
  | CallBlock | FormBlock | ServiceBlock | UnsupportedBlock

export interface Button { kind: 'action' | 'reply' | 'link'; label: string; value?: string | null; url?: string | null }
export interface ReplyRef { message_id?: string | null; external_id?: string | null; quote?: string | null; author_name?: string | null; other_thread?: boolean }
/** Whom a note calls, and where in its text. */
export interface Mention { agent_id?: string | null; team_id?: string | null; name?: string | null; start?: number | null; length?: number | null }
export interface Forward { origin: string; name?: string | null; at?: Iso | null; nested?: Content[] }
export interface Action { value?: string | null; label?: string | null }
export interface MailAddress { email: string; name?: string | null }
export interface EmailFields { subject?: string | null; sender?: MailAddress | null; to?: MailAddress[]; cc?: MailAddress[]; bcc?: MailAddress[]; html_blob_id?: string | null; quoted_from?: number | null; automatic?: boolean }
export interface Entry { kind: 'deep_link' | 'ad' | 'page' | 'other'; ref?: string | null; source?: string | null; title?: string | null; url?: string | null }
export interface Content {
  text: string; spans?: Span[]; attachments?: Attachment[]; blocks?: Block[]; buttons?: Button[][]
  reply_to?: ReplyRef | null; forward?: Forward | null; action?: Action | null; email?: EmailFields | null
  entry?: Entry | null; group_key?: string | null; mentions?: Mention[]; template?: { name: string; language: string } | null
}

// Messages -----------------------------------------------------------------------------------

export type Direction = 'inbound' | 'outbound' | 'note' | 'system'
export type Delivery = 'queued' | 'sending' | 'held' | 'unknown' | 'sent' | 'delivered' | 'read' | 'failed' | 'cancelled'
export interface Actor { kind: 'contact' | 'agent' | 'bot' | 'system' | 'platform'; id?: string | null; name?: string | null }
export interface Failure { kind: string; reason: string; code?: string | null; values?: Words }
export interface PartDelivery { index: number; state: Delivery; failure?: Failure | null; at: Iso }
export interface Message {
  id: string; conversation_id: string; channel_id: string; seq: number; sort: string; direction: Direction
  author: Actor; content: Content; system?: { name: string; details: Words } | null; at: Iso; accepted_at: Iso
  late?: boolean; raw?: unknown; raw_blob_id?: string | null; delivery?: Delivery | null; parts?: PartDelivery[]
  failure?: Failure | null; send_at?: Iso | null; reactions?: { emoji: string; by: Actor }[]
  revisions?: { content: Content; until: Iso }[]; edited_at?: Iso | null; deleted_at?: Iso | null
  pressed?: string[]; version: number
}

/** One message as its customer would see it. */
export interface PartView { text: string; spans: Span[]; attachments: Attachment[]; blocks: Block[]; buttons: Button[][]; reply_to: ReplyRef | null }
export interface RefusalView { code: string | null; reason: string; values: Words }
export interface CustomersView { channel_type: string; parts: PartView[]; count: number; refused?: RefusalView | null }

// Conversations ------------------------------------------------------------------------------

export type Status = 'open' | 'pending' | 'snoozed' | 'resolved'
export type PendingFor = 'customer' | 'colleague' | 'third_party'
export type Priority = 'low' | 'normal' | 'high' | 'urgent'
export const STATUSES: readonly Status[] = ['open', 'pending', 'snoozed', 'resolved']
export const PRIORITIES: readonly Priority[] = ['urgent', 'high', 'normal', 'low']
export interface Preview { text: string; kind: string; direction: Direction; author_name?: string | null; at: Iso; delivery?: Delivery | null }
export interface BotStanding { last_bot_id: string; people_since?: Iso | null }
export interface SuggestedDraft { id: string; author_id: string; author_name?: string | null; text: string; at: Iso; version: number }
export type Target = 'first_reply' | 'next_reply' | 'resolution'
export interface Deadline { due_at: Iso | null; left_s?: number | null; warned?: number[]; breached_at?: Iso | null; met_at?: Iso | null }
export interface Deadlines { first_reply?: Deadline | null; next_reply?: Deadline | null; resolution?: Deadline | null; call_back_at?: Iso | null; promise?: Promised | null }
/** The time that the customer was told. */
export interface Promised { due_at: Iso | null; words?: string | null; state: 'open' | 'kept' | 'broken' | 'void' }
export interface Conversation {
  id: string; number?: number | null; channel_id: string; channel_type: string; thread: string
  thread_kind: 'private' | 'group' | 'channel' | 'email' | 'topic'; title?: string | null
  contact_id: string; identity_id: string; contact_name?: string | null; status: Status
  pending_for?: PendingFor | null; snoozed_until?: Iso | null; assignee_id?: string | null
  assignee_name?: string | null; team_id?: string | null; line?: string | null; bot_id?: string | null
  bots?: BotStanding | null; drafted_at?: Iso | null; fields?: Words
  priority: Priority; labels: string[]; topic?: string | null; language?: string | null; segments?: string[]; followers?: string[]; unread: number; preview?: Preview | null
  messages: number; waiting_since?: Iso | null; due_at?: Iso | null; deadlines?: Deadlines | null; last_activity_at: Iso; reply_until?: Iso | null
  reachable: boolean; unreachable_reason?: string | null; entry?: Entry | null
  merged_into?: string | null; joined?: string[]; ruled?: { recalled?: string[] }; escalation?: Escalation; awaited?: Awaited | null; assignment?: { cause?: string | null }; skills?: string[]
  context?: Words; verified?: boolean; created_at: Iso; resolved_at?: Iso | null; version: number
}

// What is written ----------------------------------------------------------------------------

/** The head of a mail; what is absent is as in the mail that is answered. */
export interface MailHead { subject?: string; to?: MailAddress[]; cc?: MailAddress[]; bcc?: MailAddress[] }
export interface TemplateButton { type: string; text: string; url: string | null; variable: boolean; required: boolean }
/** A text that the platform has approved, sent where it lets nobody write freely. */
export interface Template {
  name: string; language: string; status: string; category: string | null; named: boolean
  header: { format: 'text' | 'image' | 'video' | 'document' | 'location'; text: string; variables: string[] } | null
  body: string; variables: string[]; footer: string | null; buttons: TemplateButton[]
}
export interface TemplateValue { text: string; name?: string }
export interface CannedSlot { name: string; label: string; required?: boolean }
export interface CannedReply { id: string; name: string; shortcut: string; text: string; slots?: CannedSlot[]; variants?: { channel_type?: string | null; language?: string | null; text: string }[] }
export interface CannedUse { id: string; values: Record<string, string> }
export interface CannedFile { blob_id: string; name: string; mime: string; size_bytes: number }
export interface FilledReply { text: string; files?: CannedFile[]; problem?: { code: string; variable: string; field: string; reason: string } | null }
export interface Macro { id: string; name: string; names?: Record<string, string> }
export interface TemplateRequest { name: string; language: string; header: TemplateValue[]; body: TemplateValue[]; buttons: { index: number; value: string }[] }

// People -------------------------------------------------------------------------------------

export type Role = 'admin' | 'supervisor' | 'agent' | 'bot'
export interface AgentView { id: string; email: string; name: string; role: Role; team_ids: string[]; language?: string | null; theme?: string | null; active: boolean }
export interface Hop { kind: 'escalated' | 'returned'; from_line: string | null; to_line: string | null; task_id: string; by: Actor; at: Iso }
/** The colleague for whom a pending conversation waits. */
export interface Awaited { colleague_id: string; colleague_name: string; until: Iso; reminded_at?: Iso | null }
export interface Escalation { open: { task_id: string; line: string; assignee_id?: string | null }[]; hops: Hop[]; ping_pong: boolean }

// Channels -----------------------------------------------------------------------------------

/** What of the formatting a channel carries. */
export type Format = 'bold' | 'italic' | 'underline' | 'strike' | 'spoiler' | 'code' | 'pre' | 'quote' | 'link'
export interface MediaLimit { kind: string; max_bytes: number; mimes: string[] }
export interface Capabilities {
  max_text: number; text_unit: 'utf16' | 'characters' | 'bytes'; max_caption: number; media: MediaLimit[]
  album_max: number; formats?: Format[]; buttons: boolean; max_buttons?: number; max_button_label?: number; reply: boolean; edit: boolean; delete: boolean; reactions: boolean; blocks?: string[]; typing_in?: boolean; typing_out?: boolean; read_out?: boolean; write_first?: boolean; first_address?: 'email' | 'phone' | null; first_template?: boolean
  reply_window_s?: number | null; receipts?: string[]; templates?: boolean
}
export interface SchemaField {
  type?: string; title?: string; description?: string; default?: Json; enum?: Json[]; const?: Json
  format?: string; writeOnly?: boolean; anyOf?: SchemaField[]; allOf?: SchemaField[]; $ref?: string
  minimum?: number; maximum?: number; minLength?: number; items?: SchemaField
  properties?: Record<string, SchemaField>; required?: string[]; $defs?: Record<string, SchemaField>
}
export interface SettingWords { title: string; description?: string }
export interface ChannelTypeInfo {
  id: string; title: string; summary: Words; settings_schema: SchemaField; settings_words?: Record<string, Record<string, SettingWords>>; capabilities: Capabilities
  simulated?: boolean; pulls?: boolean; webhooks?: boolean
}
export type ChannelState = 'active' | 'paused' | 'broken' | 'removed'
export interface ChannelHealth { last_in_at?: Iso | null; last_out_at?: Iso | null; last_error?: string | null; last_error_at?: Iso | null; lag_s?: number | null; waiting?: number; waiting_since?: Iso | null }
export interface ChannelTraffic { hours?: number; received?: number; sent?: number; failed?: number; unknown?: number }
export interface ChannelView {
  id: string; type: string; name: string; state: ChannelState; reason?: string | null
  settings?: Record<string, Json>; simulated?: boolean; account?: string | null; health?: ChannelHealth | null; traffic?: ChannelTraffic
}
export interface CheckReport { ok: boolean; account?: string | null; items: { name: string; ok: boolean; detail?: string | null; remedy?: string | null }[]; problems?: { field: string | null; reason: string }[] }

// Bookkeeping --------------------------------------------------------------------------------

export interface Outcome { id: string; status: 'done' | 'refused'; reason?: string | null; reason_code?: string | null; reason_values?: Words; conversation_id?: string | null; result?: { message?: Message; conversation?: Conversation } }
export interface DeadLetter {
  id: string; source: string; queue?: string | null; reason: string; channel_id?: string | null
  conversation_id?: string | null; envelope?: unknown; raw_base64?: string | null; headers?: Words
  state: 'open' | 'replayed' | 'dropped'; at: Iso; closed_at?: Iso | null
}
export interface Page<T> { items: T[]; next: string | null }
export interface MessagePage extends Page<Message> { newer?: string | null }
export interface Count { key: string; count: number; more?: boolean }
/** What a list is narrowed by; a status that is not named is open. */
export interface ListFilter {
  status?: Status | null; assignee_id?: string | null; follower?: string | null; channel_id?: string | null; team_id?: string | null; line?: string | null; label?: string | null
  topic?: string | null; priority?: Priority | null; language?: string | null; segment?: string | null; waiting_s?: number | null
}
export interface SavedViewSpec { name: string; filter: ListFilter; team_id?: string | null }
export interface SavedView extends SavedViewSpec { id: string; owner_id: string; version: number }
export interface SavedViewCount { view: SavedView; count: number; more: boolean }
export interface Snippet { where: 'text' | 'subject' | 'attachment' | 'title' | 'contact_name'; text: string; marks: { start: number; length: number }[]; attachment_id?: string | null }
export interface SearchHit { conversation: Conversation; message?: Message | null; snippets: Snippet[] }
export interface BulkFailed { conversation_id: string; reason: string; reason_code?: string | null }
export interface BulkView {
  id: string; kind: string; at: Iso; total: number; done: number; waiting: number; failed: BulkFailed[]
  left_out: { conversation_id: string; reason: string; reason_code?: string | null }[]
  deliveries: Record<string, number>; undone_at: Iso | null; undone: number; not_undone: BulkFailed[]
}
export type BulkAction = { type: 'assign'; agent_id: string } | { type: 'team'; team_id: string | null } | { type: 'resolve' } | { type: 'reopen' } | { type: 'snooze'; for_s: number }
  | { type: 'add_labels' | 'remove_labels'; labels: string[] } | { type: 'priority'; priority: Priority } | { type: 'topic'; topic: string | null }
export interface Team { id: string; name: string; names?: Words }
export interface Line { id: string; name: string; names?: Words }
export interface Topic { id: string; name: string; names?: Words; parent_id?: string | null }
export interface Segment { id: string; name: string; names?: Words }
export interface SessionView { agent: AgentView; csrf_header: string; csrf_token: string }
export interface HubInfo { version: string; simulators: boolean; simulators_public: boolean; languages: string[]; undo_s: number; name?: string }
export interface Upload { id: string; name: string; mime: string; size_bytes: number }

// Notifications ------------------------------------------------------------------------------

export type NotificationKind = 'mention' | 'assigned' | 'task' | 'deadline' | 'message' | 'followed' | 'unassigned' | 'status'
export const NOTIFICATION_KINDS: readonly NotificationKind[] = ['message', 'assigned', 'unassigned', 'mention', 'task', 'deadline', 'followed', 'status']
export type Means = 'app' | 'sound' | 'desktop' | 'push'
export const MEANS: readonly Means[] = ['app', 'sound', 'desktop', 'push']
export interface Notification {
  id: string; agent_id: string; kind: NotificationKind; conversation_id: string; channel_type: string; message_id?: string | null
  title: string; text: string; details: Record<string, string>; by?: Actor | null; means: Means[]; at: Iso; unread: boolean
}
export interface NotificationPage { items: Notification[]; next: string | null; unread: number }
/** Local times, as 22:00 to 08:00; Monday is 0. */
export interface QuietHours { start: string; end: string; time_zone: string; days_off: number[] }
export interface NotificationSettings { kinds: Record<NotificationKind, Means[]>; quiet: QuietHours | null }
export interface PushDevice { id: string; name: string; muted: boolean; created_at: Iso; pushed_at: Iso | null; failing_since: Iso | null; own: boolean }
export interface PushView { public_key: string; devices: PushDevice[] }
