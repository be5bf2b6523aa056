import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { Message } from '@/api/types'
import { useCompose } from '@/stores/compose'
import { useCommands } from '@/stores/commands'
import { useConversations } from '@/stores/conversations'
import { useMessages } from '@/stores/messages'
import { useSession } from '@/stores/session'
import { useToasts } from '@/stores/toasts'
import { useViews } from '@/stores/views'
import { conversation, hub, message } from './make'

const me = { id: 'x', email: 'x@example.com', name: 'X', role: 'agent' as const, team_ids: [], active: true }
const own = (change: Partial<Message> = {}): Message => message({ id: 'm9', seq: 9, sort: '0009', direction: 'outbound', author: { kind: 'agent', id: 'x', name: 'X' }, content: { text: 'hi' }, delivery: 'queued', ...change })
const shown = (): string[] => useMessages().list('c1').map((one) => one.id)

beforeEach(async () => {
  setActivePinia(createPinia())
  sessionStorage.clear()
  useSession().agent = me
  hub({ 'GET /conversations/c1/messages': () => ({ body: { items: [message()], next: null } }) })
  await useMessages().open('c1')
})
function write(text: string): void {
  useCompose().draft('c1').text.reply = text
  useCompose().send('c1')
}

describe('sending', () => {
  it('shows the bubble at once and puts the stored message in its place, under the same key', async () => {
    hub({ 'POST /conversations/c1/messages': () => ({ status: 201, body: { message: own() } }) })
    write('hi')
    const temporary = shown().at(-1) as string
    expect(shown()).toEqual(['m1', temporary])
    expect(useCompose().draft('c1').text.reply).toBe('')
    await vi.waitFor(() => expect(shown()).toEqual(['m1', 'm9']))
    expect(useMessages().keyOf('m9')).toBe(temporary)
  })
  it('never shows it twice when the live event overtakes the answer', async () => {
    let answer: (() => void) | undefined
    globalThis.fetch = (() => new Promise((resolve) => { answer = () => resolve(new Response(JSON.stringify({ message: own() }), { status: 201 })) })) as typeof fetch
    write('hi')
    useMessages().put(own({ version: 2, delivery: 'sent' }))
    expect(shown()).toEqual(['m1', 'm9'])
    answer?.()
    await vi.waitFor(() => expect(useMessages().pendingIn('c1')).toEqual([]))
    expect(useMessages().find('m9')?.delivery).toBe('sent')
  })
  it('keeps two equal replies apart', async () => {
    let count = 0
    hub({ 'POST /conversations/c1/messages': () => ({ status: 201, body: { message: own({ id: `n${++count}`, seq: 9 + count, sort: `000${count}9` }) } }) })
    write('hi')
    write('hi')
    await vi.waitFor(() => expect(shown()).toEqual(['m1', 'n1', 'n2']))
  })
  it('gives the text back when the hub refuses, above what was written since', async () => {
    hub({ 'POST /conversations/c1/messages': () => ({ status: 422, body: { title: 'Refused', detail: 'the window is closed' } }) })
    write('hi')
    useCompose().draft('c1').text.reply = 'next'
    await vi.waitFor(() => expect(shown()).toEqual(['m1']))
    expect(useCompose().draft('c1').text.reply).toBe('hi\nnext')
    expect(useToasts().items[0]?.text).toBe('the window is closed')
  })
  it('waits for the outcome after a 202', async () => {
    hub({ 'POST /conversations/c1/messages': (body) => ({ status: 202, body: { command_id: body.id } }) })
    write('hi')
    const id = shown().at(-1) as string
    await vi.waitFor(() => expect(useMessages().pendingIn('c1')[0]?.state).toBe('waiting'))
    useCommands().finish({ id, status: 'done', result: { message: own() } })
    await vi.waitFor(() => expect(shown()).toEqual(['m1', 'm9']))
  })
  it('repeats with the same id when the hub cannot be reached', async () => {
    vi.useFakeTimers()
    const ids: unknown[] = []
    hub({ 'POST /conversations/c1/messages': (body) => { ids.push(body.id); return ids.length < 3 ? { status: 503, body: {} } : { status: 201, body: { message: own() } } } })
    write('hi')
    await vi.advanceTimersByTimeAsync(10_000)
    vi.useRealTimers()
    expect(ids).toHaveLength(3)
    expect(new Set(ids).size).toBe(1)
    expect(shown()).toEqual(['m1', 'm9'])
  })
  it('is taken back by undo, even before the hub has answered', async () => {
    hub({
      'POST /conversations/c1/messages': () => ({ status: 201, body: { message: own({ send_at: '2999-01-01T00:00:00Z' }) } }),
      'POST /messages/m9/cancel': () => ({ body: { message: own({ delivery: 'cancelled', version: 2 }) } }),
    })
    write('hi')
    useCompose().undo()
    await vi.waitFor(() => expect(useCompose().draft('c1').text.reply).toBe('hi'))
    expect(useMessages().find('m9')?.delivery).toBe('cancelled')
  })
})

