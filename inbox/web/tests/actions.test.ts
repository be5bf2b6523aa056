import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it } from 'vitest'
import { useActions } from '@/components/thread/useActions'
import { addresses, toldApart } from '@/format/identities'
import type { Identity } from '@/api/desk'
import { useConversations } from '@/stores/conversations'
import { useUndo } from '@/stores/undo'
import { conversation, hub } from './make'

beforeEach(() => setActivePinia(createPinia()))

describe('what can be taken back for a moment', () => {
  let asked: string[] = []
  beforeEach(() => {
    asked = []
    const answer = (action: string, change: Parameters<typeof conversation>[0]) => () => { asked.push(action); return { body: { conversation: conversation({ ...change, version: asked.length + 1 }) } } }
    hub({
      'POST /conversations/c1/resolve': answer('resolve', { status: 'resolved' }), 'POST /conversations/c1/reopen': answer('reopen', { status: 'open' }),
      'POST /conversations/c1/snooze': answer('snooze', { status: 'snoozed', snoozed_until: '2030-01-01T09:00:00Z' }),
    })
    useConversations().put(conversation())
  })
  const one = () => useConversations().byId.get('c1') ?? conversation()

  it('is a resolution, until it was opened again by hand', async () => {
    await useActions().resolve(one())
    expect(useUndo().latest?.about).toBe('c1')
    await useActions().reopen(one())
    expect(useUndo().latest).toBeNull()
  })
  it('is a snooze, which puts the conversation back among the open ones', async () => {
    await useActions().snooze(one(), new Date('2030-01-01T09:00:00Z'))
    expect(useUndo().latest?.words).toContain('Snoozed until')
    await useUndo().latest?.run()
    expect(asked).toEqual(['snooze', 'reopen'])
    expect(one().status).toBe('open')
  })
  it('is nothing of another conversation', async () => {
    await useActions().resolve(one())
    useUndo().forget('c2')
    expect(useUndo().latest).not.toBeNull()
  })
})

describe('an identity', () => {
  const identity = (change: Partial<Identity>): Identity => ({ id: 'i1', channel_type: 'telegram', external_id: '77', name: 'Anna', username: null, identifiers: [], ...change }) as Identity
  it('is told apart from another of the same name by its platform id', () => {
    const known = identity({ identifiers: [{ kind: 'username', value: 'anna', verified: false }] as Identity['identifiers'] })
    expect(addresses(known).map((one) => one.words)).toEqual(['@anna'])
    expect(toldApart(known)).toBe('@anna · id 77')
    expect(toldApart(identity({}))).toBe('Anna · id 77')
  })
  it('is not named twice where the platform calls people by their address', () => {
    expect(toldApart(identity({ external_id: 'a@example.com', identifiers: [{ kind: 'email', value: 'a@example.com', verified: true }] as Identity['identifiers'] }))).toBe('a@example.com')
  })
})
