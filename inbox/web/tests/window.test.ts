import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it } from 'vitest'
import type { Message } from '@/api/types'
import { useMessages } from '@/stores/messages'
import { useSession } from '@/stores/session'
import { MOST } from '@/thread/window'
import { message } from './make'

const ALL = 1000
const one = (n: number, change: Partial<Message> = {}): Message => message({ id: `m${n}`, seq: n, sort: String(n).padStart(5, '0'), at: new Date(Date.UTC(2026, 0, 1, 0, n)).toISOString(), content: { text: String(n) }, ...change })
const all = Array.from({ length: ALL }, (_, n) => one(n))

/** The hub's pages, as its API gives them. */
function hubOf(stored: Message[]): void {
  globalThis.fetch = (async (input: RequestInfo | URL) => {
    const url = new URL(String(input), 'http://hub.test')
    const limit = Number(url.searchParams.get('limit'))
    const { before, after, around } = Object.fromEntries(url.searchParams) as Record<string, string | undefined>
    let from = stored.length - limit
    let to = stored.length
    if (before !== undefined) { to = stored.findIndex((each) => each.sort >= before); from = to - limit }
    if (after !== undefined) { from = stored.findIndex((each) => each.sort > after); from = from < 0 ? stored.length : from; to = from + limit }
    if (around !== undefined) { from = stored.findIndex((each) => each.id === around) - limit / 2; to = from + limit }
    from = Math.max(0, from)
    to = Math.min(stored.length, to)
    const items = stored.slice(from, to)
    const newer = to < stored.length && (after !== undefined || around !== undefined) ? items.at(-1)?.sort ?? null : null
    return new Response(JSON.stringify({ items, next: after !== undefined ? newer : from > 0 ? items[0]?.sort : null, newer }), { status: 200 })
  }) as typeof fetch
}
const shown = (): number[] => useMessages().list('c1').map((each) => each.seq)
const isStretch = (seqs: number[]): boolean => seqs.every((seq, at) => at === 0 || seq === (seqs[at - 1] ?? 0) + 1)

beforeEach(async () => {
  setActivePinia(createPinia())
  useSession().agent = { id: 'x', email: 'x@example.com', name: 'X', role: 'agent', team_ids: [], active: true }
  hubOf(all)
  await useMessages().open('c1')
})

describe('conversations that are one case', () => {
  it('stand in the order of time, and what arrives in any of them joins in', async () => {
    const of = (id: string, cid: string, minute: number): Message => message({ id, conversation_id: cid, sort: `z${id}`, at: `2026-03-01T10:0${minute}:00Z`, content: { text: id } })
    globalThis.fetch = (async () => new Response(JSON.stringify({ items: [of('b', 'c2', 1), of('a', 'c1', 2)], next: null }), { status: 200 })) as typeof fetch
    await useMessages().open('c1', true)
    useMessages().put(of('early', 'c2', 0))
    useMessages().put(of('late', 'c2', 5))
    useMessages().put(of('foreign', 'c3', 6))
    expect(useMessages().list('c1').map((each) => each.id)).toEqual(['early', 'b', 'a', 'late'])
  })
})
describe('a long thread', () => {
  it('holds a stretch that moves up and lets go of what is far below', async () => {
    const messages = useMessages()
    while (messages.thread('c1')?.older) {
      await messages.loadOlder('c1')
      expect(shown().length).toBeLessThanOrEqual(MOST)
      expect(isStretch(shown())).toBe(true)
    }
    expect(shown()[0]).toBe(0)
    expect(messages.thread('c1')?.newer).not.toBeNull()
  })
  it('moves down again to its end without a gap', async () => {
    const messages = useMessages()
    await messages.goTo('c1', { around: 'm100' })
    expect(shown()).toContain(100)
    while (messages.thread('c1')?.newer) {
      await messages.loadNewer('c1')
      expect(isStretch(shown())).toBe(true)
      expect(shown().length).toBeLessThanOrEqual(MOST)
    }
    expect(shown().at(-1)).toBe(ALL - 1)
  })
  it('counts what arrives beyond the stretch and shows it with its page', async () => {
    const messages = useMessages()
    await messages.goTo('c1', { around: 'm100' })
    messages.put(one(ALL))
    messages.put(one(3, { version: 4 }))
    expect(shown()).not.toContain(ALL)
    expect(messages.thread('c1')?.beyond.size).toBe(1)
    hubOf([...all, one(ALL)])
    await messages.toEnd('c1')
    expect(shown().at(-1)).toBe(ALL)
    expect(messages.thread('c1')?.beyond.size).toBe(0)
  })
  it('stays where somebody reads when too much was missed', async () => {
    const messages = useMessages()
    await messages.goTo('c1', { around: 'm100' })
    await messages.restart('c1')
    expect(shown()).toContain(100)
  })
  it('shows what is being sent at its end only', async () => {
    const messages = useMessages()
    messages.begin({ id: 'p', conversationId: 'c1', kind: 'note', text: 'n', spans: [], uploads: [], buttons: [], head: null, template: null, replyTo: null, canned: null, at: '2026-02-01T00:00:00Z', authorId: 'x', authorName: 'X', state: 'sending', adopted: null })
    expect(messages.list('c1').at(-1)?.id).toBe('p')
    await messages.goTo('c1', { around: 'm100' })
    expect(messages.list('c1').map((each) => each.id)).not.toContain('p')
  })
})
