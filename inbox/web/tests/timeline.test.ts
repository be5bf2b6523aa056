import { describe, expect, it } from 'vitest'
import { bySort, merge } from '@/thread/order'
import { asMessage, mayBe, type Pending } from '@/thread/pending'
import { newest, timeline } from '@/thread/timeline'
import { message } from './make'

const kinds = (items: ReturnType<typeof timeline>): string[] => items.map((item) => (item.type === 'bubble' ? `${item.message.id}${item.first ? '<' : ''}${item.last ? '>' : ''}${item.album.length > 1 ? `x${item.album.length}` : ''}` : item.type))

describe('the order of a thread', () => {
  it('is the order of sort, not of arrival, and by code units', () => {
    const found = [message({ id: 'b', sort: '10', seq: 1 }), message({ id: 'c', sort: '1a', seq: 2 }), message({ id: 'a', sort: '1A', seq: 3 })].sort(bySort)
    expect(found.map((one) => one.id)).toEqual(['b', 'a', 'c'])
  })
  it('is the order of acceptance where sort says nothing', () => {
    expect([message({ id: 'b', seq: 2 }), message({ id: 'a', seq: 1 })].sort(bySort).map((one) => one.id)).toEqual(['a', 'b'])
  })
  it('never goes back to an older version of a message', () => {
    const known = new Map([['m1', message({ version: 3, delivery: 'read' })]])
    expect(merge(known, message({ version: 2, delivery: 'sent' }))).toBe(false)
    expect(known.get('m1')?.delivery).toBe('read')
  })
})

describe('what is drawn first of a thread', () => {
  const long = Array.from({ length: 40 }, (_, at) => message({ id: `m${at}`, sort: String(at).padStart(3, '0'), seq: at }))
  const first = (unread: string | null, count: number): string[] => newest(timeline(long, unread), count).map((item) => (item.type === 'bubble' ? item.message.id : item.type))

  it('is its end', () => {
    expect(first(null, 3)).toEqual(['m37', 'm38', 'm39'])
    expect(first(null, 100)).toHaveLength(41)
  })
  it('is more where more is unread, with the message before it', () => {
    expect(first('m20', 3).slice(0, 3)).toEqual(['m19', 'unread', 'm20'])
    expect(first('m0', 3)).toHaveLength(42)
  })
  it('is its end too where only the last is unread', () => {
    expect(first('m39', 3)).toEqual(['m38', 'unread', 'm39'])
  })
})

describe('the timeline', () => {
  it('groups what one person says within minutes and parts the days', () => {
    const items = timeline([
      message({ id: 'a' }), message({ id: 'b', at: '2026-01-05T10:01:00Z' }), message({ id: 'c', at: '2026-01-05T10:20:00Z' }),
      message({ id: 'd', at: '2026-01-05T10:21:00Z', direction: 'outbound', author: { kind: 'agent', id: 'x' } }), message({ id: 'e', at: '2026-01-07T10:00:00Z' }),
    ], null)
    expect(kinds(items)).toEqual(['day', 'a<', 'b>', 'c<>', 'd<>', 'day', 'e<>'])
  })
  it('shows an album as one bubble', () => {
    const items = timeline([message({ id: 'a', content: { text: '', group_key: 'g' } }), message({ id: 'b', content: { text: 'two', group_key: 'g' } }), message({ id: 'c' })], null)
    expect(kinds(items)).toEqual(['day', 'a<x2', 'c>'])
  })
  it('puts the unread mark before the first unread, also in an album', () => {
    const items = timeline([message({ id: 'a' }), message({ id: 'b', content: { text: '', group_key: 'g' } }), message({ id: 'c', content: { text: '', group_key: 'g' } })], 'c')
    expect(kinds(items)).toEqual(['day', 'a<>', 'unread', 'b<>x2'])
  })
  it('makes no day of a late message', () => {
    const items = timeline([message({ id: 'a' }), message({ id: 'b', at: '2026-01-03T10:00:00Z', late: true }), message({ id: 'c' })], null)
    expect(items.filter((item) => item.type === 'day')).toHaveLength(1)
  })
})

describe('what is being sent', () => {
  const pending: Pending = { id: 'cmd', conversationId: 'c1', kind: 'reply', text: 'hi', spans: [], uploads: [], buttons: [], head: null, template: null, replyTo: null, canned: null, at: '2026-01-05T10:00:00Z', authorId: 'x', authorName: 'X', state: 'sending', adopted: null }
  const own = message({ direction: 'outbound', author: { kind: 'agent', id: 'x' }, content: { text: 'hi' } })

  it('stands at the end until it is stored', () => {
    expect([asMessage(pending), message({ sort: 'zzz' })].sort(bySort).at(-1)?.id).toBe('cmd')
  })
  it('is recognised in the stored message, and only in ours', () => {
    expect(mayBe(pending, own)).toBe(true)
    expect(mayBe(pending, { ...own, author: { kind: 'agent', id: 'y' } })).toBe(false)
    expect(mayBe(pending, { ...own, direction: 'note' })).toBe(false)
    expect(mayBe({ ...pending, adopted: 'm1' }, own)).toBe(false)
  })
})
