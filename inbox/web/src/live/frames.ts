/** What travels on the live connection. */
import type { Board, Standing } from '@/api/desk'
import type { Actor, Conversation, Count, Message, Notification, Outcome } from '@/api/types'

export interface Typing { channel_id: string; thread?: string | null; conversation_id?: string | null; actor: Actor }
export interface Viewing { conversation_id: string | null; actor?: Actor; agent_id?: string; agent_name?: string; agents?: Actor[] }
/** What an agent writes was saved, sent or thrown away; it does not say what stands there. */
export interface DraftChanged { conversation_id: string; agent_id: string; agent_name: string | null; draft_kind: 'reply' | 'note'; written: boolean; version: number; device: string | null; updated_at: string }
export interface Payloads {
  'message.added': { message: Message; conversation: Conversation }
  'message.changed': { message: Message; conversation?: Conversation | null }
  'conversation.changed': { conversation: Conversation; cause: string; actor?: Actor | null }
  'command.done': { outcome: Outcome }
  typing: Typing
  'channel.changed': { channel_id: string }
  'settings.changed': { collection: string; id: string }
  viewing: Viewing
  'notification.added': { notification: Notification }
  'notifications.read': { agent_id: string; ids: string[]; unread: number }
  'draft.changed': DraftChanged
  'presence.changed': { standing: Standing }
}
export type EventKind = keyof Payloads
export type EventFrame = {
  [K in EventKind]: { type: 'event'; kind: K; cursor: string | null; partition: number | null; seq: number | null; at: string; payload: Payloads[K] }
}[EventKind]

/** `number` counts the frames of a connection, from 1 on. */
export type Frame = { number?: number } & (
  | { type: 'hello'; cursor: string; agent_id: string | null; server_time: string }
  | EventFrame
  | { type: 'counts'; items: Count[] }
  | { type: 'reset'; cursor: string }
  | { type: 'board'; board: Board }
  | { type: 'pong'; server_time?: string }
  | { type: 'problem'; detail: string }
)
