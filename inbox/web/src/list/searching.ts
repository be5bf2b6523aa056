/** What a search asks for, in addresses and in the hub's words. Pure. */
import { STATUSES, type Snippet, type Status } from '@/api/types'

export const KINDS = ['all', 'messages', 'conversations', 'contacts'] as const
export type Kind = (typeof KINDS)[number]
/** Days are local ones, as `2026-03-01`; `until` is the last day. */
export interface SearchAsked { q: string; kind: Kind; channel?: string; status?: Status; author?: string; since?: string; until?: string; files?: boolean }

const WORD = /[\p{L}\p{N}]+/gu
const DAY = /^\d{4}-\d\d-\d\d$/
const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' && value.length <= 200 ? value : undefined)

/** Null: nothing is looked for. */
export function searchOfQuery(query: Record<string, unknown>): SearchAsked | null {
  const q = text(query.q)
  if (q === undefined) return null
  const kind = KINDS.find((one) => one === query.kind) ?? 'all'
  const asked: SearchAsked = { q, kind }
  const [channel, author] = [text(query.in_channel), text(query.author)]
  if (channel) asked.channel = channel
  if (author) asked.author = author
  const status = STATUSES.find((one) => one === query.in_status)
  if (status) asked.status = status
  for (const name of ['since', 'until'] as const) { const day = text(query[name]); if (day && DAY.test(day)) asked[name] = day }
  if (query.files === '1') asked.files = true
  return asked
}
export function addressOfSearch(asked: SearchAsked): Record<string, string> {
  const { q, kind, channel, status, author, since, until, files } = asked
  const pairs = { q, kind: kind === 'all' ? undefined : kind, in_channel: channel, in_status: status, author, since, until, files: files ? '1' : undefined }
  return Object.fromEntries(Object.entries(pairs).filter((pair): pair is [string, string] => Boolean(pair[1])))
}
export const isNarrowed = (asked: SearchAsked): boolean => Boolean(asked.channel || asked.status || asked.author || asked.since || asked.until || asked.files)

function startOf(day: string, later: number): string | undefined {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number)
  const at = new Date(year, month - 1, date + later)
  return Number.isNaN(at.getTime()) ? undefined : at.toISOString()
}
export function queryOfSearch(asked: SearchAsked): Record<string, string | boolean | undefined> {
  return {
    q: asked.q.trim(), kind: asked.kind === 'contacts' ? 'all' : asked.kind, channel_id: asked.channel, status: asked.status, author: asked.author,
    since: asked.since && startOf(asked.since, 0), before: asked.until && startOf(asked.until, 1), attachments: asked.files ? true : undefined,
  }
}

export interface Piece { text: string; marked: boolean }
/** A snippet as pieces to be shown, whatever its marks are. */
export function pieces(text: string, marks: Snippet['marks']): Piece[] {
  const found: Piece[] = []
  let at = 0
  for (const { start, length } of [...marks].sort((a, b) => a.start - b.start)) {
    if (start < at || length <= 0 || start + length > text.length) continue
    if (start > at) found.push({ text: text.slice(at, start), marked: false })
    found.push({ text: text.slice(start, start + length), marked: true })
    at = start + length
  }
  if (at < text.length) found.push({ text: text.slice(at), marked: false })
  return found
}
/** Where the words stand in a text that the hub did not mark, such as a name. */
export function marksOf(text: string, words: string): Snippet['marks'] {
  const low = text.toLocaleLowerCase().replaceAll('ё', 'е')
  if (low.length !== text.length) return []
  const asked = [...words.toLocaleLowerCase().replaceAll('ё', 'е').matchAll(WORD)].map(([word]) => word).sort((a, b) => b.length - a.length)
  return [...low.matchAll(WORD)].flatMap((word) => { const begun = asked.find((one) => word[0].startsWith(one)); return begun === undefined ? [] : [{ start: word.index, length: begun.length }] })
}
