/** What the palette offers: everything that can be done or gone to. */
import { computed, type ComputedRef } from 'vue'
import { useI18n } from 'vue-i18n'
import { useRouter } from 'vue-router'
import { desk, type Contact } from '@/api/desk'
import { api } from '@/api/endpoints'
import type { CannedReply, Conversation, Macro } from '@/api/types'
import { nameOf } from '@/format/conversation'
import { LANGUAGES } from '@/i18n'
import { isHeard, press } from '@/keys/keys'
import type { Command } from '@/keys/palette'
import { KEYS } from '@/keys/table'
import { keyWords } from '@/keys/words'
import { FIXED_VIEWS, routeOfKey } from '@/list/filter'
import { useChannels } from '@/stores/channels'
import { useCompose } from '@/stores/compose'
import { useConversations } from '@/stores/conversations'
import { useSelection } from '@/stores/selection'
import { useSession } from '@/stores/session'
import { THEMES } from '@/stores/theme'
import { useToasts } from '@/stores/toasts'
import { useViews } from '@/stores/views'

/** Keys that do something with a conversation. */
const NEEDS_ONE: ReadonlySet<string> = new Set(['a', 'e', 's', 'l', 'p', 'x', 'r', 'n', 'C'])
const PRESENCES = ['online', 'away', 'offline'] as const
/** What had to be asked for: the canned replies and macros there are, and what was found for the words. */
export interface Asked { canned: CannedReply[]; macros: Macro[]; conversations: Conversation[]; contacts: Contact[] }

export function useCommands(asked: () => Asked, current: () => string | null): ComputedRef<Command[]> {
  const { t, locale } = useI18n()
  const router = useRouter()
  const channels = useChannels()
  const compose = useCompose()
  const conversations = useConversations()
  const selection = useSelection()
  const session = useSession()
  const toasts = useToasts()
  const views = useViews()

  /** The same words in the other languages: whoever reads one may think in another. */
  const inOthers = (key: string): string[] => LANGUAGES.filter((language) => language !== locale.value).map((language) => t(key, {}, { locale: language }))
  const go = (path: string) => (): void => { void router.push(path) }
  const offered = (only?: 'supervisors' | 'admins'): boolean => (only === 'admins' ? session.isAdmin : only === 'supervisors' ? session.isSupervisor : true)
  const view = (key: string): string => `/inbox/${encodeURIComponent(routeOfKey(key))}`
  const open = (id: string): string => `${view(conversations.view)}/${encodeURIComponent(id)}`

  const actions = computed<Command[]>(() => KEYS.filter((row) => row.palette && isHeard(row.key) && (!NEEDS_ONE.has(row.key) || current() !== null || selection.active)).map((row) => ({ id: `key-${row.key}`, group: row.group === 'go' ? 'page' : 'action', words: t(row.words), also: inOthers(row.words), key: keyWords(row).join(' '), run: () => press(row.key) })))
  const places = computed<Command[]>(() => [
    ...FIXED_VIEWS.map((key) => ({ id: `view-${key}`, group: 'view', words: t(`views.${key}`), also: inOthers(`views.${key}`), hint: key === 'resolved' ? undefined : String(views.counts[key] ?? 0), run: go(view(key)) })),
    ...views.saved.map((one) => ({ id: `view-${one.id}`, group: 'view', words: one.name, run: go(view(`saved/${one.id}`)) })),
    ...channels.standing.map((one) => ({ id: `view-${one.id}`, group: 'view', words: one.name, also: [channels.titleOf(one.type)], run: go(view(`channel/${one.id}`)) })),
    ...views.labels.map((name) => ({ id: `label-${name}`, group: 'view', words: `#${name}`, also: [name], run: go(view(`label/${name}`)) })),
    ...router.getRoutes().filter((route) => route.name !== 'login' && route.meta.title && offered(route.meta.only) && !route.path.includes(':')).map((route) => ({ id: `page-${String(route.name)}`, group: 'page', words: t(route.meta.title as string), also: inOthers(route.meta.title as string), run: go(route.path) })),
  ])
  const settings = computed<Command[]>(() => [
    ...THEMES.map((theme) => ({ id: `theme-${theme}`, group: 'setting', words: `${t('settings.theme')}: ${t(`settings.themes.${theme}`)}`, also: inOthers(`settings.themes.${theme}`), run: () => { session.chooseTheme(theme).catch(toasts.fail) } })),
    ...LANGUAGES.map((language) => ({ id: `language-${language}`, group: 'setting', words: `${t('settings.language')}: ${t(`palette.languages.${language}`)}`, also: inOthers('settings.language'), run: () => { session.chooseLanguage(language).catch(toasts.fail) } })),
    ...PRESENCES.map((state) => ({ id: `presence-${state}`, group: 'setting', words: t(`palette.presence.${state}`), also: inOthers(`palette.presence.${state}`), run: async () => { try { await api.choosePresence(state); toasts.show(t(`palette.presence.${state}`)) } catch (failure) { toasts.fail(failure) } } })),
    { id: 'sign-out', group: 'setting', words: t('rail.signOut'), also: inOthers('rail.signOut'), run: () => { session.signOut().catch(toasts.fail) } },
  ])
  async function insert(one: CannedReply, cid: string): Promise<void> {
    // One with slots is filled in where it is written.
    if (one.slots?.length) { compose.draft(cid).text.reply = `/${one.shortcut}`; press('r'); return }
    try {
      const made = await api.fillCanned(cid, { canned_reply_id: one.id, values: {} })
      if (made.problem) return toasts.show(t(`refusals.${made.problem.code}`, { variable: made.problem.variable }), 'error')
      const draft = compose.draft(cid)
      draft.text.reply = draft.text.reply.trim() ? `${draft.text.reply}\n${made.text}` : made.text
      draft.canned = { id: one.id, values: {} }
      press('r')
    } catch (failure) { toasts.fail(failure) }
  }
  const answers = computed<Command[]>(() => {
    const cid = current()
    if (!cid) return []
    return [
      ...asked().canned.map((one) => ({ id: `canned-${one.id}`, group: 'canned', words: one.name, also: [one.shortcut, one.text], key: `/${one.shortcut}`, run: () => insert(one, cid) })),
      ...asked().macros.map((one) => ({ id: `macro-${one.id}`, group: 'macro', words: one.names?.[locale.value] ?? one.name, also: Object.values(one.names ?? {}), run: async () => { try { await api.runMacro(cid, one.id); toasts.show(t('palette.ran')) } catch (failure) { toasts.fail(failure) } } })),
    ]
  })
  async function contact(one: Contact): Promise<void> {
    try {
      const [latest] = (await desk.conversations(one.id)).items
      if (latest) await router.push(open(latest.id))
      else toasts.show(t('find.noConversation'))
    } catch (failure) { toasts.fail(failure) }
  }
  const people = computed<Command[]>(() => {
    const found = new Map(asked().conversations.map((one) => [one.id, one]))
    for (const row of conversations.rows.slice(0, 30)) found.set(row.conversation.id, row.conversation)
    return [
      ...[...found.values()].map((one) => ({ id: `conversation-${one.id}`, group: 'conversation', words: nameOf(one), hint: one.preview?.text, run: go(open(one.id)) })),
      ...asked().contacts.map((one) => ({ id: `contact-${one.id}`, group: 'contact', words: one.name ?? t('customer.unnamed'), run: () => contact(one) })),
    ]
  })
  return computed(() => [...actions.value, ...answers.value, ...places.value, ...settings.value, ...people.value])
}
