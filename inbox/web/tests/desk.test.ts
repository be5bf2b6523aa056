import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it } from 'vitest'
import type { Contact, FieldDefinition, PresenceView, Task, Topic } from '@/api/desk'
import { wrongValue } from '@/format/fieldValue'
import { addressOf, gainsOf } from '@/format/merging'
import { timeIn } from '@/format/places'
import { byReadiness } from '@/format/readiness'
import { bounds, daysOf, periodOf, stepOf, stretches } from '@/format/reporting'
import { missingFacts, topicPath } from '@/format/topics'
import { timelineWords } from '@/format/timelineWords'
import { setLanguage } from '@/i18n'
import { useSession } from '@/stores/session'
import { useTasks } from '@/stores/tasks'
import { conversation, hub, message } from './make'

const contact = (change: Partial<Contact> = {}): Contact => ({
  id: 'k1', name: null, language: null, time_zone: null, labels: [], segments: [], attributes: {}, notes: null, vouched: null, block: null, merged_into: null,
  created_at: '2026-01-05T10:00:00Z', updated_at: '2026-01-05T10:00:00Z', version: 1, ...change,
})
const kept = { created_at: '', updated_at: '', version: 1, position: 0 }
const topic = (id: string, parent_id: string | null, required: string[] = []): Topic => ({ ...kept, id, name: id, parent_id, required, responsible_agent_id: null, responsible_team_id: null })
const field = (key: string, required_for: string[]): FieldDefinition => ({ ...kept, id: key, key, name: key, kind: 'text', options: [], required_for, personal: false })
const task = (change: Partial<Task>): Task => ({
  id: 't1', conversation_id: 'c1', line: 'L2', from_line: null, team_id: null, topic: null, state: 'open', summary: 'look', links: [], owner_id: null, owner_name: null, assignee_id: null,
  assignee_name: null, result: null, created_by: { kind: 'agent', id: 'a1', name: 'Ann' }, created_at: '2026-01-05T10:00:00Z', taken_at: null, done_at: null, version: 1, ...change,
})
beforeEach(() => { setLanguage('en'); setActivePinia(createPinia()) })

describe('a value of a field', () => {
  it('fits its kind or says why not', () => {
    expect([wrongValue('number', '12.5'), wrongValue('number', '12,5'), wrongValue('date', '2026-02-28'), wrongValue('date', '2026-02-30'), wrongValue('url', 'shop.example'), wrongValue('choice', 'lid', ['box'])])
      .toEqual([null, 'number', null, 'date', 'url', 'choice'])
  })
  it('may always be empty, for that takes the field away', () => {
    expect((['number', 'date', 'url', 'choice', 'zone'] as const).map((kind) => wrongValue(kind, ' '))).toEqual([null, null, null, null, null])
  })
  it('names a time zone that there is', () => {
    expect([wrongValue('zone', 'Asia/Tokyo'), wrongValue('zone', 'Atlantis/Capital')]).toEqual([null, 'zone'])
    expect(timeIn('Asia/Tokyo', Date.parse('2026-01-05T10:00:00Z'))).toBe('Mon 19:00 (UTC+9)')
    expect(timeIn('Atlantis/Capital', 0)).toBe('')
  })
})

describe('a merge', () => {
  it('brings what the one that goes on lacks, and leaves what it says itself', () => {
    const gains = gainsOf(contact({ name: 'Ann', labels: ['a'], attributes: { company: 'ACME' } }), contact({ name: 'Anna', language: 'ru', labels: ['a', 'b'], attributes: { company: 'Initech', plan: 'pro' } }))
    expect(gains).toEqual({ fields: ['language'], labels: ['b'], segments: [], attributes: ['plan'], kept: ['name', 'company'], notesJoin: false })
  })
  it('joins notes that differ', () => {
    expect(gainsOf(contact({ notes: 'tall' }), contact({ notes: 'kind' })).notesJoin).toBe(true)
    expect(gainsOf(contact({ notes: 'tall and kind' }), contact({ notes: 'kind' })).notesJoin).toBe(false)
  })
  it('tells the address by which two were found', () => { expect(addressOf('email:a:b@example.com')).toBe('a:b@example.com') })
})

