/** The logic of the list: its filters, its windows, what is chosen, and whom a reply to many reaches. */
import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { Conversation } from '@/api/types'
import { scrollTo, stretchAt } from '@/components/list/rowWindow'
import { countKey, filterOfKey, filterOfQuery, matches, plain, queryOfFilter, together } from '@/list/filter'
import { examples, reached } from '@/list/many'
import { extended, kept, NOTHING, toggled } from '@/list/selection'
import { Windows } from '@/list/windows'
import { useBulk } from '@/stores/bulk'
import { useConversations } from '@/stores/conversations'
import { useSelection } from '@/stores/selection'
import { useSession } from '@/stores/session'
import { useToasts } from '@/stores/toasts'
import { useViews } from '@/stores/views'
import { conversation } from './make'

describe('a filter', () => {
  it('goes into an address and comes back the same', () => {
    const filter = { status: 'pending', assignee_id: 'me', priority: 'urgent', label: 'a & b', waiting_s: 900 } as const
    expect(filterOfQuery(Object.fromEntries(new URLSearchParams(queryOfFilter(filter))))).toEqual(filter)
  })
  it('leaves out what an address says wrongly', () => {
    expect(filterOfQuery({ status: 'lost', priority: 'huge', waiting_s: '-1', topic: ['a', 'b'], strange: 'x', line: 'L2' })).toEqual({ line: 'L2' })
  })
  it('that is chosen wins over the view', () => {
    expect(together(filterOfKey('mine'), { status: 'pending', topic: undefined })).toEqual({ status: 'pending', assignee_id: 'me' })
  })
  it('that is saved says what its view meant', () => {
    expect(plain({ view: 'mine', label: 'vip', topic: null })).toEqual({ status: 'open', assignee_id: 'me', label: 'vip' })
  })
  it('matches what the hub would list', () => {
    const now = Date.parse('2026-01-05T12:00:00Z')
    const one = conversation({ assignee_id: 'x', priority: 'high', segments: ['gold'], language: 'ru', line: 'L2', labels: ['vip'], waiting_since: '2026-01-05T11:30:00Z' })
    const fits = (filter: object): boolean => matches(filter, one, 'x', now)
    expect([fits({}), fits({ assignee_id: 'me', segment: 'gold', language: 'ru', line: 'L2', label: 'vip', priority: 'high', waiting_s: 1800 })]).toEqual([true, true])
    expect([fits({ waiting_s: 1801 }), fits({ assignee_id: 'none' }), fits({ segment: 'tin' }), fits({ status: 'resolved' }), fits({ topic: 't' })]).toEqual([false, false, false, false, false])
    expect([fits({ topic: 'none' }), fits({ language: 'none' })]).toEqual([true, false])
  })
  it('knows the live count that says how long its list is', () => {
    expect([{ status: 'open' }, { status: 'resolved' }, { assignee_id: 'me' }, { assignee_id: 'none' }, { label: 'vip' }, { team_id: 't' }, { topic: 'tp' }, { topic: 'none' }, { follower: 'me' }].map((one) => countKey(one as object, 'x'))).toEqual(['open', 'resolved', 'mine', 'unassigned', 'label/vip', 'team/t', 'topic/tp', 'topic/-', 'following'])
    expect([{ priority: 'high' }, { label: 'a', channel_id: 'b' }, { status: 'pending', label: 'a' }, { assignee_id: 'other' }].map((one) => countKey(one as object, 'x'))).toEqual([null, null, null, null])
  })
})

describe('the rows in the page', () => {
  it('are those in sight and some on either side', () => {
    expect(stretchAt(1000, 500, 100, 3, 100_000)).toEqual({ from: 7, to: 18 })
  })
  it('end with the list, also when it has become shorter than where it was scrolled to', () => {
    expect([stretchAt(0, 500, 100, 3, 4), stretchAt(5000, 500, 100, 3, 10), stretchAt(0, 500, 100, 3, 0)]).toEqual([{ from: 0, to: 4 }, { from: 10, to: 10 }, { from: 0, to: 0 }])
  })
  it('are scrolled to only when they are not seen whole', () => {
    expect([scrollTo(5, 400, 300, 100), scrollTo(3, 400, 300, 100), scrollTo(7, 450, 300, 100)]).toEqual([null, 300, 500])
  })
})

