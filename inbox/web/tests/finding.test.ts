/** The palette's matching, the keys' one table, and what a search asks for. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import en from '@/i18n/en'
import { letterOf, press, switchSingleKeys, useKeys } from '@/keys/keys'
import { find, fuzzy, swapped, type Command } from '@/keys/palette'
import { KEYS, nameOf } from '@/keys/table'
import { addressOfSearch, marksOf, pieces, queryOfSearch, searchOfQuery } from '@/list/searching'
import { effectScope } from 'vue'

const command = (words: string, also: string[] = []): Command => ({ id: words, group: 'view', words, also, run: () => undefined })
const named = (commands: Command[], query: string): string[] => find(commands, query).map((one) => one.command.words)

describe('the palette', () => {
  const all = [command('All open', ['Все открытые']), command('Unassigned', ['Без исполнителя']), command('Snooze', ['Отложить']), command('Assign', ['Назначить']), command('Ёлка продаж')]

  it('finds letters in their order, the beginnings of words first', () => {
    expect(named(all, 'ao')).toContain('All open')
    expect(named(all, 'assign').slice(0, 2)).toEqual(['Assign', 'Unassigned'])
    expect(named(all, 'snz')).toEqual(['Snooze'])
    expect(named(all, 'qqq')).toEqual([])
  })
  it('finds in either language', () => {
    expect(named(all, 'отлож')).toEqual(['Snooze'])
    expect(named(all, 'назн')[0]).toBe('Assign')
    expect(named(all, 'елка')).toEqual(['Ёлка продаж'])
  })
  it('finds what was typed under the other layout', () => {
    expect(swapped('отложить')).toBe('jnkj;bnm')
    expect(named(all, 'ыутщщя')).toEqual([])
    expect(named(all, 'ытщщяу')).toEqual(['Snooze'])
    expect(named(all, 'yfpyfxbnm')[0]).toBe('Assign')
  })
  it('marks what was found', () => {
    expect(fuzzy('op', 'All open')?.marks).toEqual([4, 5])
  })
  it('offers everything, in its order, before anything is written', () => {
    expect(named(all, ' ')).toEqual(all.map((one) => one.words))
  })
})

describe('the table of keys', () => {
  const code = (folder: string): string[] => readdirSync(folder, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? code(join(folder, entry.name)) : /\.(ts|vue)$/.test(entry.name) ? [readFileSync(join(folder, entry.name), 'utf8')] : []))
  it('has every key that acts', () => {
    const bodies = code(join(__dirname, '../src')).flatMap((text) => [...text.matchAll(/useKeys\(\{([\s\S]*?)\n?\}\)/g)].map((found) => found[1] ?? ''))
    const keys = bodies.flatMap((body) => [...body.matchAll(/(?:^|[\s{,])(?:'([^'\s]+)'|([A-Za-z]+)): (?:\(|[a-zA-Z])/g)].map((found) => found[1] ?? found[2] ?? ''))
    expect(keys.length).toBeGreaterThan(15)
    expect([...new Set(keys)].filter((key) => nameOf(key) !== key)).toEqual([])
  })
  it('has no key twice, and words for each', () => {
    const plain = KEYS.filter((row) => !row.mod).flatMap((row) => [row.key, ...(row.also ?? [])])
    expect(plain).toHaveLength(new Set(plain).size)
    const words = en.keys as unknown as Record<string, unknown>
    expect(KEYS.filter((row) => typeof words[row.words.replace('keys.', '')] !== 'string')).toEqual([])
  })
  const type = (key: string, on: EventTarget = document, more: KeyboardEventInit = {}): void => { on.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...more })) }
  function heard(keys: string[], within: (seen: string[]) => void): void {
    const seen: string[] = []
    const scope = effectScope()
    scope.run(() => useKeys(Object.fromEntries(keys.map((key) => [key, () => { seen.push(key) }]))))
    within(seen)
    scope.stop()
    type(keys[0] as string)
    const before = seen.length
    type(keys[0] as string)
    expect(seen).toHaveLength(before)
  }
  it('acts by any of a row’s keys, and under a Russian layout', () => {
    heard(['j', 'e'], (seen) => {
      type('j'); type('ArrowDown'); type('у', document, { code: 'KeyE' })
      expect(seen).toEqual(['j', 'j', 'e'])
    })
  })
  it('does not act while something is being written', () => {
    heard(['e'], (seen) => {
      for (const name of ['input', 'textarea', 'select']) {
        const field = document.body.appendChild(document.createElement(name))
        type('e', field)
        field.remove()
      }
      type('e', document, { ctrlKey: true })
      expect(seen).toEqual([])
    })
  })
  it('can be switched off for single characters', () => {
    heard(['e', 'Enter'], (seen) => {
      switchSingleKeys(false)
      type('e'); type('Enter')
      expect(seen).toEqual(['Enter'])
      switchSingleKeys(true)
      type('e')
      expect(seen).toEqual(['Enter', 'e'])
    })
  })
  it('gives a key to what was opened last, and back', () => {
    const [below, above] = [vi.fn(), vi.fn()]
    const [first, second] = [effectScope(), effectScope()]
    first.run(() => useKeys({ e: below }))
    second.run(() => useKeys({ e: above }))
    type('e')
    second.stop()
    type('e')
    press('e')
    first.stop()
    expect([above.mock.calls.length, below.mock.calls.length]).toEqual([1, 2])
  })
  it('names shifted letters by their capital', () => {
    expect(letterOf(new KeyboardEvent('keydown', { key: 'Ч', code: 'KeyX', shiftKey: true }))).toBe('X')
    expect(letterOf(new KeyboardEvent('keydown', { key: '.', code: 'Slash' }))).toBe('/')
  })
})

describe('a search', () => {
  it('goes into an address and comes back the same', () => {
    const asked = { q: 'где заказ', kind: 'messages', channel: 'ch', status: 'open', author: 'me', since: '2026-01-05', until: '2026-01-06', files: true } as const
    expect(searchOfQuery(addressOfSearch(asked))).toEqual(asked)
    expect(searchOfQuery({ q: 'x', kind: 'nonsense', since: 'yesterday', in_status: 'lost' })).toEqual({ q: 'x', kind: 'all' })
    expect(searchOfQuery({})).toBeNull()
  })
  it('takes its last day whole, in the reader’s time', () => {
    const { since, before } = queryOfSearch({ q: 'x', kind: 'all', since: '2026-01-05', until: '2026-01-05' })
    expect(Date.parse(String(before)) - Date.parse(String(since))).toBe(86_400_000)
    expect(new Date(String(since)).getHours()).toBe(0)
  })
  it('shows marks where they are, and nothing else than the text', () => {
    const text = '🙂 Мои заказы'
    const shown = pieces(text, [{ start: 7, length: 6 }, { start: 90, length: 3 }, { start: 8, length: 2 }])
    expect(shown).toEqual([{ text: '🙂 Мои ', marked: false }, { text: 'заказы', marked: true }])
    expect(shown.map((piece) => piece.text).join('')).toBe(text)
    expect(marksOf('Пётр Иванов', 'петр')).toEqual([{ start: 0, length: 4 }])
    expect(marksOf('Омар и Мария Ивановы', '"мар" ива')).toEqual([{ start: 7, length: 3 }, { start: 13, length: 3 }])
  })
})
