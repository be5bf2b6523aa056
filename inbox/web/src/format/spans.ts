/** Formatting of a text that is being written: kept while the text changes, set and taken away. Pure. */
import type { Span, SpanKind } from '@/api/types'

const end = (span: Span): number => span.start + span.length

/** The spans of `after`, which somebody made of `before` by changing one place. What is typed within a span belongs to it. */
export function moved(spans: readonly Span[], before: string, after: string): Span[] {
  if (spans.length === 0 || before === after) return [...spans]
  const most = Math.min(before.length, after.length)
  let from = 0
  while (from < most && before[from] === after[from]) from += 1
  let tail = 0
  while (tail < most - from && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail += 1
  const to = before.length - tail
  const shift = after.length - before.length
  return spans.flatMap((span) => {
    const start = span.start < from ? span.start : span.start < to ? to + shift : span.start + shift
    const stop = end(span) <= from ? end(span) : end(span) < to ? from : end(span) + shift
    return stop > start ? [{ ...span, start, length: stop - start }] : []
  })
}

/** Set the format on the range, or take it away where all of the range has it. */
export function toggled(spans: readonly Span[], kind: SpanKind, from: number, to: number, url: string | null = null): Span[] {
  if (to <= from) return [...spans]
  const others = spans.filter((span) => span.kind !== kind)
  const same = spans.filter((span) => span.kind === kind)
  const on = url === null && covers(same, from, to)
  const left = same.flatMap((span) => [
    ...(span.start < from ? [{ ...span, length: Math.min(end(span), from) - span.start }] : []),
    ...(end(span) > to ? [{ ...span, start: Math.max(span.start, to), length: end(span) - Math.max(span.start, to) }] : []),
  ])
  if (on) return sorted([...others, ...left])
  const made: Span = { kind, start: from, length: to - from, ...(url === null ? {} : { url }) }
  return sorted([...others, ...(url === null ? joined([...left, made]) : [...left, made])])
}

export function covers(spans: readonly Span[], from: number, to: number): boolean {
  let at = from
  for (const span of sorted(spans)) if (span.start <= at && end(span) > at) at = end(span)
  return at >= to
}

/** Without the blanks around it, as it is sent. */
export function trimmed(text: string, spans: readonly Span[]): { text: string; spans: Span[] } {
  const cut = text.length - text.trimStart().length
  const short = text.trim()
  return { text: short, spans: within(spans.map((span) => ({ ...span, start: span.start - cut })), short.length) }
}

/** Those of a text that now stands behind `offset` units of another one. */
export const behind = (spans: readonly Span[], offset: number): Span[] => spans.map((span) => ({ ...span, start: span.start + offset }))

function within(spans: readonly Span[], length: number): Span[] {
  return spans.flatMap((span) => {
    const start = Math.max(0, span.start)
    const stop = Math.min(length, end(span))
    return stop > start ? [{ ...span, start, length: stop - start }] : []
  })
}
const sorted = (spans: readonly Span[]): Span[] => [...spans].sort((a, b) => a.start - b.start || b.length - a.length)
function joined(spans: readonly Span[]): Span[] {
  const found: Span[] = []
  for (const span of sorted(spans)) {
    const last = found.at(-1)
    if (last && span.start <= end(last)) last.length = Math.max(end(last), end(span)) - last.start
    else found.push({ ...span })
  }
  return found
}
