/** What happened, in the reader's words. */
import type { Message, ServiceBlock } from '@/api/types'
import { fullTime } from '@/format/time'
import { i18n } from '@/i18n'
import { botWords } from './botLines'
import { RULE_LINES, ruleWords } from './ruleLines'

export function serviceWords(block: ServiceBlock): string {
  const { t, te } = i18n.global
  const key = `block.services.${block.name}`
  const { details } = block
  const name = details.name ?? details.names ?? details.first_name ?? details.value ?? ''
  if (te(key)) return t(key, { ...details, name, title: details.title ?? details.value ?? '', emoji: details.emoji ?? '' })
  return t('block.services.other', { name: [block.name.replaceAll('_', ' '), ...Object.values(details)].join(' · ') })
}

function changedLabels(details: Record<string, string>): string {
  const signed = (names: string | undefined, sign: string): string[] => (names ? names.split(',').map((name) => sign + name.trim()) : [])
  return [...signed(details.add ?? details.added, '+'), ...signed(details.remove ?? details.removed, '−')].join(' ')
}

/** Why the hub or somebody decided so, if that was said: a word that we know, or their own. */
function causeOf(details: Record<string, string>): string {
  const { t, te } = i18n.global
  const { cause } = details
  if (!cause) return ''
  const values = Object.fromEntries(Object.entries(details).filter(([name]) => name.startsWith('cause.')).map(([name, value]) => [name.slice('cause.'.length), value]))
  const key = `system.causes.${cause}`
  return ` · ${te(key) ? t(key, values) : cause}`
}

function targetWords(target: string | undefined): string {
  const { t, te } = i18n.global
  const key = `targets.${target ?? ''}`
  return te(key) ? t(key) : (target ?? '')
}

export function systemWords(message: Message): string {
  const { t, te } = i18n.global
  const line = message.system
  if (!line) return message.content.text
  const details = line.details
  const actor = message.author.name ?? details.actor ?? t('system.hub')
  if (RULE_LINES.has(line.name)) return ruleWords(line.name, actor, details)
  switch (line.name) {
    case 'assigned': {
      const agent = details.agent_name ?? details.agent ?? details.team ?? details.name
      if (!agent && !details.agent_id) return t('system.unassigned', { actor }) + causeOf(details)
      if (details.agent_id ? details.agent_id === message.author.id : agent === message.author.name) return t('system.assignedSelf', { actor })
      return t('system.assigned', { actor, agent: agent ?? '…' }) + causeOf(details)
    }
    case 'reopened': return message.author.kind === 'contact' || details.by === 'customer' ? t('system.reopenedByCustomer') : t('system.reopened', { actor })
    case 'snoozed': return t('system.snoozed', { actor, until: details.until ? fullTime(details.until) : '' })
    case 'pending': {
      const whom = details.waits_for ?? details.for ?? ''
      return t('system.pending', { actor, for: te(`pending.${whom}`) ? t(`pending.${whom}`) : t('status.pending') })
    }
    case 'priority': {
      const level = details.priority ?? ''
      return t('system.priority', { actor, priority: te(`priority.${level}`) ? t(`priority.${level}`).toLowerCase() : level })
    }
    case 'labels': return t('system.labels', { actor, change: changedLabels(details) })
    case 'handed_off': case 'handed_back': case 'bot_first': case 'bot_took': return botWords(line.name, actor, details)
    case 'deadline_warned': return t('system.deadlineWarned', { target: targetWords(details.target), percent: details.percent ?? '', due: details.due_at ? fullTime(details.due_at) : '' })
    case 'deadline_breached': return t('system.deadlineBreached', { target: targetWords(details.target), due: details.due_at ? fullTime(details.due_at) : '' })
    case 'promise_broken': return t('system.promiseBroken', { time: details.time ?? '' })
    case 'not_acknowledged': return t('system.notAcknowledged', { reason: details.reason ?? '' })
    case 'escalated': case 'ping_pong': case 'task_taken': case 'task_done': case 'colleague_answered': case 'colleague_reminded': case 'colleague_silent': case 'joined': case 'parted': case 'unmerged':
      return t(`system.${line.name}`, { actor, line: details.line?.toUpperCase() ?? '', summary: details.summary ?? '', hops: details.hops ?? '', result: details.result ?? '', colleague: details.colleague ?? '', owner: details.mention_name ? `@${details.mention_name}` : '…' })
    case 'begun': case 'continued_from': case 'continued_in': return t(`system.${line.name}`, { actor, channel: details.channel ?? '' })
    case 'gap': return details.reason ? t('system.gapReason', { reason: details.reason }) : t('system.gap')
    case 'onward_no_channel': return t('system.onwardNoChannel', { to: details.to ?? '' })
    case 'verification_sent': return t('system.verificationSent', { actor, to: details.to ?? '' })
    case 'verified': return t('system.verified', { reason: details.reason || actor })
    case 'unreachable': return t('system.unreachable', { reason: details.reason ?? '' })
    case 'unassigned': return t('system.unassigned', { actor }) + causeOf(details)
    case 'resolved': case 'woke': case 'created': case 'merged': case 'reachable': return t(`system.${line.name}`, { actor })
    default: return message.content.text || serviceWords({ type: 'service', name: line.name, details })
  }
}
