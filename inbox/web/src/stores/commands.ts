/** Commands whose outcome is not known yet (202); `command.done` tells it. */
import { defineStore } from 'pinia'
import { ApiError } from '@/api/client'
import { api } from '@/api/endpoints'
import type { Outcome } from '@/api/types'

const POLL_MS = 5_000
const POLLS = 24

export const useCommands = defineStore('commands', () => {
  const waiting = new Map<string, (outcome: Outcome) => void>()

  function finish(outcome: Outcome): void {
    const take = waiting.get(outcome.id)
    waiting.delete(outcome.id)
    take?.(outcome)
  }
  /** Resolves when the outcome is known, by the live connection or, should that be down, by asking. */
  function outcome(id: string): Promise<Outcome> {
    return new Promise((resolve, reject) => {
      waiting.set(id, resolve)
      let polls = 0
      const timer = setInterval(() => {
        if (!waiting.has(id)) return clearInterval(timer)
        if (++polls > POLLS) {
          clearInterval(timer)
          waiting.delete(id)
          return reject(new ApiError(0, {}))
        }
        api.command(id).then(finish, () => undefined)
      }, POLL_MS)
    })
  }
  return { finish, outcome }
})
