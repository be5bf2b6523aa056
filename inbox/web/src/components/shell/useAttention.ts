/** What tells of unread things from outside of the page: its title, its icon, and the number on the installed app. */
import { computed, watch, watchEffect } from 'vue'
import { useI18n } from 'vue-i18n'
import { useRoute } from 'vue-router'
import { useConversations } from '@/stores/conversations'
import { useNotifications } from '@/stores/notifications'
import { useSession } from '@/stores/session'

export function useAttention(): void {
  const { t } = useI18n()
  const route = useRoute()
  const session = useSession()
  const conversations = useConversations()
  const notifications = useNotifications()
  /** Own conversations with something unread, and what one was told besides. */
  const unread = computed(() => {
    const me = session.agent?.id
    if (!me) return 0
    let own = 0
    for (const one of conversations.byId.values()) if (one.assignee_id === me && one.unread > 0 && one.status === 'open') own++
    return own + notifications.unread
  })

  watchEffect(() => {
    const place = route.meta.title ? t(route.meta.title) : ''
    document.title = `${unread.value > 0 && !route.meta.open ? `(${unread.value > 99 ? '99+' : unread.value}) ` : ''}${place ? `${place} · ` : ''}${t('app.name')}`
  })
  // The browser reads an icon anew whenever it is named, be it the same.
  const some = computed(() => unread.value > 0)
  watch(some, (on, was) => {
    const icon = document.querySelector<HTMLLinkElement>('link[rel="icon"]')
    if (icon && (on || was)) icon.href = on ? '/favicon-unread.svg' : '/favicon.svg'
  }, { immediate: true })
  watchEffect(() => {
    if ('setAppBadge' in navigator) void (unread.value > 0 ? navigator.setAppBadge(unread.value) : navigator.clearAppBadge()).catch(() => undefined)
  })
}
