/** Who is there, since when, and how much they hold: told by the live connection, never asked for on a clock. */
import { defineStore } from 'pinia'
import { computed, ref, watch } from 'vue'
import { desk, type PresenceChoice, type PresenceView } from '@/api/desk'
import { useLive } from './live'
import { useSession } from './session'

/** Loads move with the conversations; many at once are read once. */
const GATHER_MS = 400
/** What is chosen as a reason; people may say another. */
export const REASONS = ['lunch', 'break', 'training', 'meeting'] as const

/** How much fits beside what the agent holds. */
export const roomOf = (one: PresenceView): number => Math.max(0, one.capacity - one.load)

export const usePresences = defineStore('presences', () => {
  const live = useLive()
  const session = useSession()
  const items = ref<PresenceView[]>([])
  const loaded = ref(false)
  let wanted = false
  let gathering: ReturnType<typeof setTimeout> | null = null

  const byId = computed(() => new Map(items.value.map((one) => [one.agent_id, one])))
  const own = computed(() => byId.value.get(session.agent?.id ?? ''))

  async function load(): Promise<void> {
    wanted = true
    items.value = (await desk.presences()).items
    loaded.value = true
  }
  function put(view: PresenceView): void {
    items.value = byId.value.has(view.agent_id) ? items.value.map((one) => (one.agent_id === view.agent_id ? view : one)) : [...items.value, view]
  }
  /** `me`, or an agent's id where one leads. */
  const choose = async (agent: string, choice: PresenceChoice): Promise<void> => put(await desk.choosePresence(agent, choice))

  function gather(): void {
    gathering ??= setTimeout(() => { gathering = null; void load().catch(() => undefined) }, GATHER_MS)
  }
  live.listen((frame) => {
    if (!wanted) return
    if (frame.kind === 'presence.changed') {
      const { standing } = frame.payload
      const known = byId.value.get(standing.agent_id)
      if (known) put({ ...known, ...standing })
      else gather()
    } else if (frame.kind === 'settings.changed') {
      if (['agents', 'queueing'].includes(frame.payload.collection)) gather()
    } else if (frame.kind === 'conversation.changed') gather()
  })
  watch(() => live.state, (now, before) => { if (wanted && now === 'online' && before !== 'online') gather() })
  return { items, byId, own, loaded, load, choose }
})
