/**
 * A long list of which only windows are known: ids at their places, and gaps that are read when somebody looks there.
 * Live changes keep what is known in order; a page that is read is the truth for its places. Pure.
 */
export type Before = (one: string, other: string) => boolean

export class Windows {
  private places: (string | null)[] = []
  private known = new Set<string>()

  get total(): number { return this.places.length }
  get loaded(): number { return this.known.size }
  at(index: number): string | null { return this.places[index] ?? null }
  has(id: string): boolean { return this.known.has(id) }
  indexOf(id: string): number { return this.known.has(id) ? this.places.indexOf(id) : -1 }
  /** Those that are known, in order. */
  ids(): string[] {
    const found: string[] = []
    // What is known lies near the beginning, most often: the rest need not be looked at.
    for (let at = 0; found.length < this.known.size && at < this.places.length; at += 1) {
      const id = this.places[at]
      if (id) found.push(id)
    }
    return found
  }

  clear(): void { this.places = []; this.known = new Set() }

  /** So many there are: gaps at the end come or go, what is known stays. */
  resize(total: number): void {
    while (this.places.length > total && this.places.at(-1) === null) this.places.pop()
    while (this.places.length < total) this.places.push(null)
  }

  /** A page as the hub has it. `last`: nothing follows. */
  fill(offset: number, ids: readonly string[], last: boolean): void {
    while (this.places.length < offset + ids.length) this.places.push(null)
    for (const id of ids) {
      const was = this.indexOf(id)
      if (was >= 0) this.places[was] = null
      this.known.delete(id)
    }
    ids.forEach((id, index) => {
      const gone = this.places[offset + index]
      if (gone) this.known.delete(gone)
      this.places[offset + index] = id
      this.known.add(id)
    })
    if (last) {
      for (const id of this.places.slice(offset + ids.length)) if (id !== null) this.known.delete(id)
      this.places.length = offset + ids.length
    }
  }

  /** It is in the list no more. */
  remove(id: string): void {
    const index = this.indexOf(id)
    if (index < 0) return
    this.places.splice(index, 1)
    this.known.delete(id)
  }

  /**
   * It is in the list, where the order says. Between a known one and a gap the order says nothing:
   * then it is left to the page. Returns its place, or -1.
   */
  place(id: string, before: Before): number {
    const known = this.known.has(id)
    this.remove(id)
    const follower = this.places.findIndex((other) => other !== null && before(id, other))
    const index = follower < 0 ? this.places.length : follower
    const certain = index === 0 || this.places[index - 1] !== null
    if (!certain) {
      // A gap holds it; one that came from a known place makes the gap longer.
      if (known) this.places.splice(index, 0, null)
      return -1
    }
    this.places.splice(index, 0, id)
    this.known.add(id)
    return index
  }

  /** Pages of which something between these places is not known. */
  missing(from: number, to: number, page: number): number[] {
    const found: number[] = []
    for (let at = Math.max(0, Math.floor(from / page)); at * page <= to && at * page < this.total; at += 1) {
      const end = Math.min(this.total, (at + 1) * page)
      for (let index = at * page; index < end; index += 1) {
        if (this.places[index] === null) { found.push(at); break }
      }
    }
    return found
  }
}
