/** The kinds of policy documents that admins keep, in the groups in which one looks for them. */
import { AlarmClock, BookOpen, CalendarDays, Gauge, Layers, LifeBuoy, ListChecks, MessageSquareReply, Network, Route, Scale, Sparkles, Tags, TrendingUp, Users, Workflow } from 'lucide-vue-next'
import type { Component } from 'vue'

export interface PolicyKind { path: string; spec: string; icon: Component; single?: boolean }
export const POLICY_GROUPS: { name: 'people' | 'work' | 'time' | 'answers'; kinds: PolicyKind[] }[] = [
  { name: 'people', kinds: [{ path: 'teams', spec: 'TeamSpec', icon: Users }, { path: 'lines', spec: 'LineSpec', icon: Layers }, { path: 'skills', spec: 'SkillSpec', icon: Sparkles }, { path: 'segments', spec: 'SegmentSpec', icon: Tags }] },
  { name: 'work', kinds: [{ path: 'topics', spec: 'TopicSpec', icon: Network }, { path: 'fields', spec: 'FieldSpec', icon: ListChecks }, { path: 'rules', spec: 'RuleSpec', icon: Workflow }, { path: 'macros', spec: 'MacroSpec', icon: Route }, { path: 'queueing', spec: 'QueueingSpec', icon: Scale, single: true }, { path: 'priority-scores', spec: 'PriorityScoreSpec', icon: Gauge }, { path: 'bot-duties', spec: 'BotDutySpec', icon: LifeBuoy }] },
  { name: 'time', kinds: [{ path: 'calendars', spec: 'CalendarSpec', icon: CalendarDays }, { path: 'sla-policies', spec: 'SlaPolicySpec', icon: AlarmClock }, { path: 'peaks', spec: 'PeakSpec', icon: TrendingUp, single: true }] },
  { name: 'answers', kinds: [{ path: 'acknowledgements', spec: 'AcknowledgementSpec', icon: MessageSquareReply }, { path: 'canned-replies', spec: 'CannedReplySpec', icon: BookOpen }] },
]
export const POLICY_KINDS: PolicyKind[] = POLICY_GROUPS.flatMap((group) => group.kinds)
