/** The colleagues. */
import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import { api } from '@/api/endpoints'
import type { AgentView } from '@/api/types'

export const useAgents = defineStore('agents', () => {
  const items = ref<AgentView[]>([])
  const active = computed(() => items.value.filter((agent) => agent.active && agent.role !== 'bot'))

  async function load(): Promise<void> { items.value = (await api.agents()).items }
  function put(agent: AgentView): void {
    const others = items.value.filter((other) => other.id !== agent.id)
    items.value = [...others, agent].sort((a, b) => a.name.localeCompare(b.name))
  }
  const nameOf = (id: string | null | undefined): string | null => items.value.find((agent) => agent.id === id)?.name ?? null
  return { items, active, load, put, nameOf }
})
