import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ApiError } from '@/api/client'
import type { Message, Notification } from '@/api/types'
import { readUntilDone, stopReading } from '@/live/reading'
import { useCompose } from '@/stores/compose'
import { useConversations } from '@/stores/conversations'
import { useLine } from '@/stores/line'
import { useMessages } from '@/stores/messages'
import { useNotifications } from '@/stores/notifications'
import { useSession } from '@/stores/session'
import { conversation, hub, message } from './make'

const me = { id: 'x', email: 'x@example.com', name: 'X', role: 'agent' as const, team_ids: [], active: true }
const own = (change: Partial<Message>): Message => message({ direction: 'outbound', author: { kind: 'agent', id: 'x', name: 'X' }, delivery: 'queued', ...change })
const pass = (ms: number): Promise<unknown> => vi.advanceTimersByTimeAsync(ms)

beforeEach(() => {
  vi.useFakeTimers()
  setActivePinia(createPinia())
  sessionStorage.clear()
  localStorage.clear()
  useSession().agent = me
  useMessages().restore('c1', [message()], null)
})
afterEach(() => { vi.useRealTimers(); stopReading() })
function write(text: string): void {
  useCompose().draft('c1').text.reply = text
  useCompose().send('c1')
}

describe('without a line', () => {
  it('answers wait, are counted, and leave one after another in the order of writing once it is back', async () => {
    let reachable = false
    const posted: string[] = []
    hub({ 'POST /conversations/c1/messages': (body) => {
      if (!reachable) return { status: 503, body: {} }
      posted.push(body.text as string)
      return { status: 201, body: { message: own({ id: body.id as string, seq: 10 + posted.length, sort: `001${posted.length}`, content: { text: body.text as string } }) } }
    } })
    useLine().turn('offline')
    for (const text of ['one', 'two', 'three']) write(text)
    await pass(5_000)
    expect(useMessages().pendingIn('c1').map((one) => one.state)).toEqual(['offline', 'sending', 'sending'])
    reachable = true
    useLine().turn('online')
    await pass(100)
    expect(posted).toEqual(['one', 'two', 'three'])
    expect(useMessages().pendingIn('c1')).toEqual([])
  })
  it('an answer is taken back at once, and leaves no more', async () => {
    const posted: unknown[] = []
    hub({ 'POST /conversations/c1/messages': (body) => { posted.push(body); return { status: 503, body: {} } } })
    useLine().turn('offline')
    write('hasty')
    await pass(1_000)
    useCompose().undo()
    await pass(100)
    expect(useCompose().draft('c1').text.reply).toBe('hasty')
    expect(useMessages().pendingIn('c1')).toEqual([])
    const tried = posted.length
    await pass(120_000)
    expect(posted).toHaveLength(tried)
  })
  it('an answer into an ended session waits for its agent, and is not given back', async () => {
    let signedIn = false
    hub({ 'POST /conversations/c1/messages': () => (signedIn ? { status: 201, body: { message: own({ id: 'm9', seq: 9, sort: '0009', content: { text: 'hi' } }) } } : { status: 401, body: {} }) })
    write('hi')
    useLine().turn('offline')
    await pass(2_000)
    expect(useMessages().pendingIn('c1')).toHaveLength(1)
    expect(useCompose().draft('c1').text.reply).toBe('')
    signedIn = true
    useLine().turn('online')
    await pass(100)
    expect(useMessages().find('m9')).toBeTruthy()
  })
  it('another view shows what is known of it, and says that it is not all', async () => {
    globalThis.fetch = (() => Promise.reject(new TypeError('offline'))) as typeof fetch
    const conversations = useConversations()
    useLine().turn('offline')
    conversations.restore([conversation({ id: 'a', assignee_id: 'x' }), conversation({ id: 'b' })], 'open')
    conversations.show('mine')
    await pass(10)
    expect([conversations.state, conversations.partial, conversations.rows.map((row) => row.conversation.id)]).toEqual(['ready', true, ['a']])
  })
})

describe('a read that what is shown depends on', () => {
  const again = (): Promise<void> => Promise.resolve()
  it('is repeated until it worked', async () => {
    let tries = 0
    await readUntilDone('views', () => (++tries < 4 ? Promise.reject(new ApiError(0, {})) : Promise.resolve()), again)
    expect(tries).toBe(4)
  })
  it('gives way to a newer one of its name, and is not repeated where nothing is to be seen', async () => {
    let old = 0
    let go: (() => void) | undefined
    const first = readUntilDone('list', () => { old++; return Promise.reject(new ApiError(503, {})) }, () => new Promise((resolve) => { go = resolve }))
    await pass(0)
    await readUntilDone('list', () => Promise.reject(new ApiError(404, {})), () => Promise.reject(new Error('never')))
    go?.()
    await first
    expect(old).toBe(1)
  })
})

describe('what an agent is told', () => {
  const told = (change: Partial<Notification> = {}): Notification => ({ id: 'n1', agent_id: 'x', kind: 'mention', conversation_id: 'c1', channel_type: 'telegram', title: 'Anna', text: 'look', details: {}, means: ['app', 'desktop'], at: new Date().toISOString(), unread: true, ...change })
  const aloud: string[] = []
  beforeEach(() => {
    aloud.length = 0
    vi.stubGlobal('Notification', class { static permission = 'granted'; constructor(title: string) { aloud.push(title) } close(): void { /* nothing stands */ } })
    vi.spyOn(document, 'hasFocus').mockReturnValue(true)
    hub({ 'POST /notifications/read': () => ({ body: { unread: 0 } }) })
  })
  afterEach(() => { vi.unstubAllGlobals(); vi.restoreAllMocks() })
  it('is counted and said once, however often it comes', () => {
    for (let n = 0; n < 2; n++) useNotifications().put(told())
    expect([useNotifications().unread, useNotifications().items.length, aloud]).toEqual([1, 1, ['Anna']])
  })
  it('is not kept without the list, and not said where its conversation is looked at', async () => {
    const notifications = useNotifications()
    notifications.put(told({ means: ['desktop'], conversation_id: 'c2' }))
    notifications.inFront = 'c1'
    await pass(0)
    notifications.put(told({ id: 'n2' }))
    await pass(10)
    expect([notifications.unread, notifications.items.map((one) => [one.id, one.unread]), aloud]).toEqual([0, [['n2', false]], ['Anna']])
  })
  it('is not said in quiet hours, on a muted browser, or when it is long past', () => {
    const notifications = useNotifications()
    notifications.put(told({ id: 'old', at: '2026-01-01T00:00:00Z' }))
    notifications.muted = true
    notifications.put(told({ id: 'muted' }))
    notifications.muted = false
    notifications.settings = { kinds: {} as never, quiet: { start: '00:00', end: '00:00', time_zone: 'UTC', days_off: [0, 1, 2, 3, 4, 5, 6] } }
    notifications.put(told({ id: 'quiet' }))
    expect([notifications.unread, aloud]).toEqual([3, []])
  })
})
