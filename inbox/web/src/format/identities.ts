/** By what a person can be met on a channel, as people call it. Pure. */
import type { Identifier, Identity } from '@/api/desk'

/** What an address is called by people; the platform's own numbers come last. */
const ORDER: Identifier['kind'][] = ['username', 'phone', 'email', 'visitor', 'bsuid', 'platform_id']
const SPOKEN: ReadonlySet<Identifier['kind']> = new Set(['username', 'phone', 'email'])
export interface ShownAddress { key: string; words: string; verified: boolean; call: string | null }

export function addresses(one: Identity): ShownAddress[] {
  const sorted = [...one.identifiers].sort((a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind))
  const spoken = sorted.some((id) => SPOKEN.has(id.kind))
  const found: ShownAddress[] = sorted.filter((id) => !spoken || SPOKEN.has(id.kind)).map((id) => ({
    key: `${id.kind}:${id.value}`, verified: id.verified, call: id.kind === 'phone' ? `tel:${id.value.replace(/[^\d+]/g, '')}` : null,
    words: id.kind === 'username' ? `@${id.value.replace(/^@/, '')}` : id.kind === 'phone' || id.kind === 'email' ? id.value : `id ${id.value}`,
  }))
  // A platform's own id of a person may be their number.
  const told = found.filter((address, place) => found.findIndex((other) => other.words === address.words) === place)
  return told.length > 0 ? told : [{ key: one.id, words: one.username ? `@${one.username.replace(/^@/, '')}` : one.name ?? `id ${one.external_id}`, verified: false, call: null }]
}
/** For telling two people apart the platform's id goes along: names and accounts may be alike. */
export function toldApart(one: Identity): string {
  const words = addresses(one).map((address) => address.words)
  return [...words, ...(words.includes(`id ${one.external_id}`) || words.includes(one.external_id) ? [] : [`id ${one.external_id}`])].join(' · ')
}
