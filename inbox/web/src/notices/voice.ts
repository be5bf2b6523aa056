/** The one tab that speaks for all of this browser: with three open, a sound is heard once. */

let leading = !('locks' in navigator && navigator.locks)

/** Whether it is this tab. Where the browser has no locks (no HTTPS) every tab speaks. */
export const isVoice = (): boolean => leading

export function standForVoice(): void {
  const locks = navigator.locks as LockManager | null | undefined
  // Held for as long as the page lives; the next tab takes over by itself.
  void locks?.request('hub.voice', () => { leading = true; return new Promise<void>(() => undefined) })
}

const FRONT = 'hub.front'
/** What the agent looks at, in whichever tab: the one with the focus writes it down. */
export function sayFront(conversationId: string | null): void {
  if (conversationId && document.hasFocus()) localStorage.setItem(FRONT, conversationId)
  else localStorage.removeItem(FRONT)
}
export const isInFront = (conversationId: string): boolean => localStorage.getItem(FRONT) === conversationId
