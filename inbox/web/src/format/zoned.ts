/** A point in time as the clocks of a zone show it, in the reader's words. */
import { i18n } from '@/i18n'

export function zonedTime(at: Date, zone: string): string {
  return new Intl.DateTimeFormat(i18n.global.locale.value === 'ru' ? 'ru-RU' : 'en-GB', { timeZone: zone, weekday: 'short', day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' }).format(at)
}
