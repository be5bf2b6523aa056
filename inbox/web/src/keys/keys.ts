/** Keys that work while no field is being written in and no menu or dialog is open. */
import { onScopeDispose } from 'vue'

export type KeyMap = Record<string, (event: KeyboardEvent) => void>

function busy(target: EventTarget | null): boolean {
  if (document.querySelector('[role="dialog"][data-state="open"], [role="menu"][data-state="open"]')) return true
  return target instanceof HTMLElement && (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT', 'AUDIO', 'VIDEO'].includes(target.tagName))
}

/** The physical key gives the Latin letter under any layout, so that `r` works in Russian too. */
export function letterOf(event: KeyboardEvent): string {
  if (/^[a-z]$/i.test(event.key) || event.key.length > 1) return event.key
  const code = /^Key([A-Z])$/.exec(event.code)
  if (code?.[1] && /\p{L}/u.test(event.key)) return code[1].toLowerCase()
  if (event.code === 'Slash' && event.key !== '/' && event.key !== '?') return event.shiftKey ? '?' : '/'
  return event.key
}

export function useKeys(map: KeyMap): void {
  const listen = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || busy(event.target)) return
    const handler = map[letterOf(event)]
    if (!handler) return
    event.preventDefault()
    handler(event)
  }
  document.addEventListener('keydown', listen)
  onScopeDispose(() => document.removeEventListener('keydown', listen))
}
