/** From what was pushed to what is shown. Pure. */

/** As the hub pushes it: `url` is a place of the app, `tag` is the same for everything about one conversation. */
export interface Pushed { title: string; body: string; tag: string; url: string; at: string; unread?: number }
export interface Notice { title: string; options: { body: string; tag: string; renotify: boolean; timestamp: number; icon: string; badge: string; data: { url: string } } }

const place = (url: unknown): string => (typeof url === 'string' && /^\/(?!\/)/.test(url) ? url : '/')

/** Whatever arrives, something is shown: a browser that sees a push without a notification takes the permission away. */
export function noticeOf(text: string): Notice {
  let pushed: Partial<Pushed> = {}
  try {
    const told: unknown = JSON.parse(text)
    if (typeof told === 'object' && told !== null) pushed = told
  } catch { /* It is shown as news of nothing in particular. */ }
  const tag = typeof pushed.tag === 'string' ? pushed.tag : 'hub'
  return {
    title: pushed.title || 'Omnihub',
    options: { body: pushed.body ?? '', tag, renotify: true, timestamp: Date.parse(pushed.at ?? '') || Date.now(), icon: '/icons/icon-192.png', badge: '/icons/badge-96.png', data: { url: place(pushed.url) } },
  }
}
