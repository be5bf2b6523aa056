/** What can be done with a conversation; shown at once, corrected by the hub. */
import type { Conversation, PendingFor, Priority } from '@/api/types'
import { useAgents } from '@/stores/agents'
import { useConversations } from '@/stores/conversations'
import { useViews } from '@/stores/views'

export function useActions() {
  const conversations = useConversations()
  const agents = useAgents()
  return {
    assign: (one: Conversation, agent: string | null) => conversations.act(one.id, 'assign', { agent_id: agent }, { assignee_id: agent, assignee_name: agents.nameOf(agent) }),
    handBack: (one: Conversation) => conversations.act(one.id, 'hand-back', {}, { bot_id: one.bots?.last_bot_id ?? null, assignee_id: null, assignee_name: null }),
    resolve: (one: Conversation) => conversations.act(one.id, 'resolve', {}, { status: 'resolved', pending_for: null, snoozed_until: null }),
    reopen: (one: Conversation) => conversations.act(one.id, 'reopen', {}, { status: 'open', pending_for: null, snoozed_until: null }),
    snooze: (one: Conversation, until: Date) => conversations.act(one.id, 'snooze', { until: until.toISOString() }, { status: 'snoozed', snoozed_until: until.toISOString() }),
    pend: (one: Conversation, whom: PendingFor) => conversations.act(one.id, 'pend', { waits_for: whom }, { status: 'pending', pending_for: whom }),
    prioritise: (one: Conversation, priority: Priority) => conversations.act(one.id, 'priority', { priority }, { priority }),
    label: (one: Conversation, add: string[], remove: string[]) => {
      useViews().learn(add)
      const labels = [...one.labels.filter((name) => !remove.includes(name)), ...add.filter((name) => !one.labels.includes(name))]
      return conversations.act(one.id, 'labels', { add, remove }, { labels })
    },
    read: (one: Conversation, upTo: number) => conversations.act(one.id, 'read', { up_to: upTo }, { unread: 0 }),
  }
}
