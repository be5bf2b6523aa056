/** What the channel carries of what is being written. Pure. */
import type { AttachmentKind, Capabilities } from '@/api/types'
import { lengthIn } from '@/format/text'

export interface Meter { used: number; max: number; parts: number; near: boolean }

export function meterOf(text: string, abilities: Capabilities | undefined): Meter | null {
  if (!abilities || abilities.max_text <= 0) return null
  const used = lengthIn(text, abilities.text_unit)
  return { used, max: abilities.max_text, parts: Math.max(1, Math.ceil(used / abilities.max_text)), near: used > abilities.max_text * 0.8 }
}

/** What fits on one screen of a telephone, as an admin sees it. */
export interface ScreenSize { chars: number; lines: number }
export interface Screen { size: ScreenSize; chars: number; lines: number; /** 1 and more: it does not fit. */ share: number }
export interface AnswerSize { channel_types: string[]; channel_ids: string[]; chars: number | null; lines: number | null }

export const ONE_SCREEN: ScreenSize = { chars: 600, lines: 12 }
/** About what a telephone shows in a line. */
const LINE_CHARS = 50

/** The size for a channel: that of the document that names it, else its type, else everything. Mails have none of themselves. */
export function screenSizeFor(sizes: readonly AnswerSize[], channel: { id: string; type: string }): ScreenSize | null {
  const fitting = (one: AnswerSize): number => (one.channel_ids.includes(channel.id) ? 3 : one.channel_types.includes(channel.type) ? 2 : one.channel_ids.length + one.channel_types.length === 0 ? 1 : 0)
  const best = [...sizes].sort((a, b) => fitting(b) - fitting(a))[0]
  if (best && fitting(best) > (channel.type === 'email' ? 1 : 0)) return best.chars === null && best.lines === null ? null : { chars: best.chars ?? Infinity, lines: best.lines ?? Infinity }
  return channel.type === 'email' ? null : ONE_SCREEN
}
export function screenOf(text: string, size: ScreenSize | null): Screen | null {
  if (!size) return null
  const said = text.trim()
  const chars = [...said].length
  const lines = said === '' ? 0 : said.split('\n').reduce((sum, line) => sum + Math.max(1, Math.ceil([...line].length / LINE_CHARS)), 0)
  return { size, chars, lines, share: Math.max(chars / (size.chars + 1), lines / (size.lines + 1)) }
}

export type FileProblem = { why: 'tooBig'; max: number } | { why: 'notCarried' } | { why: 'type'; mime: string } | { why: 'empty' } | null

export function kindOfFile(mime: string): AttachmentKind {
  const family = mime.split('/')[0]
  return family === 'image' || family === 'video' || family === 'audio' ? family : 'file'
}

/** A picture that the channel does not carry as a picture may still go as a file. */
export function fileProblem(file: { type: string; size: number }, abilities: Capabilities | undefined): FileProblem {
  if (!abilities) return null
  const kinds = [kindOfFile(file.type), 'file']
  const limits = abilities.media.filter((limit) => kinds.includes(limit.kind))
  if (file.size === 0) return { why: 'empty' }
  if (limits.length === 0) return { why: 'notCarried' }
  const taking = limits.filter((limit) => limit.mimes.length === 0 || !file.type || limit.mimes.includes(file.type))
  if (taking.length === 0) return { why: 'type', mime: file.type }
  const max = Math.max(...taking.map((limit) => limit.max_bytes))
  return file.size > max ? { why: 'tooBig', max } : null
}
