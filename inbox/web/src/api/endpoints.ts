/** One function per route that the screens use. */
import { csrfHeader, http, ApiError, type Answer, type Problem, type Query } from './client'
import type * as T from './types'
import type { DraftUse } from './writing'

const id = encodeURIComponent

export type ConversationAnswer = { conversation?: T.Conversation; command_id?: string }
export type MessageAnswer = { message?: T.Message; command_id?: string }
/** What a reply says. */
export interface Reply {
  text: string; spans?: T.Span[]; attachments?: string[]; buttons?: T.Button[][]; reply_to?: string; email?: T.MailHead; template?: T.TemplateRequest
}
export interface NewMessage extends Reply {
  id: string; kind: 'reply' | 'note'; send_at?: string; recall?: boolean; undo_s?: number; mentions?: T.Mention[]; draft?: DraftUse
  blocks?: (T.LocationBlock | T.ContactCardBlock)[]; canned?: T.CannedUse
}

/** Conversations by their ids, or those of a list. */
export interface BulkChoice { id: string; ids?: string[]; filter?: T.ListFilter }
export interface BulkReply { text?: string; canned?: { id: string; values: Record<string, string> }; per_minute?: number }

export const api = {
  info: () => http.get<T.HubInfo>('/info'),
  session: () => http.get<T.SessionView>('/session'),
  signIn: (email: string, password: string, code?: string) => http.post<T.SessionView>('/session', { email, password, ...(code ? { code } : {}) }),
  signOut: () => http.delete<void>('/session'),
  changeMe: (change: Record<string, string>) => http.patch<T.AgentView>('/agents/me', change),

  agents: () => http.get<T.Page<T.AgentView>>('/agents'),
  addAgent: (agent: { email: string; name: string; role: T.Role; password?: string }) => http.post<{ agent: T.AgentView; password?: string }>('/agents', agent),
  changeAgent: (agent: string, change: { name?: string; role?: T.Role; active?: boolean }) => http.patch<T.AgentView>(`/agents/${id(agent)}`, change),

  conversations: (query: Query) => http.get<T.Page<T.Conversation>>('/conversations', query),
  conversation: (cid: string) => http.get<T.Conversation>(`/conversations/${id(cid)}`),
  messages: (cid: string, query: Query) => http.get<T.MessagePage>(`/conversations/${id(cid)}/messages`, query),
  send: (cid: string, message: NewMessage): Promise<Answer<MessageAnswer>> => http.send(`/conversations/${id(cid)}/messages`, message),
  preview: (cid: string, reply: Reply, ended: AbortSignal) => http.ask<T.CustomersView>(`/conversations/${id(cid)}/preview`, reply, ended),
  act: (cid: string, action: string, body: Record<string, unknown>) => http.post<ConversationAnswer>(`/conversations/${id(cid)}/${action}`, body),

  edit: (mid: string, text: string, spans: T.Span[]) => http.patch<MessageAnswer>(`/messages/${id(mid)}`, { text, spans }),
  draft: (cid: string) => http.get<T.SuggestedDraft>(`/drafts/${id(cid)}`),
  settleDraft: (cid: string, how: 'accepted' | 'edited' | 'discarded', version: number) => http.delete<ConversationAnswer>(`/drafts/${id(cid)}?how=${how}&version=${version}`),

  remove: (mid: string) => http.delete<MessageAnswer | undefined>(`/messages/${id(mid)}`),
  cancel: (mid: string) => http.post<MessageAnswer>(`/messages/${id(mid)}/cancel`),
  resend: (mid: string) => http.post<MessageAnswer>(`/messages/${id(mid)}/resend`),
  react: (mid: string, emoji: string | null) => http.post<MessageAnswer>(`/messages/${id(mid)}/reaction`, { emoji }),
  mailPage: (mid: string, pictures: boolean) => `/api/v1/messages/${id(mid)}/html?pictures=${pictures}`,
  attachment: (mid: string, aid: string) => `/api/v1/attachments/${id(mid)}/${id(aid)}`,

  command: (command: string) => http.get<T.Outcome>(`/commands/${id(command)}`),
  views: () => http.get<{ items: T.Count[]; positions?: string; saved?: T.SavedViewCount[] }>('/views'),
  viewCounts: (ids: string[]) => http.get<T.Page<T.Count>>('/views/counts', { ids: ids.join() }),
  addView: (spec: T.SavedViewSpec) => http.post<T.SavedView>('/views', spec),
  changeView: (vid: string, spec: T.SavedViewSpec) => http.put<T.SavedView>(`/views/${id(vid)}`, spec),
  removeView: (vid: string) => http.delete<void>(`/views/${id(vid)}`),
  orderViews: (ids: string[]) => http.put<void>('/views/order', { ids }),
  teams: () => http.get<T.Page<T.Team>>('/teams'),
  lines: () => http.get<T.Page<T.Line>>('/lines'),
  topics: () => http.get<T.Page<T.Topic>>('/topics'),
  segments: () => http.get<T.Page<T.Segment>>('/segments'),
  bulk: (body: BulkChoice & { actions: T.BulkAction[] }) => http.post<T.BulkView>('/bulk', body),
  bulkReply: (body: BulkChoice & BulkReply) => http.post<T.BulkView>('/bulk/replies', body),
  bulkStanding: (bid: string) => http.get<T.BulkView>(`/bulk/${id(bid)}`),
  undoBulk: (bid: string) => http.post<T.BulkView>(`/bulk/${id(bid)}/undo`),
  choosePresence: (state: string) => http.put<unknown>('/presence/me', { state }),
  labels: () => http.get<{ items: { name: string }[] }>('/labels'),
  search: (query: Query) => http.get<T.Page<T.SearchHit>>('/search', query),


  channelTypes: () => http.get<T.Page<T.ChannelTypeInfo>>('/channel-types'),
  channels: () => http.get<T.Page<T.ChannelView>>('/channels'),
  cannedReplies: () => http.get<T.Page<T.CannedReply>>('/canned-replies'),
  fillCanned: (cid: string, body: { canned_reply_id: string; values: Record<string, string> }) => http.post<T.FilledReply>(`/conversations/${id(cid)}/canned-reply`, body),
  macros: () => http.get<T.Page<T.Macro>>('/macros'),
  runMacro: (cid: string, macroId: string) => http.post<unknown>(`/conversations/${id(cid)}/macro`, { macro_id: macroId }),
  templates: (cid: string, refresh = false) => http.get<T.Page<T.Template>>(`/channels/${id(cid)}/templates`, refresh ? { refresh: 'true' } : {}),
  addChannel: (channel: { type: string; name: string; settings: Record<string, T.Json> }) => http.post<T.ChannelView>('/channels', channel),
  changeChannel: (cid: string, change: { name?: string; settings?: Record<string, T.Json> }) => http.patch<T.ChannelView>(`/channels/${id(cid)}`, change),
  channelAct: (cid: string, action: 'pause' | 'resume') => http.post<T.ChannelView>(`/channels/${id(cid)}/${action}`),
  checkChannel: (cid: string) => http.post<T.CheckReport>(`/channels/${id(cid)}/check`),
  removeChannel: (cid: string) => http.delete<void>(`/channels/${id(cid)}`),

  notifications: (query: Query) => http.get<T.NotificationPage>('/notifications', query),
  readNotifications: (what: { ids?: string[]; conversation_id?: string; up_to?: string }) => http.post<{ unread: number }>('/notifications/read', what),
  notificationSettings: () => http.get<T.NotificationSettings>('/agents/me/notification-settings'),
  changeNotificationSettings: (settings: T.NotificationSettings) => http.put<T.NotificationSettings>('/agents/me/notification-settings', settings),
  push: () => http.get<T.PushView>('/push'),
  addPushDevice: (device: { endpoint: string; keys: { p256dh: string; auth: string }; name: string; language: string }) => http.post<T.PushDevice>('/push/devices', device),
  mutePushDevice: (device: string, muted: boolean) => http.patch<T.PushDevice>(`/push/devices/${id(device)}`, { muted }),
  removePushDevice: (device: string) => http.delete<void>(`/push/devices/${id(device)}`),
  tryPushDevice: (device: string) => http.post<void>(`/push/devices/${id(device)}/test`),

  deadLetters: (state: string, cursor?: string | null) => http.get<T.Page<T.DeadLetter>>('/dead-letters', { state, cursor }),
  deadLetter: (did: string) => http.get<T.DeadLetter>(`/dead-letters/${id(did)}`),
  deadLetterAct: (did: string, action: 'replay' | 'drop') => http.post<void>(`/dead-letters/${id(did)}/${action}`),
}

/** Uploads with progress, which `fetch` does not tell. Resolves with the upload, rejects with `ApiError`. */
export function upload(file: File, progress: (share: number) => void, signal: AbortSignal): Promise<T.Upload> {
  return new Promise((resolve, reject) => {
    const call = new XMLHttpRequest()
    const form = new FormData()
    form.append('file', file, file.name)
    call.open('POST', '/api/v1/uploads')
    call.setRequestHeader(...csrfHeader())
    call.responseType = 'json'
    call.timeout = 15 * 60_000
    call.upload.onprogress = (event) => { if (event.lengthComputable) progress(event.loaded / event.total) }
    call.onload = () => {
      if (call.status >= 200 && call.status < 300) resolve(call.response as T.Upload)
      else reject(new ApiError(call.status, (call.response ?? {}) as Problem))
    }
    call.onerror = call.ontimeout = call.onabort = () => reject(new ApiError(0, { title: 'unreachable' }))
    signal.addEventListener('abort', () => call.abort())
    call.send(form)
  })
}
