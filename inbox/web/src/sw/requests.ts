/** What the service worker answers from its shelf, and what it leaves to the network. Pure. */

/** Pages that are not the app's: they are served as they are. */
const NOT_THE_APP = /^\/(api|hooks|webchat|simulators|demo|widget)(\/|\.|$)/

export type Way = 'page' | 'file' | 'network'

/**
 * `page`: the network, and the kept page where it does not answer. `file`: kept as it is, for its name says its
 * content. Everything else, all of the API above all, never passes through a shelf: what is private is not kept here.
 */
export function wayOf(method: string, mode: string, url: URL, origin: string, kept: ReadonlySet<string>): Way {
  if (method !== 'GET' || url.origin !== origin || NOT_THE_APP.test(url.pathname)) return 'network'
  if (mode === 'navigate') return 'page'
  return kept.has(url.pathname) ? 'file' : 'network'
}
