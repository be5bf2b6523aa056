/** Text with spans into pieces to draw; plain links found; the channel's limit. Pure. */
import type { Span, SpanKind } from '@/api/types'

export interface Piece { text: string; kinds: SpanKind[]; url: string | null }
const LINK = /\bhttps?:\/\/[^\s<>"'»]+[^\s<>"'».,;:!?)\]]/giu

/** Only addresses that a click may follow. */
export function safeUrl(url: string | null | undefined): string | null {
  if (!url) return null
  try {
    const parsed = new URL(url)
    return ['http:', 'https:', 'mailto:', 'tel:', 'tg:'].includes(parsed.protocol) ? parsed.href : null
  } catch {
    return null
  }
}

export function piecesOf(text: string, spans: readonly Span[] = []): Piece[] {
  const marks: Span[] = spans.filter((span) => span.start >= 0 && span.length > 0 && span.start < text.length)
  for (const found of text.matchAll(LINK)) {
    const start = found.index
    const taken = marks.some((span) => span.kind === 'link' && span.start < start + found[0].length && start < span.start + span.length)
    if (!taken) marks.push({ kind: 'link', start, length: found[0].length, url: found[0] })
  }
  const cuts = [...new Set([0, text.length, ...marks.flatMap((span) => [span.start, Math.min(text.length, span.start + span.length)])])].sort((a, b) => a - b)
  const pieces: Piece[] = []
  for (let index = 0; index + 1 < cuts.length; index++) {
    const from = cuts[index] as number
    const to = cuts[index + 1] as number
    const over = marks.filter((span) => span.start <= from && span.start + span.length >= to)
    const link = over.find((span) => span.kind === 'link')
    const piece = text.slice(from, to)
    pieces.push({ text: piece, kinds: over.map((span) => span.kind), url: link ? safeUrl(link.url ?? piece) : null })
  }
  return pieces
}

export function lengthIn(text: string, unit: 'utf16' | 'characters' | 'bytes'): number {
  if (unit === 'utf16') return text.length
  return unit === 'bytes' ? new TextEncoder().encode(text).length : [...text].length
}

/** One to three emoji and nothing else are shown big. */
export function isBigEmoji(text: string): boolean {
  return /^(?:\p{Extended_Pictographic}(?:\u200d\p{Extended_Pictographic}|\ufe0f|[\u{1f3fb}-\u{1f3ff}])*\s?){1,3}$/u.test(text.trim())
}
