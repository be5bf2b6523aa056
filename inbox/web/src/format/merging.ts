/** What one contact gains when another becomes part of it; the same rules as the hub's. Pure. */
import type { Contact } from '@/api/desk'

export const SINGLE = ['name', 'language', 'time_zone', 'notes', 'vouched', 'block'] as const
export type Single = (typeof SINGLE)[number]
export interface Gains {
  /** Taken over, for the one that goes on has none. */
  fields: Single[]
  labels: string[]
  segments: string[]
  attributes: string[]
  /** Both have notes: they stand below each other afterwards. */
  notesJoin: boolean
  /** Both say something, and differ: what the one that goes on says holds. */
  kept: string[]
}
const words = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))

export function gainsOf(into: Contact, gone: Contact): Gains {
  const had = into.attributes ?? {}
  const brought = gone.attributes ?? {}
  const bothSay = SINGLE.filter((field) => into[field] !== null && gone[field] !== null && !['vouched', 'notes'].includes(field) && words(into[field]) !== words(gone[field]))
  return {
    fields: SINGLE.filter((field) => into[field] === null && gone[field] !== null),
    labels: gone.labels.filter((one) => !into.labels.includes(one)),
    segments: gone.segments.filter((one) => !into.segments.includes(one)),
    attributes: Object.keys(brought).filter((name) => !(name in had)),
    notesJoin: Boolean(into.notes && gone.notes && !into.notes.includes(gone.notes)),
    kept: [...bothSay, ...Object.keys(brought).filter((name) => name in had && had[name] !== brought[name])],
  }
}
/** The address alone, of the key by which two contacts were found to share it. */
export const addressOf = (key: string): string => key.slice(key.indexOf(':') + 1)
