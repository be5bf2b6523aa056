/** Whom a note can name: colleagues and teams, read when the first note is begun. */
import { computed, ref, watch, type ComputedRef, type Ref } from 'vue'
import { writing } from '@/api/writing'
import { useAgents } from '@/stores/agents'
import { useSession } from '@/stores/session'
import type { Person } from './mentions'

export function usePeople(wanted: Ref<boolean>): ComputedRef<Person[]> {
  const agents = useAgents()
  const session = useSession()
  const teams = ref<{ id: string; name: string }[]>([])
  let asked = false
  watch(wanted, async (on) => {
    if (!on || asked) return
    asked = true
    try { teams.value = (await writing.teams()).items } catch { asked = false } // Colleagues can be named all the same.
  }, { immediate: true })
  return computed(() => [
    ...agents.active.filter((one) => one.id !== session.agent?.id).map((one): Person => ({ kind: 'agent', id: one.id, name: one.name })),
    ...teams.value.map((one): Person => ({ kind: 'team', id: one.id, name: one.name })),
  ])
}
