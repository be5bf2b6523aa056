/** Keys as they stand on the keyboard. */
import type { KeyRow } from './table'

const mac = navigator.platform.startsWith('Mac')
export const MOD = mac ? '⌘' : 'Ctrl'
const NAMES: Record<string, string> = { Escape: 'Esc', ArrowDown: '↓', ArrowUp: '↑', Enter: '↵' }

/** `X` is the shift key and `x`. */
function one(key: string): string[] {
  if (/^[A-Z]$/.test(key)) return ['⇧', key.toLowerCase()]
  return [NAMES[key] ?? key]
}
export const keyWords = (row: KeyRow): string[] => (row.mod ? [MOD, ...one(row.key)] : [...one(row.key), ...(row.also ?? []).flatMap(one)])
