/** From messages to what stands in the thread: days, groups, albums, system lines. Pure. */
import type { Message } from '@/api/types'

export type Item =
  | { type: 'day'; key: string; at: string }
  | { type: 'unread'; key: string }
  | { type: 'system'; key: string; message: Message }
  | { type: 'bubble'; key: string; message: Message; album: Message[]; first: boolean; last: boolean }

const GROUP_MS = 5 * 60_000

function dayOf(at: string): string {
  const date = new Date(at)
  return `${date.getFullYear()}-${date.getMonth()}-${date.getDate()}`
}

const sameSpeaker = (a: Message, b: Message): boolean =>
  a.direction === b.direction && a.author.kind === b.author.kind && (a.author.id ?? a.author.name) === (b.author.id ?? b.author.name)

function follows(before: Message | null, message: Message): boolean {
  if (!before || before.direction === 'system' || message.direction === 'system') return false
  return sameSpeaker(before, message) && Math.abs(Date.parse(message.at) - Date.parse(before.at)) < GROUP_MS
}

/** A bubble is drawn anew only when what it shows is another: the same message gives the same entry. */
const alone = new WeakMap<Message, Message[]>()
function only(message: Message): Message[] {
  const known = alone.get(message)
  if (known) return known
  const made = [message]
  alone.set(message, made)
  return made
}

/** Consecutive messages of one album become one entry; the first one stands for it. */
function albums(messages: readonly Message[]): Message[][] {
  const out: Message[][] = []
  for (const message of messages) {
    const open = out.at(-1)
    const key = message.content.group_key
    if (open && key && open[0]?.content.group_key === key && open[0].direction === message.direction && !message.deleted_at) out[out.length - 1] = [...open, message]
    else out.push(only(message))
  }
  return out
}

export function timeline(messages: readonly Message[], firstUnread: string | null, keyOf: (id: string) => string = (id) => id): Item[] {
  const items: Item[] = []
  let day = ''
  let before: Message | null = null
  let bubble: Extract<Item, { type: 'bubble' }> | null = null
  for (const album of albums(messages)) {
    const message = album[0] as Message
    const today = dayOf(message.at)
    if (today !== day && !message.late) {
      items.push({ type: 'day', key: `day-${today}-${message.id}`, at: message.at })
      day = today
      before = null
    }
    if (album.some((one) => one.id === firstUnread)) { items.push({ type: 'unread', key: 'unread' }); before = null }
    if (message.direction === 'system') {
      items.push({ type: 'system', key: keyOf(message.id), message })
      before = null
      continue
    }
    const joined = follows(before, message)
    if (joined && bubble) bubble.last = false
    bubble = { type: 'bubble', key: keyOf(message.id), message, album, first: !joined, last: true }
    items.push(bubble)
    before = message
  }
  return items
}

/** The newest so many, and what is unread from its line on. */
export function newest(items: readonly Item[], count: number): readonly Item[] {
  const unread = items.findIndex((item) => item.type === 'unread')
  const from = Math.max(0, items.length - count)
  return from === 0 || unread === 0 ? items : items.slice(unread < 0 ? from : Math.min(from, unread - 1))
}
