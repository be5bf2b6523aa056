import { describe, expect, it } from 'vitest'
import type { AuditEntry } from '@/api/desk'
import { actionWords, addressOf, askedOf, COMMANDS, detailWords, FAMILIES, queryOf } from '@/format/auditing'
import { i18n, setLanguage } from '@/i18n'

const entry = (action: string): AuditEntry => ({ id: 'u1', actor: { kind: 'agent', id: 'a1', name: 'Vera' }, action, target: 't1', conversation_id: null, details: {}, at: '2026-01-05T09:00:00Z' }) as AuditEntry

describe('the audit', () => {
  it('keeps its filters in the address', () => {
    const asked = { who: 'a1', what: 'channel.', since: '2026-01-05', until: '2026-01-06' }
    expect(askedOf(addressOf(asked))).toEqual(asked)
    expect(addressOf(askedOf({ who: ['a', 'b'], since: 'yesterday', what: 'x'.repeat(101) }))).toEqual({})
  })
  it('asks for whole days in the reader’s time', () => {
    const { since, before, actor_id } = queryOf({ who: '', what: '', since: '2026-01-05', until: '2026-01-05' })
    expect(Date.parse(String(before)) - Date.parse(String(since))).toBe(86_400_000)
    expect(actor_id).toBeUndefined()
  })
  it('says in words what was done to what', async () => {
    await setLanguage('en')
    expect(actionWords(entry('channel.added'))).toEqual({ family: 'Channel', verb: 'added' })
    expect(actionWords(entry('assign'))).toEqual({ family: 'Conversation', verb: 'assigned' })
    expect(actionWords(entry('account.user_banned'))).toEqual({ family: 'Account on the platform', verb: 'user banned' })
  })
  it('has words for everything that can be chosen', () => {
    const missing = [...FAMILIES.map((name) => `audit.families.${name}`), ...COMMANDS.map((name) => `audit.verbs.${name}`)].filter((key) => !i18n.global.te(key))
    expect(missing).toEqual([])
  })
  it('tells details and leaves out what is empty', () => {
    expect(detailWords({ fields: ['name', 'notes'], until: null, role: 'agent', n: 0, empty: '' })).toBe('fields: name, notes · role: agent · n: 0')
  })
})
