/** The live connection, and what its frames mean for the stores. */
import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import { ApiError } from '@/api/client'
import { api } from '@/api/endpoints'
import { LiveClient, type LiveState } from '@/live/client'
import type { EventFrame, Typing, Viewing } from '@/live/frames'
import { useAgents } from './agents'
import { useChannels } from './channels'
import { useClock } from './clock'
import { useCommands } from './commands'
import { useConversations } from './conversations'
import { useDrafts } from './drafts'
import { useMessages } from './messages'
import { useSession } from './session'
import { useViews } from './views'

const TYPING_MS = 6_000
export interface Presence { name: string; customer: boolean; until: number }

export const useLive = defineStore('live', () => {
  const state = ref<LiveState>('idle')
  const current = ref<string | null>(null)
  const typing = ref<Record<string, Presence>>({})
  const viewers = ref<Record<string, string[]>>({})
  const problem = ref(false)
  /** The contact that was changed last, by whomever. */
  const changedContact = ref({ id: '' })
  const offline = computed(() => problem.value && state.value !== 'online')
  let late: ReturnType<typeof setTimeout> | null = null

  const client = new LiveClient({
    state(next) {
      state.value = next
      if (next === 'online' || next === 'idle') {
        if (late) clearTimeout(late)
        late = null
        problem.value = false
      } else late ??= setTimeout(() => { problem.value = true }, 2_000) // A short break is nobody's business.
    },
    hello(serverTime, fresh) {
      useClock().correct(serverTime)
      if (fresh) void resync()
      else shared()
      if (current.value) client.send({ type: 'viewing', conversation_id: current.value })
    },
    reset: () => void resync(),
    counts: (items) => useViews().apply(items),
    event: apply,
    refused: () => void stillSignedIn(),
  })

  function shared(): void {
    void useViews().load().catch(() => undefined)
    void useChannels().load().catch(() => undefined)
    void useAgents().load().catch(() => undefined)
  }
  /** Read anew whatever is shown. */
  async function resync(): Promise<void> {
    shared()
    const conversations = useConversations()
    const reads: Promise<unknown>[] = [conversations.load(conversations.state === 'ready'), useMessages().restart(current.value)]
    if (current.value) reads.push(api.conversation(current.value).then(conversations.put))
    await Promise.allSettled(reads)
  }
  async function stillSignedIn(): Promise<void> {
    try {
      await api.session()
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) useSession().forget()
    }
  }

  function apply(frame: EventFrame): void {
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
      case 'draft.changed':
        useDrafts().hear(frame.payload)
        break
      case 'channel.changed':
        void useChannels().load().catch(() => undefined)
        break
      case 'settings.changed':
        if (frame.payload.collection === 'agents') void useAgents().load().catch(() => undefined)
        else if (frame.payload.collection === 'contacts') changedContact.value = { id: frame.payload.id }
        else if (frame.payload.collection !== 'queues') void useViews().load().catch(() => undefined)
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
    window.addEventListener('online', nudge)
    for (const kind of ['pointerdown', 'keydown']) window.addEventListener(kind, act, { passive: true })
    document.addEventListener('visibilitychange', nudge)
    client.start()
  }
  function stop(): void {
    window.removeEventListener('online', nudge)
    for (const kind of ['pointerdown', 'keydown']) window.removeEventListener(kind, act)
    document.removeEventListener('visibilitychange', nudge)
    client.stop()
  }
  return { state, offline, current, changedContact, typing, viewers, start, stop, look, type, resync }
})