describe('windows of a list', () => {
  const order = 'abcdefghijklmnopqrstuvwxyz'
  const before = (one: string, other: string): boolean => order.indexOf(one) < order.indexOf(other)
  let list: Windows
  const all = (): string => Array.from({ length: list.total }, (_, index) => list.at(index) ?? '.').join('')
  beforeEach(() => { list = new Windows() })

  it('are gaps but for what was read', () => {
    list.resize(10)
    list.fill(4, ['e', 'f'], false)
    expect(all()).toBe('....ef....')
    expect([list.missing(0, 3, 2), list.missing(4, 5, 2), list.missing(3, 9, 5)]).toEqual([[0, 1], [], [0, 1]])
  })
  it('end where the last page ends', () => {
    list.resize(10)
    list.fill(2, ['c', 'd'], true)
    expect(all()).toBe('..cd')
  })
  it('take in what is new at its place and let go what left', () => {
    list.fill(0, ['b', 'd', 'f'], true)
    list.place('c', before)
    list.place('a', before)
    list.remove('f')
    expect(all()).toBe('abcd')
  })
  it('move what became active without doubling it', () => {
    list.fill(0, ['b', 'c', 'd'], true)
    expect(list.place('a', before)).toBe(0)
    list.fill(0, ['a', 'b', 'd', 'c'], true)
    expect(list.place('c', before)).toBe(2)
    expect(all()).toBe('abcd')
  })
  it('leave to the page what falls into a gap', () => {
    list.resize(6)
    list.fill(0, ['a'], false)
    list.fill(4, ['k', 'l'], false)
    expect(list.place('f', before)).toBe(-1)
    expect(all()).toBe('a...kl')
    expect(list.has('f')).toBe(false)
  })
  it('heal when a page says that what was known has shifted', () => {
    list.resize(6)
    list.fill(0, ['a', 'b', 'c'], false)
    list.fill(3, ['c', 'd', 'e'], false)
    expect(all()).toBe('ab.cde')
    expect(list.missing(0, 5, 3)).toEqual([0])
  })
  it('of a hundred thousand stay quick', () => {
    list.resize(100_000)
    list.fill(50_000, ['m', 'n'], false)
    expect(list.place('a', before)).toBe(-1)
    list.fill(0, ['b'], false)
    expect(list.place('a', before)).toBe(0)
    expect([list.total, list.indexOf('m'), list.loaded]).toEqual([100_001, 50_001, 4])
  })
})

describe('what is chosen', () => {
  const order = ['a', 'b', 'c', 'd', 'e']
  it('is chosen or not, one by one', () => {
    expect([...toggled(toggled(toggled(NOTHING, 'a'), 'b'), 'a').ids]).toEqual(['b'])
  })
  it('reaches from the last to this one, either way', () => {
    expect([...extended(toggled(NOTHING, 'b'), 'd', order).ids]).toEqual(['b', 'c', 'd'])
    expect([...extended(toggled(NOTHING, 'd'), 'b', order).ids].sort()).toEqual(['b', 'c', 'd'])
    expect([...extended(NOTHING, 'c', order).ids]).toEqual(['c'])
  })
  it('is not what has left the list', () => {
    expect(kept(extended(toggled(NOTHING, 'a'), 'c', order), (id) => id !== 'b')).toEqual({ ids: new Set(['a', 'c']), anchor: 'c' })
  })
})

