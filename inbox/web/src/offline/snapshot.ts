/** What an agent has read last, so that the app opens without a line. It goes when they sign out, and after a week by itself. */
import type { AgentView, ChannelTypeInfo, ChannelView, Conversation, HubInfo, Message } from '@/api/types'
import { clear, keep, read, readAll } from './database'

const KEPT_MS = 7 * 24 * 3_600_000
const OWN = ['screen', 'known'] as const

/** What stood on the screen, and when by the hub's clock. */
export interface Screen { at: string; agent: AgentView; info: HubInfo | null; view: string; conversations: Conversation[]; counts: Record<string, number>; labels: string[] }
/** What changes seldom. */
export interface Known { channels: ChannelView[]; types: ChannelTypeInfo[]; agents: AgentView[] }
export interface ReadThread { cid: string; messages: Message[]; older: string | null }
export interface Snapshot { screen: Screen; known: Known | null; threads: ReadThread[] }

export const keepScreen = (screen: Screen): Promise<void> => keep('snapshot', OWN[0], screen)
export const keepKnown = (known: Known): Promise<void> => keep('snapshot', OWN[1], known)
export const keepThread = (thread: ReadThread): Promise<void> => keep('snapshot', `thread/${thread.cid}`, thread)
export const clearSnapshot = (): Promise<void> => clear('snapshot')

/** Null where nothing is remembered, or where it is too old to be shown to whoever holds the device. */
export async function readSnapshot(now: number): Promise<Snapshot | null> {
  const screen = await read<Screen>('snapshot', OWN[0])
  if (!screen) return null
  if (now - Date.parse(screen.at) > KEPT_MS) {
    await clearSnapshot()
    return null
  }
  const all = await readAll<Partial<ReadThread>>('snapshot')
  return { screen, known: await read<Known>('snapshot', OWN[1]), threads: all.filter((one): one is ReadThread => one.cid !== undefined) }
}
