/** Policy documents that screens read: read once, and again whenever somebody changes one of their kind. */
import { defineStore } from 'pinia'
import { shallowReactive, watch } from 'vue'
import { desk, type PolicyDocument, type PolicyDocuments } from '@/api/desk'
import { i18n } from '@/i18n'
import { useLive } from './live'

type Known = keyof PolicyDocuments

/** What a document is called in the reader's language. */
export function policyName(one: { name: string; names?: Record<string, string> }): string {
  return one.names?.[i18n.global.locale.value] ?? one.name
}

export const usePolicies = defineStore('policies', () => {
  const live = useLive()
  const kept = shallowReactive(new Map<string, PolicyDocument[]>())
  const wanted = new Map<string, Promise<void>>()

  async function read(path: string): Promise<void> {
    kept.set(path, (await desk.policies<PolicyDocument>(path)).items)
  }
  /** Read the kind unless it is there; what fails is asked again the next time. */
  function need(path: string): Promise<void> {
    const standing = wanted.get(path)
    if (standing) return standing
    const asked = read(path)
    wanted.set(path, asked)
    asked.catch(() => wanted.delete(path))
    return asked
  }
  function again(path: string): void {
    if (wanted.has(path)) void read(path).catch(() => wanted.delete(path))
  }
  live.listen((frame) => { if (frame.kind === 'settings.changed') again(frame.payload.collection.replaceAll('_', '-')) })
  watch(() => live.state, (now, before) => { if (now === 'online' && before !== 'online') for (const path of [...wanted.keys()]) again(path) })

  /** Those of a kind that are known so far, in their order. */
  function all<K extends Known>(path: K): PolicyDocuments[K][] { return (kept.get(path) ?? []) as unknown as PolicyDocuments[K][] }
  const any = (path: string): PolicyDocument[] => kept.get(path) ?? []
  const known = (path: string): boolean => kept.has(path)
  /** What the document with the id is called; the id itself where it is gone. */
  function nameOf(path: Known, id: string | null | undefined): string {
    const found = (all(path) as { id: string; name: string; names?: Record<string, string> }[]).find((one) => one.id === id)
    return found ? policyName(found) : (id ?? '')
  }
  return { need, read, all, any, known, nameOf }
})