describe('a reply to many', () => {
  const now = Date.parse('2026-01-05T12:00:00Z')
  it('names those whom it does not reach, and why', () => {
    const found = [
      conversation({ id: 'a', contact_id: 'k1' }), conversation({ id: 'b', contact_id: 'k1' }), conversation({ id: 'c', contact_id: 'k2', reachable: false }),
      conversation({ id: 'd', contact_id: 'k3', reply_until: '2026-01-05T11:59:00Z' }), conversation({ id: 'e', contact_id: 'k4', merged_into: 'x' }), conversation({ id: 'f', contact_id: 'k5', channel_id: 'vk' }),
    ]
    const { going, out } = reached(found, now, 60)
    expect(going.map((one) => one.id)).toEqual(['a', 'f'])
    expect(out.map((one) => [one.conversation.id, one.why])).toEqual([['b', 'same_contact'], ['c', 'unreachable'], ['d', 'window_closed'], ['e', 'merged']])
    expect(examples([...going, conversation({ id: 'g', contact_id: 'k6' })]).map((one) => one.id)).toEqual(['a', 'f'])
  })
  it('counts the time until its turn', () => {
    const soon = { reply_until: '2026-01-05T12:00:30Z' }
    const found = [conversation({ id: 'a', contact_id: 'k1', ...soon }), conversation({ id: 'b', contact_id: 'k2', ...soon })]
    expect([reached(found, now, 1).going.length, reached(found, now, 60).going.length]).toEqual([1, 2])
  })
})

/** A hub with so many open conversations, the newest first. */
function many(count: number, asked: URLSearchParams[] = []): void {
  const one = (index: number): Conversation => conversation({ id: `c${String(index).padStart(6, '0')}`, contact_id: `k${index}`, last_activity_at: new Date(Date.parse('2026-01-05T12:00:00Z') - index * 1000).toISOString() })
  globalThis.fetch = (async (input: RequestInfo | URL) => {
    const url = new URL(String(input), 'http://hub.test')
    if (!url.pathname.endsWith('/conversations')) return new Response('{}', { status: 404 })
    asked.push(url.searchParams)
    const offset = Number(url.searchParams.get('cursor') ?? url.searchParams.get('offset') ?? 0)
    const limit = Number(url.searchParams.get('limit'))
    const items = Array.from({ length: Math.max(0, Math.min(limit, count - offset)) }, (_, index) => one(offset + index))
    return new Response(JSON.stringify({ items, next: offset + limit < count ? String(offset + limit) : null }))
  }) as typeof fetch
}

