/** The people who write, with everything that is known of them. */
import { defineStore } from 'pinia'
import { reactive, ref, watch } from 'vue'
import { desk, type ContactChange, type ContactView } from '@/api/desk'
import { useLive } from './live'

const KEPT = 40

export const useContacts = defineStore('contacts', () => {
  const live = useLive()
  const views = reactive(new Map<string, ContactView>())

  /** Whether another system is asked about people; null until the hub has said so. */
  const lookedUp = ref<boolean | null>(null)

  /** Under the id by which it was asked for: one that was merged is answered by the one it went into. */
  function put(id: string, view: ContactView): ContactView {
    const known = views.get(id)
    if (known && known.contact.id === view.contact.id && known.contact.version > view.contact.version) return known
    views.delete(id)
    views.set(id, view)
    for (const other of views.keys()) if (views.size > KEPT) views.delete(other)
    return view
  }
  const of = (id: string): ContactView | undefined => views.get(id)
  const load = async (id: string): Promise<ContactView> => put(id, await desk.contact(id))
  const change = async (id: string, what: ContactChange): Promise<ContactView> => put(id, await desk.changeContact(id, what))
  const block = async (id: string, reason: string, until: string | null): Promise<ContactView> => put(id, await desk.block(id, reason, until))
  const unblock = async (id: string): Promise<ContactView> => put(id, await desk.unblock(id))
  const vouch = async (id: string, reason: string): Promise<ContactView> => put(id, await desk.vouch(id, reason))
  const doubt = async (id: string): Promise<ContactView> => put(id, await desk.doubt(id))

  const again = (id: string): void => { if (views.has(id)) void load(id).catch(() => undefined) }
  live.listen((frame) => {
    if (frame.kind !== 'settings.changed') return
    if (frame.payload.collection === 'contacts') again(frame.payload.id)
    if (frame.payload.collection === 'segments') views.clear() // Whom a segment takes in is worked out by the hub.
  })
  watch(() => live.state, (now, before) => { if (now === 'online' && before !== 'online') for (const id of [...views.keys()]) again(id) })
  return { views, lookedUp, of, load, change, block, unblock, vouch, doubt }
})
