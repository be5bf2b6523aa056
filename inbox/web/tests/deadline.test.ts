import { beforeEach, describe, expect, it } from 'vitest'
import { systemWords } from '@/components/thread/system'
import { dueOf, isSoon } from '@/format/deadline'
import { setLanguage } from '@/i18n'
import { conversation, message } from './make'

const now = Date.parse('2026-01-05T10:00:00Z')
const due = '2026-01-05T12:00:00Z'

describe('the deadline of a conversation', () => {
  beforeEach(() => setLanguage('en'))

  it('is not shown where nothing is due', () => {
    expect(dueOf(conversation(), now)).toBeNull()
    expect(dueOf(conversation({ due_at: due, status: 'resolved' }), now)).toBeNull()
  })
  it('is plain while it is far', () => {
    expect(dueOf(conversation({ due_at: due, deadlines: { first_reply: { due_at: due } } }), now)?.look).toBeUndefined()
  })
  it('warns once a warning was told', () => {
    const one = conversation({ due_at: due, deadlines: { first_reply: { due_at: due, warned: [50] } } })
    expect(dueOf(one, now)?.look).toBe('warn')
  })
  it('does not warn by a deadline that was met', () => {
    const one = conversation({ due_at: due, deadlines: { first_reply: { due_at: due, warned: [50], met_at: due }, resolution: { due_at: due } } })
    expect(dueOf(one, now)?.look).toBeUndefined()
  })
  it('stands at the head of a conversation only once it is near', () => {
    const one = conversation({ due_at: due })
    const soon = (at: number) => isSoon(one, dueOf(one, at)!, at)
    expect([now, Date.parse(due) - 59 * 60_000, Date.parse(due) + 1].map(soon)).toEqual([false, true, true])
  })
  it('says by how much it is over', () => {
    expect(dueOf(conversation({ due_at: due }), Date.parse(due) + 5 * 60_000)).toEqual({ words: 'overdue by 5 min', look: 'bad' })
    expect(dueOf(conversation({ due_at: due }), Date.parse(due))?.words).toBe('due now')
  })
  it('is told in the reader’s words', () => {
    setLanguage('ru')
    const line = message({ direction: 'system', author: { kind: 'system' }, system: { name: 'deadline_breached', details: { target: 'first_reply', due_at: due } } })
    expect(systemWords(line)).toContain('Просрочено: первый ответ')
  })
})
