/** Languages and time zones in the reader's words. */
import { i18n } from '@/i18n'

/** Languages that the hub tells by their texts. */
export const LANGUAGES_TOLD = ['en', 'ru', 'uk', 'be', 'kk', 'de', 'fr', 'es', 'it', 'pl', 'tr', 'pt', 'zh', 'ja', 'ko', 'ar', 'he', 'hi', 'ka', 'hy', 'el', 'th'] as const

export function languageName(code: string): string {
  try {
    return new Intl.DisplayNames([i18n.global.locale.value], { type: 'language' }).of(code) ?? code
  } catch {
    return code
  }
}
/** "15:49, UTC+5": what the clock shows there. Nothing where the zone is not known here. */
export function timeIn(zone: string, now: number): string {
  const locale = i18n.global.locale.value === 'ru' ? 'ru-RU' : 'en-GB'
  try {
    const parts = new Intl.DateTimeFormat(locale, { timeZone: zone, weekday: 'short', hour: '2-digit', minute: '2-digit', timeZoneName: 'shortOffset' }).formatToParts(now)
    const part = (type: string): string => parts.find((one) => one.type === type)?.value ?? ''
    return `${part('weekday')} ${part('hour')}:${part('minute')} (${part('timeZoneName').replace('GMT', 'UTC')})`
  } catch {
    return ''
  }
}
export const zones = (): string[] => Intl.supportedValuesOf('timeZone')
