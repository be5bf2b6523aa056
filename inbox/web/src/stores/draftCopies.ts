/** The copy of what is being written that this device keeps: there before the hub has it, and where it cannot be reached. */
import type { CannedUse, Button, Message, Span, Upload } from '@/api/types'
import type { Draft, DraftHead, Tab } from '@/thread/draft'

/** What the hub was known to have when the copy was made. */
export interface Known { version: number; mark: string }
export interface DraftCopy {
  tab: Tab; text: Record<Tab, string>; spans: Span[]; uploads: Upload[]; buttons: Button[]; head: DraftHead | null; replyTo: Message | null; canned: CannedUse | null
  known: Record<Tab, Known>
}
const PREFIX = 'hub.draft.'
const keyOf = (agent: string, cid: string): string => `${PREFIX}${agent}.${cid}`

export function copyOf(draft: Draft, known: Record<Tab, Known>): DraftCopy {
  const { tab, text, spans, files, buttons, head, replyTo, canned } = draft
  return { tab, text, spans, uploads: files.flatMap((file) => (file.upload ? [file.upload] : [])), buttons, head, replyTo, canned, known }
}
export function readCopy(agent: string, cid: string): DraftCopy | null {
  try {
    return JSON.parse(localStorage.getItem(keyOf(agent, cid)) ?? 'null') as DraftCopy | null
  } catch {
    return null
  }
}
export function writeCopy(agent: string, cid: string, copy: DraftCopy | null): void {
  try {
    if (copy) localStorage.setItem(keyOf(agent, cid), JSON.stringify(copy))
    else localStorage.removeItem(keyOf(agent, cid))
  } catch {
    // The browser's room is full: the hub's copy follows in a moment.
  }
}
/** Conversations in which this device has something that the hub may not have. */
export function copiedConversations(agent: string): string[] {
  const own = `${PREFIX}${agent}.`
  return Object.keys(localStorage).filter((key) => key.startsWith(own)).map((key) => key.slice(own.length))
}
