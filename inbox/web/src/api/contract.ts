/**
 * Checked by the compiler alone: our types name nothing that the hub's OpenAPI document does not have,
 * and closed sets of words are the same on both sides. A test compares the
 * document with the API; it says how to bring it anew.
 */
import type { components } from './schema'
import type * as T from './types'

type Hub = components['schemas']
/** The document allows further fields; only the named ones count. */
type Named<O> = keyof { [K in keyof O as string extends K ? never : number extends K ? never : K]: O[K] }
/** What we name and the hub does not know. */
type Strange<Ours, Theirs> = Exclude<keyof Ours, Named<Theirs>>
type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? never : 'differs') : 'differs'
type None<Found extends never> = Found

export type Checked = None<
  | Strange<T.Conversation, Hub['Conversation']>
  | Strange<T.BotStanding, Hub['BotStanding']>
  | Strange<T.SuggestedDraft, Hub['Draft']>
  | Strange<T.Deadlines, Hub['Deadlines']>
  | Strange<T.Deadline, Hub['Deadline']>
  | Strange<T.Preview, Hub['Preview']>
  | Strange<T.Message, Hub['Message']>
  | Strange<T.Content, Hub['Content']>
  | Strange<T.Attachment, Hub['Attachment']>
  | Strange<T.Span, Hub['Span']>
  | Strange<T.Button, Hub['Button']>
  | Strange<T.ReplyRef, Hub['ReplyRef']>
  | Strange<T.Forward, Hub['Forward']>
  | Strange<T.EmailFields, Hub['EmailFields']>
  | Strange<T.MailHead, Hub['MailHeadRequest']>
  | Strange<T.Template, Hub['Template']>
  | Strange<T.TemplateButton, Hub['TemplateButton']>
  | Strange<T.TemplateRequest, Hub['TemplateRequest']>
  | Strange<T.LocationBlock, Hub['Location']>
  | Strange<T.ContactCardBlock, Hub['ContactCard']>
  | Strange<T.PollBlock, Hub['Poll']>
  | Strange<T.DiceBlock, Hub['Dice']>
  | Strange<T.LinkBlock, Hub['Link']>
  | Strange<T.OrderBlock, Hub['Order']>
  | Strange<T.CallBlock, Hub['Call']>
  | Strange<T.FormBlock, Hub['FormResponse']>
  | Strange<T.Actor, Hub['Actor']>
  | Strange<T.PartDelivery, Hub['PartDelivery']>
  | Strange<T.Failure, Hub['Failure']>
  | Strange<T.PartView, Hub['PartView']>
  | Strange<T.RefusalView, Hub['RefusalView']>
  | Strange<T.CustomersView, Hub['CustomersView']>
  | Strange<T.AgentView, Hub['AgentView']>
  | Strange<T.Capabilities, Hub['Capabilities']>
  | Strange<T.ChannelTypeInfo, Hub['ChannelTypeInfo']>
  | Strange<T.ChannelView, Hub['ChannelView']>
  | Strange<T.ChannelHealth, Hub['ChannelHealth']>
  | Strange<T.CheckReport, Hub['CheckReport']>
  | Strange<T.DeadLetter, Hub['DeadLetter']>
  | Strange<T.Outcome, Hub['Outcome']>
  | Strange<T.SessionView, Hub['SessionView']>
  | Strange<T.Upload, Hub['UploadView']>
  | Strange<T.Notification, Hub['Notification']>
  | Strange<T.NotificationPage, Hub['NotificationPage']>
  | Strange<T.NotificationSettings, Hub['NotificationSettingsView']>
  | Strange<T.QuietHours, Hub['QuietHours']>
  | Strange<T.PushDevice, Hub['PushDeviceView']>
  | Strange<T.PushView, Hub['PushView']>
  | Same<T.NotificationKind, Hub['NotificationKind']>
  | Same<T.Means, Hub['Means']>
  | Strange<T.SearchHit, Hub['SearchHit']>
  | Strange<T.Snippet, Hub['Snippet']>
  | Strange<T.ListFilter, Hub['ConversationFilter']>
  | Strange<T.SavedView, Hub['SavedView']>
  | Strange<T.SavedViewCount, Hub['SavedViewCount']>
  | Strange<T.Count, Hub['ViewCount']>
  | Strange<T.BulkView, Hub['BulkView']>
  | Strange<T.Team, Hub['Team']>
  | Strange<T.Line, Hub['Line']>
  | Strange<T.Topic, Hub['Topic']>
  | Strange<T.Segment, Hub['Segment']>
  | Strange<Omit<T.HubInfo, 'name'>, Hub['Info']>
  | Same<T.Delivery, Hub['Delivery']>
  | Same<T.Direction, Hub['Direction']>
  | Same<T.Status, Hub['Status']>
  | Same<T.PendingFor, Hub['PendingFor']>
  | Same<T.Priority, Hub['Priority']>
  | Same<T.AttachmentKind, Hub['AttachmentKind']>
  | Same<T.FetchState, Hub['FetchState']>
  | Same<T.SpanKind, Hub['SpanKind']>
  | Same<T.Format, Hub['Format']>
  | Same<T.Role, Hub['Role']>
  | Same<T.ChannelState, Hub['ChannelState']>
  | Same<T.Actor['kind'], Hub['ActorKind']>
>
