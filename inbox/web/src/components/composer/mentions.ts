/** Names behind an at sign in a note. Pure. */
import type { Mention } from '@/api/types'

/** Whom a note can name. */
export interface Person { kind: 'agent' | 'team'; id: string; name: string }

/** What stands before the cursor as the beginning of a name: where the sign is, and the letters. */
export function mentionAt(text: string, cursor: number): { from: number; words: string } | null {
  const found = /(?:^|[\s(])@([\p{L}\p{N}_.-]*(?: [\p{L}\p{N}_.-]*)?)$/u.exec(text.slice(0, cursor))
  return found ? { from: cursor - (found[1] ?? '').length - 1, words: found[1] ?? '' } : null
}
/** Everybody who is named in the text, and where; a longer name counts before a shorter one that it begins with. */
export function mentionsIn(text: string, people: readonly Person[]): Mention[] {
  let rest = text
  const found: Mention[] = []
  for (const one of [...people].sort((a, b) => b.name.length - a.name.length)) {
    const name = `@${one.name}`
    for (let at = rest.indexOf(name); at >= 0; at = rest.indexOf(name, at + 1)) {
      const after = rest[at + name.length]
      if (after !== undefined && /[\p{L}\p{N}]/u.test(after)) continue
      found.push({ ...(one.kind === 'agent' ? { agent_id: one.id } : { team_id: one.id }), start: at, length: name.length })
      rest = rest.slice(0, at) + ' '.repeat(name.length) + rest.slice(at + name.length)
    }
  }
  return found.sort((a, b) => (a.start ?? 0) - (b.start ?? 0))
}
