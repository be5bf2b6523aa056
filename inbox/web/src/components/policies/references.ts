/** Fields that name something which is chosen from a list rather than written. */
import { computed, type ComputedRef } from 'vue'
import { useAgents } from '@/stores/agents'
import { useChannels } from '@/stores/channels'
import { policyName, usePolicies } from '@/stores/policies'

const KINDS: Record<string, string> = {
  parent_id: 'topics', topic: 'topics', topic_id: 'topics', topics: 'topics', required_for: 'topics', team_id: 'teams', team_ids: 'teams', overflow_team_id: 'teams', responsible_team_id: 'teams', line: 'lines', lines: 'lines',
  segment: 'segments', segments: 'segments', calendar_id: 'calendars', canned_reply_id: 'canned-replies', required: 'fields', agent_id: 'agents', agent_ids: 'agents', responsible_agent_id: 'agents', assignee_id: 'agents', colleague_id: 'agents',
  channel_id: 'channels', channel_ids: 'channels', channel_type: 'channel-types', channel_types: 'channel-types', bot: 'bots',
}
export interface Choice { value: string; words: string }

/** The choices of a field by its name; null: it is written. */
export function useChoices(key: () => string): ComputedRef<Choice[] | null> {
  const policies = usePolicies()
  const agents = useAgents()
  const channels = useChannels()
  return computed(() => {
    const kind = KINDS[key()]
    if (kind === 'agents') return agents.active.map((one) => ({ value: one.id, words: one.name }))
    if (kind === 'channels') return channels.standing.map((one) => ({ value: one.id, words: one.name }))
    if (kind === 'channel-types') return channels.types.map((one) => ({ value: one.id, words: one.title }))
    if (!kind || kind === 'bots') return null
    policies.need(kind).catch(() => undefined)
    return policies.any(kind).map((one) => ({ value: kind === 'fields' ? String(one.key) : one.id, words: policyName(one as { name: string; names?: Record<string, string> }) }))
  })
}
