/** Russian and English. Plural forms follow the language, not its number of forms in the file. */
import { createI18n } from 'vue-i18n'
import en from './en'
import ru from './ru'

export const LANGUAGES = ['en', 'ru'] as const
export type Language = (typeof LANGUAGES)[number]
const KEY = 'hub.language'

export function isLanguage(value: unknown): value is Language {
  return LANGUAGES.includes(value as Language)
}

function first(): Language {
  const saved = localStorage.getItem(KEY)
  if (isLanguage(saved)) return saved
  return navigator.languages.some((language) => language.toLowerCase().startsWith('ru')) ? 'ru' : 'en'
}

const slavic = new Intl.PluralRules('ru')
/** One | few | many. */
export function russianForm(count: number): number {
  return { one: 0, few: 1 }[slavic.select(count) as string] ?? 2
}

export const i18n = createI18n({
  legacy: false,
  locale: first(),
  fallbackLocale: 'en',
  messages: { en, ru },
  pluralRules: { ru: russianForm, en: (count) => (count === 1 ? 0 : 1) },
  missingWarn: import.meta.env.DEV,
})

export function setLanguage(language: Language): void {
  i18n.global.locale.value = language
  document.documentElement.lang = language
  localStorage.setItem(KEY, language)
}
document.documentElement.lang = i18n.global.locale.value
