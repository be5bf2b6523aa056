/** What the channel carries of what is being written. Pure. */
import type { AttachmentKind, Capabilities } from '@/api/types'
import { lengthIn } from '@/format/text'

export interface Meter { used: number; max: number; parts: number; near: boolean }

export function meterOf(text: string, abilities: Capabilities | undefined): Meter | null {
  if (!abilities || abilities.max_text <= 0) return null
  const used = lengthIn(text, abilities.text_unit)
  return { used, max: abilities.max_text, parts: Math.max(1, Math.ceil(used / abilities.max_text)), near: used > abilities.max_text * 0.8 }
}

export type FileProblem = { why: 'tooBig'; max: number } | { why: 'notCarried' } | null

export function kindOfFile(mime: string): AttachmentKind {
  const family = mime.split('/')[0]
  return family === 'image' || family === 'video' || family === 'audio' ? family : 'file'
}

/** A picture that the channel does not carry as a picture may still go as a file. */
export function fileProblem(file: { type: string; size: number }, abilities: Capabilities | undefined): FileProblem {
  if (!abilities) return null
  const kinds = [kindOfFile(file.type), 'file']
  const limits = abilities.media.filter((limit) => kinds.includes(limit.kind))
  if (limits.length === 0) return { why: 'notCarried' }
  const max = Math.max(...limits.map((limit) => limit.max_bytes))
  return file.size > max ? { why: 'tooBig', max } : null
}
