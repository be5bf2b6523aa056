/** What can be done with a conversation; shown at once, corrected by the hub. */
import type { Conversation, PendingFor, Priority } from '@/api/types'
import { dayAndTime } from '@/format/time'
import { i18n } from '@/i18n'
import { useAgents } from '@/stores/agents'
import { useClock } from '@/stores/clock'
import { useConversations } from '@/stores/conversations'
import { useUndo } from '@/stores/undo'
import { useViews } from '@/stores/views'

export function useActions() {
  const conversations = useConversations()
  const agents = useAgents()
  /** Do it, and offer for a moment to put things back as they stood. */
  async function undoable(one: Conversation, doing: Promise<boolean>, words: string): Promise<boolean> {
    useUndo().forget(one.id)
    const done = await doing
    if (done) useUndo().offer(words, () => restore(one), one.id)
    return done
  }
  function resolve(one: Conversation): Promise<boolean> {
    const doing = conversations.act(one.id, 'resolve', {}, { status: 'resolved', pending_for: null, snoozed_until: null })
    return one.status === 'resolved' ? doing : undoable(one, doing, i18n.global.t('undo.resolved'))
  }
  function reopen(one: Conversation): Promise<boolean> {
    useUndo().forget(one.id)
    return conversations.act(one.id, 'reopen', {}, { status: 'open', pending_for: null, snoozed_until: null })
  }
  function snooze(one: Conversation, until: Date): Promise<boolean> {
    const at = until.toISOString()
    return undoable(one, conversations.act(one.id, 'snooze', { until: at }, { status: 'snoozed', snoozed_until: at, pending_for: null }), i18n.global.t('undo.snoozed', { time: dayAndTime(at, useClock().minute) }))
  }
  function pend(one: Conversation, whom: PendingFor): Promise<boolean> {
    return undoable(one, conversations.act(one.id, 'pend', { waits_for: whom }, { status: 'pending', pending_for: whom, snoozed_until: null }), i18n.global.t(`pending.${whom}`))
  }
  /** As it stood before it was resolved, or put off. */
  async function restore(one: Conversation): Promise<void> {
    const open = await reopen(one)
    if (!open) return
    if (one.status === 'pending' && one.pending_for) await conversations.act(one.id, 'pend', { waits_for: one.pending_for }, { status: 'pending', pending_for: one.pending_for })
    else if (one.status === 'snoozed' && one.snoozed_until && Date.parse(one.snoozed_until) > Date.now()) await conversations.act(one.id, 'snooze', { until: one.snoozed_until }, { status: 'snoozed', snoozed_until: one.snoozed_until })
  }
  return {
    assign: (one: Conversation, agent: string | null) => conversations.act(one.id, 'assign', { agent_id: agent }, { assignee_id: agent, assignee_name: agents.nameOf(agent) }),
    handBack: (one: Conversation) => conversations.act(one.id, 'hand-back', {}, { bot_id: one.bots?.last_bot_id ?? null, assignee_id: null, assignee_name: null }),
    resolve,
    reopen,
    snooze,
    pend,
    prioritise: (one: Conversation, priority: Priority) => conversations.act(one.id, 'priority', { priority }, { priority }),
    label: (one: Conversation, add: string[], remove: string[]) => {
      useViews().learn(add)
      const labels = [...one.labels.filter((name) => !remove.includes(name)), ...add.filter((name) => !one.labels.includes(name))]
      return conversations.act(one.id, 'labels', { add, remove }, { labels })
    },
    read: (one: Conversation, upTo: number) => conversations.act(one.id, 'read', { up_to: upTo }, { unread: 0 }),
  }
}
