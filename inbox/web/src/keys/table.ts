/** The one table of keys: what is listed under `?`, what the palette offers, what acts. */
export const KEY_GROUPS = ['move', 'act', 'choose', 'write', 'go'] as const
export type KeyGroup = (typeof KEY_GROUPS)[number]
/** `key` names it for handlers; `also` are other keys that do the same. `mod` keys are handled where they act. */
export interface KeyRow { key: string; also?: string[]; group: KeyGroup; words: string; mod?: boolean; palette?: boolean }

export const KEYS: readonly KeyRow[] = [
  { key: 'j', also: ['ArrowDown'], group: 'move', words: 'keys.next' },
  { key: 'k', also: ['ArrowUp'], group: 'move', words: 'keys.previous' },
  { key: 'Enter', group: 'move', words: 'keys.open' },
  { key: 'Escape', group: 'move', words: 'keys.escape' },
  { key: 'a', group: 'act', words: 'keys.assign', palette: true },
  { key: 'e', group: 'act', words: 'keys.resolve', palette: true },
  { key: 's', group: 'act', words: 'keys.snooze', palette: true },
  { key: 'l', group: 'act', words: 'keys.label', palette: true },
  { key: 'p', group: 'act', words: 'keys.priority', palette: true },
  { key: 'z', group: 'act', words: 'keys.undo', palette: true },
  { key: 'x', group: 'choose', words: 'keys.select', palette: true },
  { key: 'X', group: 'choose', words: 'keys.selectTo' },
  { key: 'J', group: 'choose', words: 'keys.selectNext' },
  { key: 'K', group: 'choose', words: 'keys.selectPrevious' },
  { key: '*', group: 'choose', words: 'keys.selectAll', palette: true },
  { key: 't', group: 'choose', words: 'keys.topic', palette: true },
  { key: 'R', group: 'choose', words: 'keys.replyToMany', palette: true },
  { key: 'r', group: 'write', words: 'keys.reply', palette: true },
  { key: 'n', group: 'write', words: 'keys.note', palette: true },
  { key: 'c', group: 'write', words: 'keys.first', palette: true },
  { key: 'C', group: 'write', words: 'keys.elsewhere', palette: true },
  { key: 'Enter', group: 'write', words: 'keys.send', mod: true },
  { key: '/', group: 'go', words: 'keys.search', palette: true },
  { key: 'k', group: 'go', words: 'keys.palette', mod: true },
  { key: 'f', group: 'go', words: 'keys.filter', palette: true },
  { key: 'g', group: 'go', words: 'keys.byTopic', palette: true },
  { key: '?', group: 'go', words: 'keys.list', palette: true },
]
/** Single characters can be switched off; these stay. */
export const ALWAYS: ReadonlySet<string> = new Set(['Enter', 'Escape', 'ArrowDown', 'ArrowUp'])

const names = new Map(KEYS.filter((row) => !row.mod).flatMap((row) => [row.key, ...(row.also ?? [])].map((key) => [key, row.key] as const)))
/** The name by which handlers know a pressed key. */
export const nameOf = (key: string): string | undefined => names.get(key)
