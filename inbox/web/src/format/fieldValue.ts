/** Values of custom fields: whether they fit their kind, and how they are shown. The hub has the last word. Pure. */
import type { FieldDefinition } from '@/api/desk'

export type ValueKind = FieldDefinition['kind'] | 'language' | 'zone' | 'long'
export type Wrong = 'number' | 'date' | 'url' | 'choice' | 'zone'

/** Why a value does not fit; null: it does. An empty one takes the field away. */
export function wrongValue(kind: ValueKind, value: string, options: readonly string[] = []): Wrong | null {
  const words = value.trim()
  if (words === '') return null
  if (kind === 'number') return Number.isFinite(Number(words)) ? null : 'number'
  if (kind === 'date') return isDate(words) ? null : 'date'
  if (kind === 'url') return /^https?:\/\/\S+$/.test(words) ? null : 'url'
  if (kind === 'choice') return options.includes(words) ? null : 'choice'
  if (kind === 'zone') return isZone(words) ? null : 'zone'
  return null
}
function isDate(words: string): boolean {
  const parts = /^(\d{4})-(\d{2})-(\d{2})$/.exec(words)
  if (!parts) return false
  const at = new Date(`${words}T00:00:00Z`)
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(words)
}
export function isZone(words: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: words })
    return true
  } catch {
    return false
  }
}
