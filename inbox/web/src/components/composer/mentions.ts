/** Names behind an at sign in a note. Pure. */
import type { Mention } from '@/api/writing'

/** What stands before the cursor as the beginning of a name: where the sign is, and the letters. */
export function mentionAt(text: string, cursor: number): { from: number; words: string } | null {
  const found = /(?:^|[\s(])@([\p{L}\p{N}_.-]*(?: [\p{L}\p{N}_.-]*)?)$/u.exec(text.slice(0, cursor))
  return found ? { from: cursor - (found[1] ?? '').length - 1, words: found[1] ?? '' } : null
}
/** Everybody who is named in the text; a longer name counts before a shorter one that it begins with. */
export function mentionsIn(text: string, people: readonly Mention[]): Mention[] {
  let rest = text
  const found: Mention[] = []
  for (const one of [...people].sort((a, b) => b.name.length - a.name.length)) {
    const name = `@${one.name}`
    let at = rest.indexOf(name)
    while (at >= 0) {
      const after = rest[at + name.length]
      const whole = after === undefined || !/[\p{L}\p{N}]/u.test(after)
      if (whole) {
        if (!found.includes(one)) found.push(one)
        rest = rest.slice(0, at) + ' '.repeat(name.length) + rest.slice(at + name.length)
      }
      at = rest.indexOf(name, at + 1)
    }
  }
  return found
}
