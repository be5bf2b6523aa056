/** Forty bars between 0.08 and 1 of a voice message. Without a waveform: an even, quiet picture. */
const BARS = 40

export function barsOf(waveform: readonly number[] | null, seed: string): number[] {
  if (!waveform || waveform.length === 0) {
    const base = seed.length
    return Array.from({ length: BARS }, (_, index) => 0.3 + 0.25 * Math.abs(Math.sin((index + base) * 0.9) * Math.cos(index * 0.37)))
  }
  const top = Math.max(...waveform, 1)
  return Array.from({ length: BARS }, (_, index) => {
    const from = Math.floor((index * waveform.length) / BARS)
    const to = Math.max(from + 1, Math.floor(((index + 1) * waveform.length) / BARS))
    return Math.max(0.08, Math.max(...waveform.slice(from, to)) / top)
  })
}
