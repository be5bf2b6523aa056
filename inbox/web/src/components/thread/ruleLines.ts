/** The lines of rules, scores, macros and schedules, in the reader's words. */
import { i18n } from '@/i18n'

export const RULE_LINES: ReadonlySet<string> = new Set([
  'topic', 'fields', 'macro', 'rule_refused', 'rules_stopped', 'scored', 'scheduled_recalled', 'undone',
])

export function ruleWords(name: string, actor: string, details: Record<string, string>): string {
  const { t, te } = i18n.global
  const level = details.priority ?? ''
  const priority = te(`priority.${level}`) ? t(`priority.${level}`).toLowerCase() : level
  const why = details.why && te(`ruleLine.stops.${details.why}`) ? t(`ruleLine.stops.${details.why}`) : (details.why ?? '')
  const key = name === 'topic' && !details.topic ? 'noTopic' : name
  return t(`ruleLine.${key}`, { ...details, actor, priority, why })
}
