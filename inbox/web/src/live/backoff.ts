/** How long to wait before attempt `n` (0, 1, ...), in ms: doubling to 20 s, half of it by chance. */
export function backoffMs(attempt: number, random: () => number = Math.random): number {
  const full = Math.min(20_000, 500 * 2 ** Math.min(attempt, 10))
  return full / 2 + (random() * full) / 2
}
