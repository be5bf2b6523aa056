/** How the palette finds things: letters in their order, in either language, under either keyboard layout. Pure. */
export interface Command {
  id: string
  /** `action`, `view`, `page`, `conversation`, ...: a key under `palette.groups`. */
  group: string
  words: string
  /** The same in other languages, and what else people may call it. */
  also?: string[]
  key?: string
  hint?: string
  run: () => void | Promise<void>
}
export interface Found { command: Command; score: number; marks: number[] }

const LATIN = "`qwertyuiop[]asdfghjkl;'zxcvbnm,."
const CYRILLIC = 'ёйцукенгшщзхъфывапролджэячсмитьбю'
const swaps = new Map([...LATIN].flatMap((letter, index) => [[letter, CYRILLIC[index] as string], [CYRILLIC[index] as string, letter]] as const))
export const fold = (text: string): string => text.toLocaleLowerCase().replaceAll('ё', 'е')
/** What the same keys would have written under the other layout. */
export const swapped = (text: string): string => [...text.toLocaleLowerCase()].map((letter) => swaps.get(letter) ?? letter).join('')

const isStart = (text: string, at: number): boolean => at === 0 || !/[\p{L}\p{N}]/u.test(text[at - 1] as string)

/** Where the letters of the query stand in the text, and how well; null where they do not. */
export function fuzzy(query: string, text: string): { score: number; marks: number[] } | null {
  const [wanted, given] = [fold(query), fold(text)]
  const whole = given.indexOf(wanted)
  if (whole >= 0) return { score: 100 - Math.min(whole, 40) + (isStart(given, whole) ? 40 : 0) + (given.length === wanted.length ? 40 : 0), marks: [...wanted].map((_, index) => whole + index) }
  const marks: number[] = []
  let score = 0
  let at = 0
  for (const letter of wanted) {
    if (letter === ' ') continue
    // A word's beginning is meant rather than a letter within one.
    let next = -1
    for (let index = at; index < given.length; index += 1) {
      if (given[index] !== letter) continue
      if (next < 0) next = index
      if (index === at || isStart(given, index)) { next = index; break }
    }
    if (next < 0) return null
    score += next === at && marks.length > 0 ? 6 : isStart(given, next) ? 8 : 1
    marks.push(next)
    at = next + 1
  }
  const spread = (marks.at(-1) ?? 0) - (marks[0] ?? 0) + 1 - marks.length
  const found = score - Math.min(spread, 30)
  // Letters strewn over a long text are no match that anybody means.
  return found > 0 ? { score: found, marks } : null
}

export function find(commands: readonly Command[], query: string, most = 50): Found[] {
  const asked = query.trim()
  if (asked === '') return commands.slice(0, most).map((command) => ({ command, score: 0, marks: [] }))
  const found: Found[] = []
  for (const command of commands) {
    const shown = fuzzy(asked, command.words)
    const other = [fuzzy(swapped(asked), command.words), ...(command.also ?? []).flatMap((words) => [fuzzy(asked, words), fuzzy(swapped(asked), words)])]
    const best = other.reduce((most, one) => Math.max(most, (one?.score ?? 0) - 5), 0)
    if (shown && shown.score >= best) found.push({ command, ...shown })
    else if (best > 0) found.push({ command, score: best, marks: [] })
  }
  return found.sort((a, b) => b.score - a.score).slice(0, most)
}
