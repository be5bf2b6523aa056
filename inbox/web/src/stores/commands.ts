/** Commands whose outcome is not known yet (202): `command.done` tells it. */
import { defineStore } from 'pinia'
import { api } from '@/api/endpoints'
import type { Outcome } from '@/api/types'

export const useCommands = defineStore('commands', () => {
  const waiting = new Map<string, (outcome: Outcome) => void>()

  function finish(outcome: Outcome): void {
    const take = waiting.get(outcome.id)
    waiting.delete(outcome.id)
    take?.(outcome)
  }
  /** Ask for what is waited for: whoever comes late, or was away, may have missed the news. */
  function ask(ids: Iterable<string> = waiting.keys()): void {
    for (const id of ids) api.command(id).then(finish, () => undefined)
  }
  /** Resolves when the outcome is known. The command is durable: it will be, however long that takes. */
  function outcome(id: string): Promise<Outcome> {
    return new Promise((resolve) => {
      waiting.set(id, resolve)
      ask([id])
    })
  }
  return { finish, ask, outcome }
})
