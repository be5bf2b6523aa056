/** The audit in people's words, and its filters in addresses. Pure. */
import type { AuditEntry } from '@/api/desk'
import { i18n } from '@/i18n'

/** Days are local ones, as `2026-03-01`; `until` is the last day. */
export interface AuditAsked { who: string; what: string; since: string; until: string }

/** What actions of conversations are called alone, by their commands. */
export const COMMANDS = ['begin', 'assign', 'resolve', 'reopen', 'snooze', 'pend', 'priority', 'labels', 'topic', 'fields', 'reply', 'note', 'edit', 'delete', 'cancel', 'resend', 'escalate', 'merge', 'hand_off', 'verification', 'read'] as const
/** What admins change, by the family of its actions. */
export const FAMILIES = ['agent', 'token', 'bot', 'channel', 'account', 'contact', 'dead_letter', 'bulk', 'saved_view', 'presence', 'lookup', 'queues', 'team', 'line', 'skill', 'topic', 'segment', 'field', 'rule', 'macro', 'canned_reply', 'queueing', 'priority_score', 'bot_duty', 'calendar', 'SLA_policy', 'peak', 'acknowledgement', 'answer_size'] as const
const DAY = /^\d{4}-\d\d-\d\d$/

const text = (value: unknown): string => (typeof value === 'string' && value.length <= 100 ? value : '')
const day = (value: unknown): string => (DAY.test(text(value)) ? text(value) : '')
export const askedOf = (query: Record<string, unknown>): AuditAsked => ({ who: text(query.who), what: text(query.what), since: day(query.since), until: day(query.until) })
export const addressOf = (asked: AuditAsked): Record<string, string> => Object.fromEntries(Object.entries(asked).filter((pair): pair is [string, string] => pair[1] !== ''))

function startOf(words: string, later: number): string | undefined {
  const [year = 0, month = 1, date = 1] = words.split('-').map(Number)
  const at = new Date(year, month - 1, date + later)
  return words && !Number.isNaN(at.getTime()) ? at.toISOString() : undefined
}
/** A family ends in a dot, as the hub asks for it: the topics are not the topic of a conversation. */
export const queryOf = (asked: AuditAsked): Record<string, string | undefined> => ({ actor_id: asked.who || undefined, action: asked.what || undefined, since: startOf(asked.since, 0), before: startOf(asked.until, 1) })

const half = (of: 'families' | 'verbs', name: string): string => {
  const { t, te } = i18n.global
  return te(`audit.${of}.${name}`) ? t(`audit.${of}.${name}`) : name.replaceAll('_', ' ')
}
export const familyWords = (name: string): string => half('families', name)
export const verbWords = (name: string): string => half('verbs', name)
/** What was done to what: `Channel`, `added`. */
export function actionWords(entry: AuditEntry): { family: string; verb: string } {
  const [family = '', verb] = entry.action.split('.')
  return verb === undefined ? { family: familyWords('conversation'), verb: verbWords(family) } : { family: familyWords(family), verb: verbWords(verb) }
}
/** Names of fields and ids that stand with an entry; what is empty is left out. */
export function detailWords(details: Record<string, unknown>): string {
  return Object.entries(details).flatMap(([name, value]) => {
    const words = Array.isArray(value) ? value.map(String).join(', ') : value === null || value === undefined || value === '' ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value)
    return words ? [`${name.replaceAll('_', ' ')}: ${words}`] : []
  }).join(' · ')
}
