/** Documents with defaults, for tests. */
import type { Conversation, Message } from '@/api/types'

export function message(change: Partial<Message> = {}): Message {
  return {
    id: 'm1', conversation_id: 'c1', channel_id: 'ch', seq: 1, sort: '0001', direction: 'inbound', author: { kind: 'contact', id: 'k1', name: 'Anna' },
    content: { text: 'hello' }, at: '2026-01-05T10:00:00Z', accepted_at: '2026-01-05T10:00:00Z', version: 1, ...change,
  }
}
export function conversation(change: Partial<Conversation> = {}): Conversation {
  return {
    id: 'c1', channel_id: 'ch', channel_type: 'telegram', thread: '1', thread_kind: 'private', contact_id: 'k1', identity_id: 'i1', contact_name: 'Anna', status: 'open',
    priority: 'normal', labels: [], unread: 0, messages: 1, last_activity_at: '2026-01-05T10:00:00Z', reachable: true, created_at: '2026-01-05T10:00:00Z', version: 1, ...change,
  }
}
/** Answers `fetch` by method and path; what is not named is 404. */
export function hub(answers: Record<string, (body: Record<string, unknown>) => { status?: number; body: unknown }>): void {
  globalThis.fetch = (async (input: RequestInfo | URL, init?: RequestInit) => {
    const path = String(input).replace(/^.*\/api\/v1/, '').split('?')[0]
    const found = answers[`${init?.method ?? 'GET'} ${path}`]
    const answer = found ? found(JSON.parse(typeof init?.body === 'string' ? init.body : '{}') as Record<string, unknown>) : { status: 404, body: { title: 'Not found' } }
    return new Response(JSON.stringify(answer.body), { status: answer.status ?? 200, headers: { 'Content-Type': 'application/json' } })
  }) as typeof fetch
}
