/** What the desk asks of the hub: people and what is known of them, tasks, presence, queues, reports, policies. */
import { http, type Query } from './client'
import type { components } from './schema'
import type { Conversation, Json, Message, Page } from './types'

type Hub = components['schemas']
export type Contact = Hub['Contact']
export type ContactView = Hub['ContactView']
export type ContactChange = Partial<Pick<Contact, 'name' | 'notes' | 'language' | 'time_zone' | 'labels' | 'segments' | 'attributes'>>
export type Identity = Hub['Identity']
export type Identifier = Hub['Identifier']
export type Suggestion = Hub['Suggestion']
export type ContactMerge = Hub['ContactMerge']
export type Looked = Hub['Looked']
export type AuditEntry = Hub['AuditEntry']
export type VerificationStanding = Hub['VerificationStanding']
export type LookupRow = Hub['LookupRow']
export type Task = Hub['Task']
export type TaskState = Hub['TaskState']
export type Hop = Hub['Hop']
export type Awaited = Hub['Awaited']
export type Responsible = Hub['Responsible']
export type PresenceView = Hub['PresenceView']
export type PresenceState = Hub['PresenceState']
/** An agent's presence as the live feed tells it. */
export interface Standing { agent_id: string; state: PresenceState; reason: string | null; since: string | null }
export type Board = Hub['Board']
export type BoardQueue = Hub['BoardQueue']
export type BoardAgent = Hub['BoardAgent']
export type BoardBreach = Hub['BoardBreach']
export type ReportLine = Hub['ReportLine']
export type Spread = Hub['Spread']
export type FieldDefinition = Hub['FieldDefinition']
export type Topic = Hub['Topic']
export type Segment = Hub['Segment']
export type Team = Hub['Team']
export type Line = Hub['Line']

/** What the kinds of policy documents that screens read are made of. */
export interface PolicyDocuments { fields: FieldDefinition; topics: Topic; segments: Segment; teams: Team; lines: Line }
/** Any policy document: what all of them have, and the rest by its schema. */
export interface PolicyDocument { id: string; name: string; position: number; version: number; [key: string]: Json | undefined }

export interface TaskAnswer { task?: Task; conversation?: Conversation; command_id?: string }
export interface EscalateRequest { id: string; line: string; summary: string; facts: Record<string, string>; links: string[] }
export interface PresenceChoice { state: PresenceState; reason?: string | null; until?: string | null }
export interface ReportQuery { since: string; before: string; by: string; step: 'total' | 'day' | 'month'; value?: string | null }

const id = encodeURIComponent

export const desk = {
  contact: (cid: string) => http.get<ContactView>(`/contacts/${id(cid)}`),
  findContacts: (q: string) => http.get<Page<Contact>>('/contacts', { q }),
  changeContact: (cid: string, change: ContactChange) => http.patch<ContactView>(`/contacts/${id(cid)}`, change),
  timeline: (cid: string, cursor?: string | null) => http.get<Page<Message>>(`/contacts/${id(cid)}/timeline`, { cursor, limit: 30 }),
  conversations: (cid: string, cursor?: string | null) => http.get<Page<Conversation>>(`/contacts/${id(cid)}/conversations`, { cursor, limit: 50 }),
  vouch: (cid: string, reason: string) => http.post<ContactView>(`/contacts/${id(cid)}/vouch`, { reason }),
  doubt: (cid: string) => http.delete<ContactView>(`/contacts/${id(cid)}/vouch`),
  block: (cid: string, reason: string, until: string | null) => http.post<ContactView>(`/contacts/${id(cid)}/block`, { reason, until }),
  unblock: (cid: string) => http.delete<ContactView>(`/contacts/${id(cid)}/block`),
  suggestions: (cid: string) => http.get<Page<Suggestion>>(`/contacts/${id(cid)}/suggestions`),
  dismiss: (cid: string, other: string) => http.post<void>(`/contacts/${id(cid)}/suggestions/dismiss`, { other_id: other }),
  merges: (cid: string) => http.get<Page<ContactMerge>>(`/contacts/${id(cid)}/merges`),
  merge: (into: string, from: string) => http.post<ContactMerge>(`/contacts/${id(into)}/merge`, { from_id: from }),
  unmerge: (into: string, merge: string) => http.post<ContactMerge>(`/contacts/${id(into)}/unmerge`, { merge_id: merge }),
  lookup: (cid: string) => http.get<Looked>(`/contacts/${id(cid)}/lookup`),

  verification: (cid: string) => http.get<VerificationStanding>(`/conversations/${id(cid)}/verification`),

  audit: (query: Query) => http.get<Page<AuditEntry>>('/audit', query),

  tasks: (query: Query) => http.get<Page<Task>>('/tasks', query),
  tasksOf: (cid: string) => http.get<Page<Task>>(`/conversations/${id(cid)}/tasks`),
  escalate: (cid: string, request: EscalateRequest) => http.post<TaskAnswer>(`/conversations/${id(cid)}/escalate`, request),
  takeTask: (task: string, command: string) => http.post<TaskAnswer>(`/tasks/${id(task)}/take`, { id: command }),
  finishTask: (task: string, command: string, result: string) => http.post<TaskAnswer>(`/tasks/${id(task)}/finish`, { id: command, result }),
  directory: () => http.get<Page<Responsible>>('/directory'),

  presences: () => http.get<Page<PresenceView>>('/presence'),
  choosePresence: (agent: string, choice: PresenceChoice) => http.put<PresenceView>(`/presence/${id(agent)}`, choice),
  board: () => http.get<Board>('/board'),
  rebalance: () => http.post<void>('/queues/rebalance'),

  report: (query: ReportQuery) => http.get<{ items: ReportLine[] }>('/reports', { ...query }),
  reportTable: (query: ReportQuery) => `/api/v1/reports.csv?${new URLSearchParams(Object.entries(query).filter((pair): pair is [string, string] => typeof pair[1] === 'string')).toString()}`,

  policies: <P>(path: string) => http.get<Page<P>>(`/${path}`),
  addPolicy: (path: string, spec: Record<string, Json>) => http.post<PolicyDocument>(`/${path}`, spec),
  replacePolicy: (path: string, one: string, version: number, spec: Record<string, Json>) => http.put<PolicyDocument>(`/${path}/${id(one)}?version=${version}`, spec),
  removePolicy: (path: string, one: string) => http.delete<void>(`/${path}/${id(one)}`),
}
