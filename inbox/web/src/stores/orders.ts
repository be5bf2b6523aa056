/** Asking for a change of a conversation where whoever asks shows the refusal: at a field, in a dialog. */
import { ApiError } from '@/api/client'
import { api } from '@/api/endpoints'
import { useCommands } from './commands'
import { useConversations } from './conversations'

/** Done when the hub has done it. Throws what the hub says against it. */
export async function giveOrder(conversation: string, action: string, body: Record<string, unknown>): Promise<void> {
  const answer = await api.act(conversation, action, { ...body, id: crypto.randomUUID() })
  if (answer.conversation) return useConversations().put(answer.conversation)
  if (!answer.command_id) return
  const outcome = await useCommands().outcome(answer.command_id)
  if (outcome.status === 'refused') throw new ApiError(409, { detail: outcome.reason ?? undefined, reason_code: outcome.reason_code ?? undefined, reason_values: outcome.reason_values })
  if (outcome.result?.conversation) useConversations().put(outcome.result.conversation)
}
