/** What this device remembers of the last screen: written while there is a line, shown while there is none. */
import { defineStore } from 'pinia'
import { ref, toRaw, watch } from 'vue'
import type { Message } from '@/api/types'
import { clearUnsent } from '@/offline/outbox'
import { clearSnapshot, keepKnown, keepScreen, keepThread, readSnapshot } from '@/offline/snapshot'
import { bySort } from '@/thread/order'
import { useAgents } from './agents'
import { useChannels } from './channels'
import { useClock } from './clock'
import { useConversations } from './conversations'
import { useLine } from './line'
import { useMessages, type Thread } from './messages'
import { useSession } from './session'
import { useViews } from './views'

const EVERY_MS = 10_000
const ROWS = 100
const MESSAGES = 50

export const useRemembered = defineStore('remembered', () => {
  /** The hub's time at which what is shown was written down; null: it comes from the hub. */
  const at = ref<string | null>(null)
  let timer: ReturnType<typeof setInterval> | null = null
  let knownBefore: unknown[] = []
  let threadsBefore = new Map<string, string>()
  /** A write that is under way when everything is wiped must leave nothing behind. */
  let wipes = 0

  watch(() => useLine().state, (state) => { if (state === 'online') at.value = null })

  /** Fill the screen with what is remembered. False: there is nothing. */
  async function restore(): Promise<boolean> {
    const snapshot = await readSnapshot(Date.now())
    if (!snapshot || useSession().agent) return false
    const { screen, known, threads } = snapshot
    at.value = screen.at
    const views = useViews()
    views.counts = screen.counts
    views.labels = screen.labels
    if (known) {
      useChannels().remember(known.channels, known.types)
      useAgents().items = known.agents
    }
    for (const { cid, messages, older } of threads) useMessages().restore(cid, messages, older)
    useSession().restore(screen.agent, screen.info)
    useConversations().restore(screen.conversations, screen.view)
    return true
  }

  const worthKeeping = (): boolean => useSession().asked && !useSession().ended && useSession().agent !== null && useLine().state === 'online'
  async function write(): Promise<void> {
    const { agent, info } = useSession()
    if (!worthKeeping() || !agent) return
    const conversations = useConversations()
    if (conversations.state !== 'ready' || conversations.partial) return
    const begun = wipes
    const rows = conversations.rows.map((row) => row.conversation)
    const read = [...useMessages().threads.keys()].flatMap((cid) => conversations.byId.get(cid) ?? [])
    const kept = new Map([...rows.slice(0, ROWS), ...read].map((conversation) => [conversation.id, conversation]))
    const { counts, labels } = useViews()
    await keepScreen({ at: new Date(useClock().serverNow()).toISOString(), agent, info, view: conversations.view, conversations: [...kept.values()], counts, labels })
    const { items: channels, types, loaded } = useChannels()
    const agents = useAgents().items
    const known = [toRaw(channels), toRaw(types), toRaw(agents)]
    if (begun === wipes && loaded && known.some((one, index) => one !== knownBefore[index])) {
      knownBefore = known
      await keepKnown({ channels, types, agents })
    }
    for (const [cid, thread] of useMessages().threads) if (begun === wipes) await writeThread(cid, thread)
  }
  async function writeThread(cid: string, thread: Thread): Promise<void> {
    if (thread.state !== 'ready') return
    const all: Message[] = [...thread.known.values()].sort(bySort)
    const messages = all.slice(-MESSAGES)
    const stamp = messages.map((message) => `${message.id}.${message.version}`).join()
    if (threadsBefore.get(cid) === stamp) return
    threadsBefore.set(cid, stamp)
    // What is older than the kept ones is read again from the hub: the cursor of the first page says from where.
    await keepThread({ cid, messages, older: all.length > MESSAGES ? (messages[0]?.sort ?? null) : thread.older })
  }

  const hidden = (): void => { if (document.visibilityState === 'hidden') void write() }
  function start(): void {
    timer ??= setInterval(() => void write(), EVERY_MS)
    document.addEventListener('visibilitychange', hidden)
    window.addEventListener('pagehide', hidden)
  }
  function stop(): void {
    if (timer) clearInterval(timer)
    timer = null
    document.removeEventListener('visibilitychange', hidden)
    window.removeEventListener('pagehide', hidden)
  }
  /** Nothing of what was read stays on this device; what was written and not sent stays for its agent, unless they sign out. */
  async function wipe(signedOut: boolean): Promise<void> {
    stop()
    wipes++
    at.value = null
    knownBefore = []
    threadsBefore = new Map()
    await clearSnapshot()
    if (signedOut) await clearUnsent()
  }
  return { at, restore, write, start, stop, wipe }
})
