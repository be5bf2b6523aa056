/** What a list shows: filters, in addresses and in the hub's words. Pure. */
import { PRIORITIES, STATUSES, type Conversation, type ListFilter, type Priority, type Status } from '@/api/types'

export const FIXED_VIEWS = ['mine', 'following', 'unassigned', 'open', 'pending', 'snoozed', 'resolved'] as const
export type FixedView = (typeof FIXED_VIEWS)[number]
/** `mine` ... `resolved`, `channel/<id>`, `label/<name>` or `saved/<id>`. */
export type ViewKey = string
export const GROUPS = ['channel', 'label', 'saved', 'topic'] as const

/** In the order in which they are offered. */
export const FIELDS = ['status', 'assignee_id', 'follower', 'channel_id', 'team_id', 'line', 'label', 'topic', 'priority', 'language', 'segment', 'waiting_s'] as const
export type Field = (typeof FIELDS)[number]
export type Values = Record<string, unknown>

export const isFixed = (key: ViewKey): key is FixedView => (FIXED_VIEWS as readonly string[]).includes(key)
/** In addresses the slash of a key is a colon. */
export const keyOfRoute = (param: string): ViewKey => param.replace(new RegExp(`^(${GROUPS.join('|')}):`), '$1/')
export const routeOfKey = (key: ViewKey): string => key.replace(new RegExp(`^(${GROUPS.join('|')})/`), '$1:')

/** What a view asks for; those that are saved say it themselves. */
export function filterOfKey(key: ViewKey): ListFilter {
  const [group, name] = [key.slice(0, key.indexOf('/')), key.slice(key.indexOf('/') + 1)]
  if (group === 'channel') return { status: 'open', channel_id: name }
  if (group === 'label') return { status: 'open', label: name }
  if (group === 'topic') return { status: 'open', topic: name === '-' ? 'none' : name }
  if (key === 'mine') return { status: 'open', assignee_id: 'me' }
  if (key === 'following') return { status: 'open', follower: 'me' }
  if (key === 'unassigned') return { status: 'open', assignee_id: 'none' }
  return { status: isStatus(key) ? key : 'open' }
}
/** A filter as the hub keeps it, `view` turned into what it means. */
export function plain(filter: ListFilter & { view?: string | null }): ListFilter {
  const { view, ...rest } = filter
  return clean({ ...(view ? filterOfKey(view) : {}), ...clean(rest) })
}
function clean(filter: Values): ListFilter {
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== null && value !== undefined && value !== '')) as ListFilter
}
/** What the agent chose on top of the view wins over it. */
export const together = (base: ListFilter, chosen: ListFilter): ListFilter => ({ ...base, ...clean(chosen as Values) })

/** Of which a list can ask for those where nothing is known. */
const NOTHING: ReadonlySet<string> = new Set(['topic', 'language'])
const isStatus = (value: unknown): value is Status => STATUSES.includes(value as Status)
const isPriority = (value: unknown): value is Priority => PRIORITIES.includes(value as Priority)

/** Of an address, the filters that it names; what makes no sense is left out. */
export function filterOfQuery(query: Values): ListFilter {
  const found: ListFilter = {}
  for (const field of FIELDS) {
    const value = query[field]
    if (typeof value !== 'string' || value === '' || value.length > 100) continue
    if (field === 'status') { if (isStatus(value)) found.status = value }
    else if (field === 'priority') { if (isPriority(value)) found.priority = value }
    else if (field === 'waiting_s') { if (/^\d{1,8}$/.test(value)) found.waiting_s = Number(value) }
    else found[field] = value
  }
  return found
}
export function queryOfFilter(filter: ListFilter): Record<string, string> {
  return Object.fromEntries(FIELDS.flatMap((field) => (filter[field] === undefined || filter[field] === null ? [] : [[field, String(filter[field])]])))
}
export const same = (one: ListFilter, other: ListFilter): boolean => JSON.stringify(queryOfFilter(one)) === JSON.stringify(queryOfFilter(other))
export const isEmpty = (filter: ListFilter): boolean => Object.keys(queryOfFilter(filter)).length === 0

/** Whether a conversation stands in the list; the same rule as the hub's. */
export function matches(filter: ListFilter, one: Conversation, me: string | undefined, now: number): boolean {
  if (one.merged_into || one.status !== (filter.status ?? 'open')) return false
  if (filter.assignee_id) {
    const wanted = filter.assignee_id === 'none' ? null : filter.assignee_id === 'me' ? me : filter.assignee_id
    if ((one.assignee_id ?? null) !== wanted) return false
  }
  for (const field of ['channel_id', 'team_id', 'line', 'topic', 'priority', 'language'] as const) {
    const wanted = NOTHING.has(field) && filter[field] === 'none' ? null : filter[field]
    if (wanted !== undefined && wanted !== '' && (filter[field] ?? null) !== null && (one[field] ?? null) !== wanted) return false
  }
  if (filter.follower && !(one.followers ?? []).includes(filter.follower === 'me' ? me ?? '' : filter.follower)) return false
  if (filter.label && !one.labels.includes(filter.label)) return false
  if (filter.segment && !(one.segments ?? []).includes(filter.segment)) return false
  return filter.waiting_s === undefined || filter.waiting_s === null || (Boolean(one.waiting_since) && Date.parse(one.waiting_since as string) <= now - filter.waiting_s * 1000)
}

/** The view whose live count says how long the list is; null where none does. */
export function countKey(filter: ListFilter, me: string | undefined): string | null {
  const { status = 'open', ...rest } = filter
  const [only, ...more] = Object.entries(rest)
  if (more.length > 0) return null
  if (!only) return status
  if (status !== 'open') return null
  const [field, value] = only
  if (field === 'assignee_id') return value === 'none' ? 'unassigned' : value === 'me' || value === me ? 'mine' : null
  if (field === 'follower') return value === 'me' || value === me ? 'following' : null
  if (field === 'topic') return `topic/${value === 'none' ? '-' : String(value)}`
  const group = { channel_id: 'channel', label: 'label', team_id: 'team' }[field]
  return group ? `${group}/${String(value)}` : null
}
