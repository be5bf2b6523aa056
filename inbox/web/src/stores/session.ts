/** Who is signed in, and what they chose: language and theme. */
import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import { ApiError, useCsrf } from '@/api/client'
import { api } from '@/api/endpoints'
import type { AgentView, HubInfo, SessionView } from '@/api/types'
import { isLanguage, setLanguage, type Language } from '@/i18n'
import { applyTheme, isTheme, type Theme } from './theme'

export const useSession = defineStore('session', () => {
  const agent = ref<AgentView | null>(null)
  const info = ref<HubInfo | null>(null)
  const asked = ref(false)
  const ended = ref(false)
  const isAdmin = computed(() => agent.value?.role === 'admin')
  const isSupervisor = computed(() => isAdmin.value || agent.value?.role === 'supervisor')
  const theme = computed<Theme>(() => (isTheme(agent.value?.theme) ? agent.value.theme : 'system'))

  function take(session: SessionView): void {
    useCsrf(session.csrf_header, session.csrf_token)
    setAgent(session.agent)
  }
  function setAgent(next: AgentView): void {
    agent.value = next
    if (isLanguage(next.language)) setLanguage(next.language)
    if (isTheme(next.theme)) applyTheme(next.theme)
  }
  /** Ask once who we are. Throws only when the hub cannot be reached. */
  async function load(): Promise<void> {
    if (asked.value) return
    void loadInfo()
    try {
      take(await api.session())
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 401) throw error
    }
    asked.value = true
  }
  async function loadInfo(): Promise<void> {
    info.value = await api.info().catch(() => info.value)
  }
  async function signIn(email: string, password: string, code?: string): Promise<void> {
    take(await api.signIn(email, password, code))
    asked.value = true
  }
  async function signOut(): Promise<void> {
    await api.signOut()
    ended.value = false
    agent.value = null
  }
  /** The session is over, though nobody signed out. */
  function forget(): void {
    ended.value = true
    agent.value = null
  }
  async function changeMe(change: Record<string, string>): Promise<void> { setAgent(await api.changeMe(change)) }
  async function chooseLanguage(language: Language): Promise<void> {
    setLanguage(language)
    if (agent.value) await changeMe({ language })
  }
  async function chooseTheme(next: Theme): Promise<void> {
    applyTheme(next)
    if (agent.value) await changeMe({ theme: next })
  }
  return { agent, info, asked, ended, isAdmin, isSupervisor, theme, load, signIn, signOut, forget, changeMe, chooseLanguage, chooseTheme }
})