describe('threads', () => {
  it('close the gap after too long an absence', async () => {
    hub({ 'GET /conversations/c1/messages': () => ({ body: { items: [message({ id: 'z', sort: '0900', seq: 900 })], next: 'older' } }) })
    useMessages().put(message({ id: 'live', sort: '0901', seq: 901 }))
    await useMessages().refresh('c1')
    expect(shown()).toEqual(['z', 'live'])
    expect(useMessages().thread('c1')?.older).toBe('older')
  })
})

describe('the counts', () => {
  it('told live while they are read are the newer ones', async () => {
    hub({ 'GET /views': () => ({ body: { items: [{ key: 'open', count: 1 }, { key: 'mine', count: 1 }] } }), 'GET /labels': () => ({ body: { items: [] } }) })
    const reading = useViews().load()
    useViews().apply([{ key: 'open', count: 2 }])
    await reading
    expect(useViews().counts).toEqual({ open: 2, mine: 1 })
  })
})

describe('the list', () => {
  beforeEach(async () => {
    hub({ 'GET /conversations': () => ({ body: { items: [conversation({ id: 'a', last_activity_at: '2026-01-05T10:00:00Z' }), conversation({ id: 'b', last_activity_at: '2026-01-05T09:00:00Z' })], next: null } }) })
    useConversations().show('open')
    await vi.waitFor(() => expect(useConversations().state).toBe('ready'))
  })
  const ids = (): string[] => useConversations().rows.map((row) => row.conversation.id)

  it('moves up what is active, takes in what is new, lets go what no longer belongs', () => {
    const store = useConversations()
    store.put(conversation({ id: 'b', version: 2, last_activity_at: '2026-01-05T11:00:00Z' }))
    expect(ids()).toEqual(['b', 'a'])
    store.put(conversation({ id: 'n', last_activity_at: '2026-01-05T12:00:00Z' }))
    expect(ids()).toEqual(['n', 'b', 'a'])
    store.put(conversation({ id: 'b', version: 3, status: 'resolved' }))
    expect(ids()).toEqual(['n', 'a'])
  })
  it('keeps what came in while it was being read', async () => {
    const store = useConversations()
    const reading = store.load()
    store.put(conversation({ id: 'n', last_activity_at: '2026-01-05T12:00:00Z' }))
    await reading
    expect(ids()).toEqual(['n', 'a', 'b'])
  })
  it('takes up what came in by itself only where a page that was being read may lack it', async () => {
    const store = useConversations()
    store.put(conversation({ id: 'before', last_activity_at: '2026-01-05T12:00:00Z' }))
    await store.load()
    expect(ids()).toEqual(['a', 'b'])
  })
  it('ignores what is older than what it has', () => {
    useConversations().put(conversation({ id: 'a', version: 5, unread: 3 }))
    useConversations().put(conversation({ id: 'a', version: 4, unread: 1 }))
    expect(useConversations().byId.get('a')?.unread).toBe(3)
  })
  it('never moves a row because it was read, and breaks ties to the millionth as the hub does', async () => {
    const [first, second] = ['2026-01-05T12:00:00.000400Z', '2026-01-05T12:00:00.0003Z']
    // By id alone the second would come first.
    hub({ 'GET /conversations': () => ({ body: { items: [conversation({ id: 'p', last_activity_at: first }), conversation({ id: 'q', last_activity_at: second, unread: 1 })], next: null } }) })
    await useConversations().load()
    useConversations().put(conversation({ id: 'q', version: 2, last_activity_at: second, unread: 0 }))
    expect(ids()).toEqual(['p', 'q'])
    useConversations().put(conversation({ id: 'r', last_activity_at: '2026-01-05T12:00:00.00035Z' }))
    expect(ids()).toEqual(['p', 'r', 'q'])
  })
  it('shows an action at once and takes it back when it is refused', async () => {
    hub({ 'POST /conversations/a/resolve': () => ({ status: 409, body: { detail: 'no' } }) })
    const done = useConversations().act('a', 'resolve', {}, { status: 'resolved' })
    expect(ids()).toEqual(['b'])
    expect(await done).toBe(false)
    expect(ids()).toEqual(['a', 'b'])
  })
})
