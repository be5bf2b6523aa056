import { createPinia, setActivePinia } from 'pinia'
import { nextTick, ref } from 'vue'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { Message } from '@/api/types'
import { useCollision } from '@/components/composer/collision'
import { useActions } from '@/components/thread/useActions'
import { useCompose } from '@/stores/compose'
import { useConversations } from '@/stores/conversations'
import { useMessages } from '@/stores/messages'
import { useSession } from '@/stores/session'
import { useUndo } from '@/stores/undo'
import { conversation, hub, message } from './make'

const answer = (seq: number, author: string): Message => message({ id: `o${seq}`, seq, direction: 'outbound', author: { kind: 'agent', id: author, name: author }, delivery: 'sent' })

describe('what colleagues answer while somebody writes', () => {
  const list = ref<Message[]>([message({ seq: 1 }), answer(2, 'kim')])
  const writes = ref(false)
  it('is shown before one’s own goes, once for each answer', async () => {
    const { answers, mayGo, forget } = useCollision(() => list.value, () => writes.value, () => 'me')
    writes.value = true
    await nextTick()
    expect([answers.value.length, mayGo()]).toEqual([0, true])
    list.value = [...list.value, answer(3, 'me'), answer(4, 'kim')]
    await nextTick()
    expect(answers.value.map((one) => one.seq)).toEqual([4])
    expect([mayGo(), mayGo()]).toEqual([false, true])
    list.value = [...list.value, answer(5, 'lee')]
    await nextTick()
    expect(mayGo()).toBe(false)
    forget()
    expect(answers.value).toEqual([])
    list.value = [...list.value, message({ id: 'i6', seq: 6 })]
    await nextTick()
    expect(mayGo()).toBe(true)
  })
  it('is forgotten with the text', async () => {
    const { answers } = useCollision(() => list.value, () => writes.value, () => 'me')
    list.value = [...list.value, answer(7, 'kim')]
    await nextTick()
    expect(answers.value.length).toBe(1)
    writes.value = false
    await nextTick()
    writes.value = true
    await nextTick()
    expect(answers.value).toEqual([])
  })
})

describe('what was done last', () => {
  beforeEach(async () => {
    setActivePinia(createPinia())
    localStorage.clear()
    useSession().agent = { id: 'x', email: 'x@example.com', name: 'X', role: 'agent', team_ids: [], active: true }
    hub({ 'GET /conversations/c1/messages': () => ({ body: { items: [message()], next: null } }) })
    await useMessages().open('c1')
  })
  it('is taken back: a resolution to where the case stood', async () => {
    const asked: string[] = []
    const done = (name: string, change: Parameters<typeof conversation>[0]) => (body: Record<string, unknown>) => { asked.push(`${name} ${String(body.until ?? '')}`.trim()); return { body: { conversation: conversation({ version: asked.length + 1, ...change }) } } }
    const until = new Date(Date.now() + 86_400_000).toISOString()
    hub({ 'POST /conversations/c1/resolve': done('resolve', { status: 'resolved' }), 'POST /conversations/c1/reopen': done('reopen', { status: 'open' }), 'POST /conversations/c1/snooze': done('snooze', { status: 'snoozed' }) })
    const before = conversation({ status: 'snoozed', snoozed_until: until })
    useConversations().put(before)
    await useActions().resolve(before)
    useCompose().undo()
    await vi.waitFor(() => expect(asked).toEqual(['resolve', 'reopen', `snooze ${until}`]))
    expect(useUndo().latest).toBeNull()
  })
  it('is taken back: a note goes and its text returns', async () => {
    const removed: string[] = []
    hub({
      'POST /conversations/c1/messages': () => ({ status: 201, body: { message: message({ id: 'n9', seq: 9, sort: '0009', direction: 'note', author: { kind: 'agent', id: 'x', name: 'X' }, content: { text: 'between us' } }) } }),
      'DELETE /messages/n9': () => { removed.push('n9'); return { body: { message: message({ id: 'n9', seq: 9, sort: '0009', direction: 'note', deleted_at: '2026-01-05T10:01:00Z', version: 2 }) } } },
    })
    const draft = useCompose().draft('c1')
    draft.tab = 'note'
    draft.text.note = 'between us'
    useCompose().send('c1')
    await vi.waitFor(() => expect(useUndo().latest).not.toBeNull())
    useCompose().undo()
    await vi.waitFor(() => expect(removed).toEqual(['n9']))
    await vi.waitFor(() => expect(draft.text.note).toBe('between us'))
  })
  it('is not offered for what the hub refused', async () => {
    hub({ 'POST /conversations/c1/resolve': () => ({ status: 409, body: { title: 'Conflict', detail: 'no' } }) })
    const before = conversation()
    useConversations().put(before)
    expect(await useActions().resolve(before)).toBe(false)
    expect(useUndo().latest).toBeNull()
  })
})
