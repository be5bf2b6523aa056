import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { ContactView } from '@/api/desk'
import type { Conversation } from '@/api/types'
import type { EventFrame, Frame } from '@/live/frames'
import { useBoard } from '@/stores/board'
import { useContacts } from '@/stores/contacts'
import { useLive } from '@/stores/live'
import { usePresences } from '@/stores/presences'
import { conversation, hub } from './make'

/** Stands in for the socket: what comes in is given by hand, what goes out is kept. */
const sockets: { sent: string[]; onopen: (() => void) | null; onmessage: ((event: { data: string }) => void) | null }[] = []
class FakeSocket {
  sent: string[] = []
  onopen: (() => void) | null = null
  onmessage: ((event: { data: string }) => void) | null = null
  onclose: (() => void) | null = null
  constructor() { sockets.push(this) }
  send(data: string): void { this.sent.push(data) }
  close(): void { this.onclose?.() }
}
const tell = (frame: Frame): void => sockets.at(-1)?.onmessage?.({ data: JSON.stringify(frame) })
function event(kind: string, payload: unknown): EventFrame { return { type: 'event', kind, cursor: 'c', partition: null, seq: null, at: '', payload } as EventFrame }
function connect(): void {
  useLive().start()
  sockets.at(-1)?.onopen?.()
  tell({ type: 'hello', cursor: 'c', agent_id: 'me', server_time: new Date().toISOString() })
}
const view = (version: number, name: string): ContactView => ({ contact: { id: 'k1', name, version } as ContactView['contact'], identities: [], segments: [], time_zone: null })

beforeEach(() => {
  setActivePinia(createPinia())
  sockets.length = 0
  vi.stubGlobal('WebSocket', FakeSocket)
})

describe('presences', () => {
  it('follow what the hub tells, without asking for it again', async () => {
    let asked = 0
    hub({ 'GET /presence': () => { asked += 1; return { body: { items: [{ agent_id: 'a1', name: 'Ann', state: 'online', reason: null, since: null, load: 2, capacity: 6 }], next: null } } } })
    connect()
    await usePresences().load()
    tell(event('presence.changed', { standing: { agent_id: 'a1', state: 'away', reason: 'lunch', since: '2026-01-05T10:00:00Z' } }))
    await vi.waitFor(() => expect(usePresences().byId.get('a1')).toMatchObject({ state: 'away', reason: 'lunch', load: 2 }))
    expect(asked).toBe(1)
  })
  it('are read once when many conversations change hands at a time', async () => {
    vi.useFakeTimers()
    let asked = 0
    hub({ 'GET /presence': () => { asked += 1; return { body: { items: [], next: null } } } })
    connect()
    await usePresences().load()
    const changed = (one: Conversation): EventFrame => event('conversation.changed', { conversation: one, cause: 'assign' })
    for (let n = 0; n < 20; n++) tell(changed(conversation({ id: `c${n}` })))
    await vi.runOnlyPendingTimersAsync()
    vi.useRealTimers()
    expect(asked).toBe(2)
  })
})

describe('contacts', () => {
  it('never go back to an older state', async () => {
    const answers = [view(3, 'Ann'), view(2, 'Anna')]
    hub({ 'GET /contacts/k1': () => ({ body: answers.shift() }) })
    const contacts = useContacts()
    await contacts.load('k1')
    await contacts.load('k1')
    expect(contacts.of('k1')?.contact.name).toBe('Ann')
  })
  it('are answered under the id by which they were asked for, once they went into another', async () => {
    hub({ 'GET /contacts/old': () => ({ body: view(1, 'Ann') }) })
    const contacts = useContacts()
    await contacts.load('old')
    expect(contacts.of('old')?.contact.id).toBe('k1')
  })
})

describe('the board', () => {
  it('is watched only while somebody looks, and again after a break', async () => {
    hub({})
    connect()
    const board = useBoard()
    const watched = (): unknown[] => (sockets.at(-1)?.sent ?? []).map((one) => JSON.parse(one) as { type: string; watch?: boolean }).filter((one) => one.type === 'board').map((one) => one.watch)
    const leave = board.look()
    tell({ type: 'board', board: { at: '2026-01-05T10:00:00Z', waiting: 3 } } as unknown as Frame)
    await vi.waitFor(() => expect([watched(), board.now?.waiting]).toEqual([[true], 3]))
    leave()
    expect(watched()).toEqual([true, false])
  })
})
