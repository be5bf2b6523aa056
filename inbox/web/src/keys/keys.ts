/** Keys that work while no field is being written in and no menu or dialog is open. */
import { onScopeDispose, ref, shallowReactive } from 'vue'
import { ALWAYS, nameOf } from './table'

/** By the name of a row of the table. */
export type KeyMap = Record<string, (event?: KeyboardEvent) => void>
const KEY = 'hub.keys'
/** Whether keys of one character act; whoever speaks to the machine may switch them off. */
export const singleKeys = ref(localStorage.getItem(KEY) !== 'off')
export function switchSingleKeys(on: boolean): void {
  singleKeys.value = on
  localStorage.setItem(KEY, on ? 'on' : 'off')
}

/** The latest comes first: what is opened on top takes the keys of what lies below. */
const maps = shallowReactive<KeyMap[]>([])
export const isHeard = (name: string): boolean => maps.some((map) => map[name])
/** Do what the key would do. */
export function press(name: string): void { maps.find((map) => map[name])?.[name]?.() }

function busy(target: EventTarget | null): boolean {
  if (document.querySelector('[role="dialog"][data-state="open"], [role="menu"][data-state="open"]')) return true
  return target instanceof HTMLElement && (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT', 'AUDIO', 'VIDEO'].includes(target.tagName) && !(target instanceof HTMLInputElement && target.type === 'checkbox'))
}

/** The physical key gives the Latin letter under any layout, so that `r` works in Russian too. */
export function letterOf(event: KeyboardEvent): string {
  if (/^[a-z]$/i.test(event.key) || event.key.length > 1) return event.key
  const code = /^Key([A-Z])$/.exec(event.code)
  if (code?.[1] && /\p{L}/u.test(event.key)) return event.shiftKey ? code[1] : code[1].toLowerCase()
  if (event.code === 'Slash' && event.key !== '/' && event.key !== '?') return event.shiftKey ? '?' : '/'
  if (event.code === 'Digit8' && event.shiftKey) return '*'
  return event.key
}

function listen(event: KeyboardEvent): void {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || busy(event.target)) return
  const name = nameOf(letterOf(event))
  if (name === undefined || (!singleKeys.value && !ALWAYS.has(name))) return
  const handler = maps.find((map) => map[name])?.[name]
  if (!handler) return
  event.preventDefault()
  handler(event)
}

export function useKeys(map: KeyMap): void {
  if (maps.length === 0) document.addEventListener('keydown', listen)
  maps.unshift(map)
  onScopeDispose(() => {
    maps.splice(maps.indexOf(map), 1)
    if (maps.length === 0) document.removeEventListener('keydown', listen)
  })
}