describe('a topic', () => {
  const all = [topic('goods', null, ['order']), topic('box', 'goods', ['photo']), topic('loop', 'loop')]
  it('needs what it asks for itself, what those above it ask for, and what fields ask for', () => {
    expect(missingFacts('box', {}, all, [field('town', ['goods']), field('age', ['other'])])).toEqual(['order', 'photo', 'town'])
    expect(missingFacts('box', { order: '1', photo: ' ' }, all, [])).toEqual(['photo'])
    expect(missingFacts(null, {}, all, [])).toEqual([])
  })
  it('is found from the top down, even where the tree bites its tail', () => {
    expect(topicPath(all[1] as Topic, all).map((one) => one.id)).toEqual(['goods', 'box'])
    expect(topicPath(all[2] as Topic, all).map((one) => one.id)).toEqual(['loop'])
  })
})

describe('whom to hand over to', () => {
  const agent = (agent_id: string, state: PresenceView['state'], load: number): PresenceView => ({ agent_id, name: agent_id, state, reason: null, since: null, load, capacity: 4 } as PresenceView)
  it('is oneself, then whoever is there with the most room', () => {
    const order = [agent('far', 'offline', 0), agent('full', 'online', 4), agent('me', 'away', 4), agent('free', 'online', 1), agent('tea', 'away', 0)].sort(byReadiness('me')).map((one) => one.agent_id)
    expect(order).toEqual(['me', 'free', 'full', 'tea', 'far'])
  })
})

describe('the days of a report', () => {
  const now = Date.parse('2026-03-15T12:00:00Z')
  it('end today and are asked for as the hub counts', () => {
    expect(daysOf('week', now)).toEqual({ from: '2026-03-09', to: '2026-03-15' })
    expect(bounds('2026-03-09', '2026-03-15')).toEqual({ since: '2026-03-09T00:00:00Z', before: '2026-03-16T00:00:00.000Z' })
    expect([periodOf('2026-03-15', '2026-03-15', now), periodOf('2026-03-01', '2026-03-02', now)]).toEqual(['today', null])
  })
  it('are told day by day, and month by month where they are many', () => {
    expect(stretches('2026-02-27', '2026-03-01')).toEqual(['2026-02-27', '2026-02-28', '2026-03-01'])
    expect(stepOf('2025-03-20', '2026-03-15')).toBe('month')
    expect(stretches('2025-11-20', '2026-03-15')).toEqual(['2025-11-01', '2025-12-01', '2026-01-01', '2026-02-01', '2026-03-01'])
  })
})

describe('a line of the history', () => {
  it('says what was said, or what it was', () => {
    expect(timelineWords(message({ content: { text: '', blocks: [{ type: 'call', direction: 'in', answered: false }] } }))).toBe('Missed call')
    expect(timelineWords(message({ content: { text: '', blocks: [{ type: 'call', direction: 'in', answered: true, duration_s: 65 }] } }))).toBe('Incoming call · 1:05')
    expect(timelineWords(message({ deleted_at: '2026-01-05T10:00:00Z' }))).toBe('Deleted message')
    expect(timelineWords(message({ content: { text: '', attachments: [{ id: 'x', kind: 'voice', state: 'stored' }] } }))).toBe('Voice message')
  })
})

describe('tasks', () => {
  it('stand where they belong as they are taken and done, and never go back to an older state', () => {
    const tasks = useTasks()
    useSession().agent = { id: 'me', email: '', name: 'Me', role: 'agent', team_ids: [], active: true }
    tasks.put(task({}))
    expect([tasks.list('waiting').length, tasks.list('mine').length]).toEqual([1, 0])
    tasks.put(task({ state: 'taken', assignee_id: 'me', version: 2 }))
    tasks.put(task({}))
    expect([tasks.list('waiting').length, tasks.list('mine').length]).toEqual([0, 1])
    tasks.put(task({ state: 'taken', assignee_id: 'other', version: 3 }))
    expect([tasks.list('waiting').length, tasks.list('mine').length, tasks.of('c1').length]).toEqual([0, 0, 1])
  })
  it('are read again when the conversation says that they are others, and only then', async () => {
    let read = 0
    hub({ 'GET /conversations/c1/tasks': () => { read += 1; return { body: { items: [task({})], next: null } } } })
    const tasks = useTasks()
    const escalation = { open: [{ task_id: 't1', line: 'L2' }], hops: [], ping_pong: false }
    tasks.follow(conversation({}))
    tasks.follow(conversation({ escalation }))
    tasks.follow(conversation({ escalation, version: 2 }))
    await Promise.resolve()
    expect(read).toBe(1)
  })
})
