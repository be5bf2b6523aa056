/** Reads that what is shown depends on: each is repeated, ever more seldom, until it worked. */
import { ApiError } from '@/api/client'

const turns = new Map<string, symbol>()

/** `again` resolves when the attempt may be repeated. A newer read of the same name takes the place of one that still tries. */
export async function readUntilDone(name: string, read: () => Promise<unknown>, again: (attempt: number) => Promise<void>): Promise<void> {
  const mine = Symbol(name)
  turns.set(name, mine)
  for (let attempt = 0; turns.get(name) === mine; attempt++) {
    try {
      await read()
      break
    } catch (failure) {
      // Of what is gone or not ours to see, nothing is to be shown.
      if (failure instanceof ApiError && failure.status >= 400 && failure.status < 500 && failure.status !== 429) break
      await again(attempt)
    }
  }
  if (turns.get(name) === mine) turns.delete(name)
}
/** Nobody looks any more. */
export function stopReading(): void { turns.clear() }
