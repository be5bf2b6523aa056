/** Messages that the hub has not answered for yet. They outlive the page, and leave once: under their command's id. */
import type { Pending } from '@/thread/pending'
import { clear, drop, keep, read, readAll } from './database'

/** An answer that is older leaves by hand only: the customer waits for something else by then. The hub knows ids for 7 days. */
const FRESH_MS = 24 * 3_600_000

/** Whether it may still leave by itself; `now` is the hub's time. */
export const isFresh = (pending: Pending, now: number): boolean => now - Date.parse(pending.at) < FRESH_MS

export const keepUnsent = (pending: Pending): Promise<void> => keep('outbox', pending.id, pending)
export const dropUnsent = (id: string): Promise<void> => drop('outbox', id)
export const isUnsent = async (id: string): Promise<boolean> => (await read('outbox', id)) !== null
export const clearUnsent = (): Promise<void> => clear('outbox')

/** What an agent left unsent, oldest first. */
export async function unsentOf(agentId: string): Promise<Pending[]> {
  const all = await readAll<Pending>('outbox')
  return all.filter((pending) => pending.authorId === agentId).sort((a, b) => a.at.localeCompare(b.at))
}

/**
 * One after another per conversation, in all tabs: answers leave in the order in which they were written, and two
 * tabs never send the same. Where the browser has no locks (no HTTPS) the tabs rely on the command's id alone.
 */
export class Turns {
  private readonly tails = new Map<string, Promise<void>>()

  take(conversationId: string, job: () => Promise<void>): Promise<void> {
    const locks = navigator.locks as LockManager | null | undefined
    const locked = async (): Promise<void> => { await (locks ? locks.request(`hub.send.${conversationId}`, job) : job()) }
    const before = this.tails.get(conversationId)
    const mine = before ? before.then(locked, locked) : locked()
    this.tails.set(conversationId, mine)
    void mine.finally(() => { if (this.tails.get(conversationId) === mine) this.tails.delete(conversationId) }).catch(() => undefined)
    return mine
  }
}
