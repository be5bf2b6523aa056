import { createPinia, setActivePinia } from 'pinia'
import { nextTick } from 'vue'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { AgentDraft } from '@/api/writing'
import { useCompose } from '@/stores/compose'
import { useDrafts } from '@/stores/drafts'
import { useMessages } from '@/stores/messages'
import { useSession } from '@/stores/session'
import { hub, message } from './make'

const kept = (change: Partial<AgentDraft> = {}): AgentDraft => ({ kind: 'reply', text: '', spans: [], attachments: [], buttons: [], head: null, reply_to: null, canned: null, written: true, version: 1, device: 'another', agent_id: 'x', updated_at: '2026-01-05T10:00:00Z', message_id: null, ...change })
const settle = async (): Promise<void> => { await nextTick(); await vi.advanceTimersByTimeAsync(1000) }
const text = (): string => useCompose().draft('c1').text.reply
let saves: Record<string, unknown>[] = []
let stands: AgentDraft | null = null
let drops = 0

/** The hub's rules: a save names the version that it was made of. */
function aHub(): void {
  saves = []
  drops = 0
  stands = null
  hub({
    'GET /conversations/c1/messages': () => ({ body: { items: [message()], next: null } }),
    'GET /conversations/c1/draft': () => ({ body: { reply: stands, note: null, others: [] } }),
    'PUT /conversations/c1/draft': (body) => {
      if (body.version !== (stands?.version ?? 0)) return { status: 409, body: { title: 'Conflict', current: stands } }
      saves.push(body)
      stands = kept({ ...(body as Partial<AgentDraft>), attachments: [], version: (stands?.version ?? 0) + 1, written: true })
      return { body: stands }
    },
    'DELETE /conversations/c1/draft': () => {
      drops += 1
      stands = kept({ written: false, version: (stands?.version ?? 0) + 1 })
      return { body: { reply: stands, note: null, others: [] } }
    },
    'POST /conversations/c1/messages': (body) => {
      stands = kept({ written: false, version: (stands?.version ?? 0) + 1, device: useDrafts().device })
      return { status: 201, body: { message: message({ id: 'm9', seq: 9, sort: '0009', direction: 'outbound', author: { kind: 'agent', id: 'x', name: 'X' }, content: { text: String(body.text) } }) } }
    },
  })
}
beforeEach(async () => {
  vi.useFakeTimers()
  localStorage.clear()
  sessionStorage.clear()
  setActivePinia(createPinia())
  useSession().agent = { id: 'x', email: 'x@example.com', name: 'X', role: 'agent', team_ids: [], active: true }
  aHub()
  await useMessages().open('c1')
  await settle() // The thread is shown; what stands beside it is read now.
  useCompose().draft('c1')
})
afterEach(() => { useDrafts().clear(); vi.useRealTimers() })

describe('a draft on the hub', () => {
  it('is saved once after a pause in writing, and not again while nothing changes', async () => {
    for (const words of ['a', 'ab', 'abc']) { useCompose().draft('c1').text.reply = words; await nextTick() }
    await settle()
    await settle()
    expect(saves.map((one) => [one.text, one.version])).toEqual([['abc', 0]])
  })
  it('is thrown away there when it is emptied here', async () => {
    useCompose().draft('c1').text.reply = 'abc'
    await settle()
    useCompose().draft('c1').text.reply = ''
    await settle()
    expect(drops).toBe(1)
  })
  it('comes from another device where nothing was changed here', async () => {
    stands = kept({ text: 'from there', version: 3 })
    await useDrafts().open('c1')
    expect(text()).toBe('from there')
    await settle()
    expect(saves).toEqual([])
  })
  it('keeps both texts when both devices have changed it, and saves nothing until somebody chooses', async () => {
    useCompose().draft('c1').text.reply = 'mine'
    await nextTick()
    stands = kept({ text: 'theirs', version: 3 })
    await useDrafts().open('c1')
    await settle()
    expect([text(), useDrafts().conflict('c1', 'reply')?.text, saves.length]).toEqual(['mine', 'theirs', 0])
    await useDrafts().choose('c1', 'reply', 'both')
    await settle()
    expect(text()).toBe('theirs\n\nmine')
    expect(saves.map((one) => [one.text, one.version])).toEqual([['theirs\n\nmine', 3]])
  })
  it('learns of the conflict by its own save where it has heard nothing', async () => {
    stands = kept({ text: 'theirs', version: 2 })
    useCompose().draft('c1').text.reply = 'mine'
    await settle()
    expect([text(), useDrafts().conflict('c1', 'reply')?.text]).toEqual(['mine', 'theirs'])
  })
  it('is named by the message that is made of it, and what is written next is saved anew', async () => {
    useCompose().draft('c1').text.reply = 'first'
    await settle()
    let named: unknown
    const fetched = globalThis.fetch
    globalThis.fetch = ((input: RequestInfo | URL, init?: RequestInit) => {
      if (init?.method === 'POST') named = (JSON.parse(String(init.body)) as { draft?: unknown }).draft
      return fetched(input, init)
    }) as typeof fetch
    useCompose().send('c1')
    useCompose().draft('c1').text.reply = 'second'
    await settle()
    await settle()
    expect(named).toEqual({ version: 1, device: useDrafts().device })
    expect(drops).toBe(0)
    expect(useDrafts().conflict('c1', 'reply')).toBeNull()
    expect(stands?.text).toBe('second')
  })
  it('tells when it was sent from another device, and keeps what was changed here', async () => {
    useCompose().draft('c1').text.reply = 'begun'
    await settle()
    useCompose().draft('c1').text.reply = 'begun, and more'
    await nextTick()
    stands = kept({ written: false, version: 5, message_id: 'm1' })
    await useDrafts().open('c1')
    expect([text(), useDrafts().conflict('c1', 'reply')?.written]).toEqual(['begun, and more', false])
  })
  it('that is begun while an emptied one of before is still being read is no conflict', async () => {
    stands = kept({ written: false, version: 7, message_id: 'm1' })
    useCompose().draft('c1').text.reply = 'begun at once'
    await nextTick()
    await useDrafts().open('c1')
    await settle()
    expect([text(), useDrafts().conflict('c1', 'reply'), saves.map((one) => one.version)]).toEqual(['begun at once', null, [7]])
  })
  it('is on this device before the hub has it', async () => {
    useCompose().draft('c1').text.reply = 'not yet saved'
    await nextTick()
    setActivePinia(createPinia())
    useSession().agent = { id: 'x', email: 'x@example.com', name: 'X', role: 'agent', team_ids: [], active: true }
    expect(useCompose().draft('c1').text.reply).toBe('not yet saved')
  })
})
