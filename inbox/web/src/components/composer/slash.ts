/** A slash with the beginning of a name before the cursor: where it stands, and what it says. Pure. */
export function slashAt(text: string, cursor: number): { from: number; words: string } | null {
  const found = /(?:^|\s)(\/[\p{L}\p{N}_-]*)$/u.exec(text.slice(0, cursor))
  return found ? { from: cursor - (found[1] ?? '').length, words: found[1] ?? '' } : null
}
