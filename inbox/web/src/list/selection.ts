/** What is chosen of a list, by its ids. Pure. */
export interface Chosen { ids: ReadonlySet<string>; anchor: string | null }
export const NOTHING: Chosen = { ids: new Set(), anchor: null }

export function toggled(chosen: Chosen, id: string): Chosen {
  const ids = new Set(chosen.ids)
  if (!ids.delete(id)) ids.add(id)
  return { ids, anchor: id }
}
/** From the one that was chosen last to this one, both included; without one, this one alone. */
export function extended(chosen: Chosen, id: string, order: readonly string[]): Chosen {
  const from = chosen.anchor === null ? -1 : order.indexOf(chosen.anchor)
  const to = order.indexOf(id)
  if (to < 0) return chosen
  const range = from < 0 ? [id] : order.slice(Math.min(from, to), Math.max(from, to) + 1)
  return { ids: new Set([...chosen.ids, ...range]), anchor: id }
}
/** Those of it that are still in the list. */
export function kept(chosen: Chosen, has: (id: string) => boolean): Chosen {
  const ids = new Set([...chosen.ids].filter(has))
  if (ids.size === chosen.ids.size) return chosen
  return { ids, anchor: chosen.anchor !== null && has(chosen.anchor) ? chosen.anchor : null }
}
