/** The conversations that are chosen in the list. */
import { defineStore } from 'pinia'
import { computed, shallowRef, watch } from 'vue'
import { extended, kept, NOTHING, toggled, type Chosen } from '@/list/selection'
import { useConversations } from './conversations'

export const MOST = 1000

export const useSelection = defineStore('selection', () => {
  const conversations = useConversations()
  const chosen = shallowRef<Chosen>(NOTHING)
  /** The whole list, those included that nobody has read yet. */
  const whole = shallowRef(false)
  const ids = computed(() => [...chosen.value.ids])
  const count = computed(() => (whole.value ? conversations.total : chosen.value.ids.size))
  const active = computed(() => count.value > 0)

  const has = (id: string): boolean => whole.value || chosen.value.ids.has(id)
  function toggle(id: string): void {
    if (whole.value) { whole.value = false; chosen.value = { ids: new Set(conversations.rows.map((row) => row.conversation.id)), anchor: null } }
    chosen.value = toggled(chosen.value, id)
  }
  const extend = (id: string): void => { chosen.value = extended(chosen.value, id, conversations.rows.map((row) => row.conversation.id)) }
  function all(): void {
    chosen.value = { ids: new Set(conversations.rows.map((row) => row.conversation.id)), anchor: null }
    whole.value = chosen.value.ids.size < conversations.total && conversations.total <= MOST
  }
  function clear(): void { chosen.value = NOTHING; whole.value = false }
  watch(() => [conversations.view, conversations.chosen], clear)
  // What has left the list by itself is not chosen any more: nothing is done to what nobody sees.
  watch(() => conversations.revision, () => { chosen.value = kept(chosen.value, (id) => { const one = conversations.byId.get(id); return one !== undefined && conversations.fits(one) }) })
  return { chosen, whole, ids, count, active, has, toggle, extend, all, clear }
})
