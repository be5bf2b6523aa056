/** What can be done with a conversation; shown at once, corrected by the hub. */
import type { Conversation, PendingFor, Priority } from '@/api/types'
import { i18n } from '@/i18n'
import { useAgents } from '@/stores/agents'
import { useConversations } from '@/stores/conversations'
import { useUndo } from '@/stores/undo'
import { useViews } from '@/stores/views'

export function useActions() {
  const conversations = useConversations()
  const agents = useAgents()
  async function resolve(one: Conversation): Promise<boolean> {
    const done = await conversations.act(one.id, 'resolve', {}, { status: 'resolved', pending_for: null, snoozed_until: null })
    if (done && one.status !== 'resolved') useUndo().offer(i18n.global.t('undo.resolved'), () => restore(one))
    return done
  }
  /** As it stood before it was resolved. */
  async function restore(one: Conversation): Promise<void> {
    const open = await conversations.act(one.id, 'reopen', {}, { status: 'open' })
    if (!open) return
    if (one.status === 'pending' && one.pending_for) await conversations.act(one.id, 'pend', { waits_for: one.pending_for }, { status: 'pending', pending_for: one.pending_for })
    else if (one.status === 'snoozed' && one.snoozed_until && Date.parse(one.snoozed_until) > Date.now()) await conversations.act(one.id, 'snooze', { until: one.snoozed_until }, { status: 'snoozed', snoozed_until: one.snoozed_until })
  }
  return {
    assign: (one: Conversation, agent: string | null) => conversations.act(one.id, 'assign', { agent_id: agent }, { assignee_id: agent, assignee_name: agents.nameOf(agent) }),
    handBack: (one: Conversation) => conversations.act(one.id, 'hand-back', {}, { bot_id: one.bots?.last_bot_id ?? null, assignee_id: null, assignee_name: null }),
    resolve,
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
