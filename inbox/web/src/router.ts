import { createRouter, createWebHistory } from 'vue-router'
import { useRemembered } from './stores/remembered'
import { useSession } from './stores/session'

declare module 'vue-router' {
  /** `only`: whom it is offered to; the hub checks by itself who may read what stands there. */
  interface RouteMeta { open?: boolean; title?: string; only?: 'supervisors' | 'admins' }
}

export const router = createRouter({
  history: createWebHistory('/'),
  routes: [
    { path: '/', redirect: '/inbox/open' },
    { path: '/login', name: 'login', component: () => import('./pages/LoginPage.vue'), meta: { open: true, title: 'login.title' } },
    { path: '/inbox/:view?/:conversation?', name: 'inbox', component: () => import('./pages/InboxPage.vue'), meta: { title: 'rail.inbox' } },
    { path: '/tasks', name: 'tasks', component: () => import('./pages/TasksPage.vue'), meta: { title: 'tasks.title' } },
    { path: '/board', name: 'board', component: () => import('./pages/BoardPage.vue'), meta: { title: 'board.title', only: 'supervisors' } },
    { path: '/reports', name: 'reports', component: () => import('./pages/ReportsPage.vue'), meta: { title: 'reports.title', only: 'supervisors' } },
    { path: '/policies/:kind?/:id?', name: 'policies', component: () => import('./pages/PoliciesPage.vue'), meta: { title: 'policies.title', only: 'admins' } },
    { path: '/channels', name: 'channels', component: () => import('./pages/ChannelsPage.vue'), meta: { title: 'channels.title' } },
    { path: '/dead-letters', name: 'dead-letters', component: () => import('./pages/DeadLettersPage.vue'), meta: { title: 'dead.title', only: 'supervisors' } },
    { path: '/audit', name: 'audit', component: () => import('./pages/AuditPage.vue'), meta: { title: 'audit.title', only: 'supervisors' } },
    { path: '/settings', name: 'settings', component: () => import('./pages/SettingsPage.vue'), meta: { title: 'settings.title' } },
    { path: '/:rest(.*)*', name: 'nothing', component: () => import('./pages/NotFoundPage.vue'), meta: { title: 'errors.notFound' } },
  ],
})

router.beforeEach(async (to) => {
  const session = useSession()
  try {
    await session.load()
  } catch {
    // The hub cannot be reached: what this device remembers is shown, or a page that says so.
    if (!session.agent) await useRemembered().restore()
    return true
  }
  if (!to.meta.open && !session.agent) return { name: 'login', query: { to: to.fullPath } }
  if (to.name === 'login' && session.agent) return { path: typeof to.query.to === 'string' && to.query.to.startsWith('/') && !to.query.to.startsWith('//') ? to.query.to : '/inbox/open' }
  return true
})
