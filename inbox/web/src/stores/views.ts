/** The views and their live counts. */
import { defineStore } from 'pinia'
import { ref } from 'vue'
import { api } from '@/api/endpoints'
import type { Conversation, Count } from '@/api/types'

export const FIXED_VIEWS = ['mine', 'unassigned', 'open', 'pending', 'snoozed', 'resolved'] as const
export type FixedView = (typeof FIXED_VIEWS)[number]
/** `mine` ... `resolved`, `channel/<id>` or `label/<name>`. */
export type ViewKey = string

export const isFixed = (key: ViewKey): key is FixedView => (FIXED_VIEWS as readonly string[]).includes(key)

/** In addresses the slash of a key is a colon. */
export const keyOfRoute = (param: string): ViewKey => param.replace(/^(channel|label):/, '$1/')
export const routeOfKey = (key: ViewKey): string => key.replace(/^(channel|label)\//, '$1:')

/** What the hub is asked for. */
export function queryOf(key: ViewKey): Record<string, string> {
  if (key.startsWith('channel/')) return { view: 'open', channel_id: key.slice(8) }
  if (key.startsWith('label/')) return { view: 'open', label: key.slice(6) }
  return { view: key }
}

/** Whether a conversation stands in a view; the same rule as the hub's. */
export function matches(key: ViewKey, conversation: Conversation, me: string | undefined): boolean {
  if (conversation.merged_into) return false
  const open = conversation.status === 'open'
  if (key === 'mine') return open && conversation.assignee_id === me
  if (key === 'unassigned') return open && !conversation.assignee_id
  if (key.startsWith('channel/')) return open && conversation.channel_id === key.slice(8)
  if (key.startsWith('label/')) return open && conversation.labels.includes(key.slice(6))
  return conversation.status === key
}

export const useViews = defineStore('views', () => {
  const counts = ref<Record<string, number>>({})
  const labels = ref<string[]>([])

  /** What the live connection told while the views were being read is newer than what was read. */
  let told = new Set<string>()
  function apply(items: Count[]): void {
    for (const { key, count } of items) { counts.value[key] = count; told.add(key) }
  }
  async function load(): Promise<void> {
    told = new Set()
    const [views, names] = await Promise.all([api.views(), api.labels()])
    const kept = Object.entries(counts.value).filter(([key]) => told.has(key))
    counts.value = { ...Object.fromEntries(views.items.map(({ key, count }) => [key, count])), ...Object.fromEntries(kept) }
    labels.value = names.items.map((label) => label.name).sort((a, b) => a.localeCompare(b))
  }
  function learn(names: readonly string[]): void {
    const fresh = names.filter((name) => !labels.value.includes(name))
    if (fresh.length > 0) labels.value = [...labels.value, ...fresh].sort((a, b) => a.localeCompare(b))
  }
  return { counts, labels, apply, load, learn }
})