describe('a list of many', () => {
  beforeEach(() => {
    setActivePinia(createPinia())
    useSession().agent = { id: 'x', email: 'x@example.com', name: 'X', role: 'admin', team_ids: [], active: true }
  })
  async function open(count: number, counted = true, asked: URLSearchParams[] = []): Promise<ReturnType<typeof useConversations>> {
    many(count, asked)
    if (counted) useViews().apply([{ key: 'open', count }])
    const store = useConversations()
    store.show('open')
    await vi.waitFor(() => expect(store.state).toBe('ready'))
    return store
  }

  it('is as long as its count, and any place is read on its own', async () => {
    const asked: URLSearchParams[] = []
    const store = await open(100_000, true, asked)
    expect([store.total, store.rows.length]).toEqual([100_000, 50])
    await store.need(70_010, 70_020)
    expect(store.rowAt(70_015)?.id).toBe('c070015')
    expect(asked.map((one) => one.get('offset'))).toEqual([null, '70000'])
    await store.need(70_010, 70_020)
    expect(asked).toHaveLength(2)
  })
  it('that moves while it is read keeps its order and its length', async () => {
    const store = await open(100_000)
    await store.need(70_000, 70_020)
    store.put(conversation({ id: 'c070005', contact_id: 'k', version: 2, last_activity_at: '2026-01-05T13:00:00Z' }))
    expect([store.total, store.rowAt(0)?.id, store.indexOf('c070004'), store.indexOf('c070006')]).toEqual([100_000, 'c070005', 70_005, 70_006])
    store.put(conversation({ id: 'c090000', version: 2, last_activity_at: '2026-01-05T14:00:00Z' }))
    expect([store.total, store.rowAt(0)?.id]).toEqual([100_000, 'c090000'])
  })
  it('without a count of its own is read page by page', async () => {
    const asked: URLSearchParams[] = []
    const store = await open(120, false, asked)
    await store.need(40, 49)
    await store.need(90, 99)
    expect([store.total, store.next, asked.map((one) => one.get('cursor'))]).toEqual([120, null, [null, '50', '100']])
  })
  it('shows what is known while the hub cannot be asked, and asks for nothing else', async () => {
    const store = await open(100_000)
    globalThis.fetch = vi.fn(() => Promise.reject(new Error('offline')))
    store.show('open', { priority: 'urgent' })
    store.put(conversation({ id: 'c000003', version: 2, priority: 'urgent' }))
    await vi.waitFor(() => expect(store.partial).toBe(true))
    expect(store.rows.map((row) => row.conversation.id)).toEqual(['c000003'])
    vi.mocked(globalThis.fetch).mockClear()
    await store.need(0, 50)
    expect(globalThis.fetch).not.toHaveBeenCalled()
    many(3)
    await store.load(true)
    expect([store.partial, store.state]).toEqual([false, 'ready'])
  })
  it('can be chosen as a whole, those included that nobody has read', async () => {
    const store = await open(120)
    useSelection().all()
    expect([useSelection().whole, useSelection().count, useSelection().has('c000119')]).toEqual([true, 120, true])
    useSelection().toggle('c000000')
    expect([useSelection().whole, useSelection().count]).toEqual([false, 49])
    store.put(conversation({ id: 'c000001', version: 2, status: 'resolved' }))
    await vi.waitFor(() => expect(useSelection().count).toBe(48))
  })
  it('of which some are chosen does with them what is asked, tells how far it is, and undoes it', async () => {
    await open(3)
    const bodies: Record<string, unknown>[] = []
    const view = { id: 'b1', kind: 'actions', at: '', total: 2, done: 0, waiting: 2, failed: [], left_out: [], deliveries: {}, undone_at: null, undone: 0, not_undone: [] }
    globalThis.fetch = (async (input: RequestInfo | URL, init?: RequestInit) => {
      const path = String(input).replace(/^.*\/api\/v1/, '')
      if (init?.method === 'POST') bodies.push({ path, ...(JSON.parse(String(init.body)) as object) })
      const now = path.endsWith('/undo') ? { ...view, waiting: 0, done: 2, undone_at: 'now', undone: 2 } : init?.method === 'POST' ? view : { ...view, waiting: 0, done: 1, failed: [{ conversation_id: 'c000001', reason: 'no' }] }
      return new Response(JSON.stringify(now), { status: 202 })
    }) as typeof fetch
    useSelection().toggle('c000000')
    useSelection().toggle('c000001')
    await useBulk().act([{ type: 'resolve' }], 'Resolve')
    expect(bodies[0]).toMatchObject({ path: '/bulk', ids: ['c000000', 'c000001'], actions: [{ type: 'resolve' }] })
    expect(useSelection().count).toBe(0)
    await vi.waitFor(() => expect(useBulk().finished).toBe(true), 3000)
    expect(useBulk().job?.view.failed).toHaveLength(1)
    await useBulk().undo()
    expect([bodies[1]?.path, useBulk().job?.view.undone]).toEqual(['/bulk/b1/undo', 2])
  })
  it('that refuses what is asked says so and keeps what was chosen', async () => {
    await open(3)
    globalThis.fetch = (async () => new Response(JSON.stringify({ detail: 'too many' }), { status: 422 })) as typeof fetch
    useSelection().toggle('c000000')
    await useBulk().act([{ type: 'resolve' }], 'Resolve')
    expect([useSelection().count, useBulk().job, useToasts().items[0]?.text]).toEqual([1, null, 'too many'])
  })
})
