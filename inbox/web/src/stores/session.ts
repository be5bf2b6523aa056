/** Who is signed in, and what they chose: language and theme. */
import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import { ApiError, useCsrf } from '@/api/client'
import { api } from '@/api/endpoints'
import type { AgentView, HubInfo, SessionView } from '@/api/types'
import { isLanguage, setLanguage, type Language } from '@/i18n'
import { tellTabs } from '@/offline/tabs'
import { applyTheme, isTheme, type Theme } from './theme'

export const useSession = defineStore('session', () => {
  const agent = ref<AgentView | null>(null)
  const info = ref<HubInfo | null>(null)
  /** The hub has said who we are. Until then an agent may be the one that this device remembers. */
  const asked = ref(false)
  /** The session is over though nobody signed out: the agent stays, and signs in again in place. */
  const ended = ref(false)
  const signedOut = ref(false)
  const isAdmin = computed(() => agent.value?.role === 'admin')
  const isSupervisor = computed(() => isAdmin.value || agent.value?.role === 'supervisor')
  const theme = computed<Theme>(() => (isTheme(agent.value?.theme) ? agent.value.theme : 'system'))

  function take(session: SessionView): void {
    useCsrf(session.csrf_header, session.csrf_token)
    setAgent(session.agent)
    ended.value = false
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
      forget()
    }
    asked.value = true
  }
  /** Somebody signed in in another tab, or this session's secret is another one now. */
  async function reload(): Promise<void> {
    asked.value = false
    await load()
  }
  /** As this device remembers, while the hub cannot be asked. */
  function restore(known: AgentView, hub: HubInfo | null): void {
    setAgent(known)
    info.value = hub
  }
  async function loadInfo(): Promise<void> {
    info.value = await api.info().catch(() => info.value)
  }
  async function signIn(email: string, password: string, code?: string): Promise<void> {
    take(await api.signIn(email, password, code))
    asked.value = true
    tellTabs('in')
  }
  async function signOut(): Promise<void> {
    await api.signOut()
    leave(true)
    tellTabs('out')
  }
  /** Nobody is signed in here any more. `byChoice`: whoever was has signed out, and leaves nothing on this device. */
  function leave(byChoice: boolean): void {
    signedOut.value = byChoice
    ended.value = false
    agent.value = null
  }
  /** The session is over, though nobody signed out. */
  function forget(): void { ended.value = agent.value !== null }
  async function changeMe(change: Record<string, string>): Promise<void> { setAgent(await api.changeMe(change)) }
  async function chooseLanguage(language: Language): Promise<void> {
    setLanguage(language)
    if (agent.value) await changeMe({ language })
  }
  async function chooseTheme(next: Theme): Promise<void> {
    applyTheme(next)
    if (agent.value) await changeMe({ theme: next })
  }
  return { agent, info, asked, ended, signedOut, isAdmin, isSupervisor, theme, load, reload, restore, signIn, signOut, leave, forget, changeMe, chooseLanguage, chooseTheme }
})
