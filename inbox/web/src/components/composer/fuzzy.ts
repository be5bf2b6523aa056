/** How well a word fits a text when letters may be left out; 0: not at all. Pure. */
export function fit(wanted: string, text: string): number {
  const word = wanted.trim().toLowerCase()
  const words = text.toLowerCase()
  if (word === '') return 1
  if (words === word) return 100
  if (words.startsWith(word)) return 80
  const within = words.indexOf(word)
  if (within > 0) return /[\s_/-]/.test(words[within - 1] ?? '') ? 60 : 40
  let at = -1
  let gaps = 0
  for (const letter of word.replaceAll(' ', '')) {
    const next = words.indexOf(letter, at + 1)
    if (next < 0) return 0
    if (at >= 0) gaps += next - at - 1
    at = next
  }
  return Math.max(1, 20 - gaps)
}
/** Those that fit, best first; a weight makes one of the texts count more. */
export function ranked<T>(items: readonly T[], wanted: string, texts: (item: T) => readonly (readonly [text: string, weight: number])[]): T[] {
  return items
    .map((item) => ({ item, score: Math.max(...texts(item).map(([text, weight]) => fit(wanted, text) * weight)) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score)
    .map(({ item }) => item)
}
