/** The service worker: keeps the app itself for times without a line, and shows what the hub pushes. */
import { lead } from './click'
import { noticeOf } from './notice'
import { wayOf } from './requests'

declare const self: ServiceWorkerGlobalScope
/** Filled in by the build: the version and every file of the app. */
declare const __VERSION__: string
declare const __FILES__: readonly string[]

const SHELF = `app-${__VERSION__}`
const PAGE = '/index.html'
const KEPT = new Set(__FILES__)
/** A page that the network has not brought by then is taken from the shelf. */
const PAGE_LIMIT_MS = 4_000

self.addEventListener('install', (event) => {
  // 'reload' goes past the browser's own cache, in which an old page may lie.
  event.waitUntil(caches.open(SHELF).then((shelf) => shelf.addAll(__FILES__.map((file) => new Request(file, { cache: 'reload' })))))
})
self.addEventListener('activate', (event) => {
  event.waitUntil((async () => {
    for (const name of await caches.keys()) if (name.startsWith('app-') && name !== SHELF) await caches.delete(name)
    await self.clients.claim()
  })())
})
self.addEventListener('message', (event) => {
  const asked = event.data as { type?: string }
  if (asked.type === 'activate') void self.skipWaiting()
  if (asked.type === 'version') event.ports[0]?.postMessage(__VERSION__)
})

async function kept(file: string): Promise<Response | undefined> {
  return (await caches.open(SHELF)).match(file)
}
async function page(request: Request): Promise<Response> {
  try {
    const answer = await fetch(request, { signal: AbortSignal.timeout(PAGE_LIMIT_MS) })
    // A proxy without its hub answers too.
    if (answer.status < 502) return answer
  } catch { /* There is no line. */ }
  return (await kept(PAGE)) ?? fetch(request)
}
self.addEventListener('fetch', (event) => {
  const { request } = event
  const url = new URL(request.url)
  const way = wayOf(request.method, request.mode, url, self.location.origin, KEPT)
  if (way === 'page') event.respondWith(page(request))
  else if (way === 'file') event.respondWith(kept(url.pathname).then((found) => found ?? fetch(request)))
})

const windows = (): Promise<readonly WindowClient[]> => self.clients.matchAll({ type: 'window', includeUncontrolled: true })

self.addEventListener('push', (event) => {
  event.waitUntil((async () => {
    const { title, options } = noticeOf(event.data?.text() ?? '')
    // Whoever looks at the app is told there.
    if ((await windows()).some((one) => one.focused)) return
    await self.registration.showNotification(title, options as NotificationOptions)
  })())
})
self.addEventListener('notificationclick', (event) => {
  event.notification.close()
  const { url } = event.notification.data as { url: string }
  event.waitUntil(windows().then((all) => lead(all, url, (place) => self.clients.openWindow(place))))
})
