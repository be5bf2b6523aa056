/**
 * What somebody waits for is read and shown first; what stands beside it is asked for after that. The hub answers
 * one after the other, and each request costs the page a moment: a thread would be the last to be there otherwise.
 */
import { painted } from '@/painted'

const AT_MOST_MS = 250
let shown: Promise<void> | null = null

/** Begin a read that other reads wait for, though never for long. */
export function foremost<T>(read: () => Promise<T>): Promise<T> {
  shown = null
  const reading = read()
  const mine = Promise.race([
    reading.then(painted, () => undefined),
    new Promise<void>((done) => { setTimeout(done, AT_MOST_MS) }),
  ]).then(() => { if (shown === mine) shown = null })
  shown = mine
  return reading
}
/** What a read has to wait for; null: nothing. */
export const ahead = (): Promise<void> | null => shown
