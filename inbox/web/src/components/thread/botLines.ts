/** What a line says of bots and people, in the reader's words; '' for a line about something else. */
import { i18n } from '@/i18n'

const COLLECTED = 'collected.'

function collected(details: Record<string, string>): string {
  const found = Object.entries(details).filter(([name]) => name.startsWith(COLLECTED))
  return found.map(([name, value]) => `${name.slice(COLLECTED.length)}: ${value}`).join(', ')
}

function handedOff(actor: string, details: Record<string, string>): string {
  const { t } = i18n.global
  const bot = details.bot ?? details.by ?? actor
  switch (details.why) {
    case 'silent': return t('bots.silent', { bot, n: details.after_s ?? '' })
    case 'word': return t('bots.word')
    case 'misses': return t('bots.misses', { bot })
    default: return details.reason ? t('system.handOff', { actor, reason: details.reason }) : t('system.handOffPlain', { actor })
  }
}

export function botWords(name: string, actor: string, details: Record<string, string>): string {
  const { t } = i18n.global
  const bot = details.bot ?? ''
  switch (name) {
    case 'bot_first': return t('bots.first', { bot })
    case 'bot_took': return t('bots.took', { bot })
    case 'handed_back': return t('bots.handedBack', { actor, bot })
    case 'handed_off': {
      const line = handedOff(actor, details)
      const list = collected(details)
      return list ? t('bots.collected', { line, list }) : line
    }
    default: return ''
  }
}
