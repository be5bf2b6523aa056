/** The live connection, and what its frames mean for the stores. */
import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import { ApiError } from '@/api/client'
import { api } from '@/api/endpoints'
import { LiveClient } from '@/live/client'
import type { EventFrame, Frame, Typing, Viewing } from '@/live/frames'
import { Gathering } from '@/live/gathering'
import { readUntilDone, stopReading } from '@/live/reading'
import { useAgents } from './agents'
import { useChannels } from './channels'
import { useClock } from './clock'
import { useCommands } from './commands'
import { useConversations } from './conversations'
import { useLine } from './line'
import { useDrafts } from './drafts'
import { useMessages } from './messages'
import { useNotifications } from './notifications'
import { useSession } from './session'
import { useViews } from './views'

const TYPING_MS = 6_000
export interface Presence { name: string; customer: boolean; until: number }

export const useLive = defineStore('live', () => {
  const line = useLine()
  const current = ref<string | null>(null)
  const typing = ref<Record<string, Presence>>({})
  const viewers = ref<Record<string, string[]>>({})
  /** The contact that was changed last, by whomever. */
  const changedContact = ref({ id: '' })
  const ears = new Set<(frame: EventFrame) => void>()
  const others = new Set<(frame: Frame) => void>()
  const state = computed(() => line.state)
  const offline = computed(() => line.broken && !useSession().ended)

  const news = new Gathering()
  const client = new LiveClient({
    // The line counts as back once it is known who we are.
    state(next) { if (next !== 'online') line.turn(next) },
    time: (serverTime) => useClock().correct(serverTime),
    hello: (hello) => { news.flush(); void greeted(hello) },
    reset: () => { news.flush(); resync() },
    counts: (items) => news.add(() => useViews().apply(items)),
    event: (frame) => news.add(() => apply(frame)),
    other: (frame) => news.add(() => others.forEach((ear) => ear(frame))),
    refused: () => void stillSignedIn(),
  })

  async function greeted({ fresh, agentId }: { fresh: boolean; agentId: string | null }): Promise<void> {
    const session = useSession()
    await session.load().catch(() => undefined)
    // Another tab has signed in as somebody else: nothing of this page is theirs.
    if (agentId !== null && agentId !== session.agent?.id) return session.reload().catch(() => undefined)
    viewers.value = {}
    if (current.value) client.send({ type: 'viewing', conversation_id: current.value })
    line.turn('online')
    useCommands().ask()
    if (fresh) resync()
    else mend()
  }
  const read = (name: string, job: () => Promise<unknown>): void => { void readUntilDone(name, job, (attempt) => line.again(attempt)) }
  function shared(): void {
    read('views', () => useViews().load())
    read('channels', () => useChannels().load())
    read('agents', () => useAgents().load())
    read('notifications', () => useNotifications().load())
  }
  /** The gap is filled by what the connection tells; what could not be read while there was no line is read now. */
  function mend(): void {
    const conversations = useConversations()
    const messages = useMessages()
    shared()
    if (conversations.state === 'error' || conversations.partial) read('list', () => conversations.load(conversations.partial))
    for (const [cid, thread] of messages.threads) if (thread.state === 'error') read(`thread ${cid}`, () => messages.open(cid))
  }
  /** Read anew whatever is shown: what happened meanwhile is not going to be told. */
  function resync(): void {
    shared()
    const conversations = useConversations()
    read('list', async () => { await conversations.load(conversations.state === 'ready'); conversations.forgetBut(current.value) })
    read('threads', () => useMessages().restart(current.value))
    read('conversation', async () => { if (current.value) conversations.put(await api.conversation(current.value)) })
  }
  async function stillSignedIn(): Promise<void> {
    try {
      await api.session()
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) useSession().forget()
    }
  }

  /** For stores whose documents this one does not know. Call what it returns to hear no more. */
  function listen(ear: (frame: EventFrame) => void): () => void {
    ears.add(ear)
    return () => { ears.delete(ear) }
  }
  /** The same for frames that are no events. */
  const listenFrames = (ear: (frame: Frame) => void): void => { others.add(ear) }
  const send = (frame: Record<string, unknown>): void => client.send(frame)
  function apply(frame: EventFrame): void {
    for (const ear of ears) ear(frame)
    const conversations = useConversations()
    switch (frame.kind) {
      case 'message.added':
        useMessages().put(frame.payload.message)
        conversations.put(frame.payload.conversation)
        if (frame.payload.message.direction === 'inbound') quiet(frame.payload.conversation.id)
        else hush(frame.payload.conversation.id, frame.payload.message.author.name)
        break
      case 'message.changed':
        useMessages().put(frame.payload.message)
        if (frame.payload.conversation) conversations.put(frame.payload.conversation)
        break
      case 'conversation.changed':
        conversations.put(frame.payload.conversation)
        break
      case 'command.done':
        useCommands().finish(frame.payload.outcome)
        break
      case 'typing':
        hear(frame.payload)
        break
      case 'viewing':
        see(frame.payload)
        break
      case 'notification.added':
        useNotifications().put(frame.payload.notification)
        break
      case 'notifications.read':
        useNotifications().wereRead(frame.payload.ids, frame.payload.unread)
        break
      case 'draft.changed':
        useDrafts().hear(frame.payload)
        break
      case 'channel.changed':
        read('channels', () => useChannels().load())
        break
      case 'settings.changed':
        if (frame.payload.collection === 'agents') read('agents', () => useAgents().load())
        else if (frame.payload.collection === 'contacts') changedContact.value = { id: frame.payload.id }
        else if (frame.payload.collection !== 'queues') read('views', () => useViews().load())
        break
      default:
    }
  }

  function hear(event: Typing): void {
    const session = useSession()
    if (event.actor.kind === 'agent' && event.actor.id === session.agent?.id) return
    const cid = event.conversation_id ?? threadOf(event)
    if (!cid) return
    const presence = { name: event.actor.name ?? '', customer: event.actor.kind === 'contact', until: Date.now() + TYPING_MS }
    typing.value[cid] = presence
    setTimeout(() => { if (typing.value[cid] === presence || (typing.value[cid]?.until ?? 0) <= Date.now()) delete typing.value[cid] }, TYPING_MS + 50)
  }
  function threadOf(event: Typing): string | undefined {
    for (const conversation of useConversations().byId.values()) {
      if (conversation.channel_id === event.channel_id && conversation.thread === event.thread && conversation.status !== 'resolved') return conversation.id
    }
    return undefined
  }
  /** Whoever has just sent types no more. */
  const hush = (cid: string, name: string | null | undefined): void => { if (name && typing.value[cid]?.name === name) delete typing.value[cid] }
  const quiet = (cid: string): void => { if (typing.value[cid]?.customer) delete typing.value[cid] }

  function see(event: Viewing): void {
    const me = useSession().agent
    const name = event.actor?.name ?? event.agent_name
    for (const [cid, names] of Object.entries(viewers.value)) viewers.value[cid] = names.filter((other) => other !== name)
    if (!name || (event.actor?.id ?? event.agent_id) === me?.id || !event.conversation_id) return
    viewers.value[event.conversation_id] = [...(viewers.value[event.conversation_id] ?? []), name]
  }

  function look(cid: string | null): void {
    current.value = cid
    useNotifications().inFront = cid
    client.send({ type: 'viewing', conversation_id: cid })
  }
  let acted = 0
  /** Whoever does nothing for long is away; once a minute is enough. */
  function act(): void {
    if (Date.now() - acted < 60_000) return
    acted = Date.now()
    client.send({ type: 'active' })
  }
  let told = 0
  function type(cid: string): void {
    if (Date.now() - told < 3_000) return
    told = Date.now()
    client.send({ type: 'typing', conversation_id: cid })
  }
  const nudge = (): void => client.nudge()
  function start(): void {
    for (const kind of ['online', 'offline']) window.addEventListener(kind, nudge)
    for (const kind of ['pointerdown', 'keydown']) window.addEventListener(kind, act, { passive: true })
    document.addEventListener('visibilitychange', nudge)
    client.start()
  }
  function stop(): void {
    for (const kind of ['online', 'offline']) window.removeEventListener(kind, nudge)
    for (const kind of ['pointerdown', 'keydown']) window.removeEventListener(kind, act)
    document.removeEventListener('visibilitychange', nudge)
    stopReading()
    client.stop()
    news.clear()
  }
  return { state, offline, current, changedContact, typing, viewers, start, stop, look, type, resync, listen, listenFrames, send }
})
