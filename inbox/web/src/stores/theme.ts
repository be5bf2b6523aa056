/** Light, dark, high contrast, or as the system has it; remembered for the next visit's first paint. */
export const THEMES = ['system', 'light', 'dark', 'contrast'] as const
export type Theme = (typeof THEMES)[number]

const KEY = 'hub.theme'
const dark = window.matchMedia('(prefers-color-scheme: dark)')
const contrast = window.matchMedia('(prefers-contrast: more)')
let chosen: Theme = 'system'

export function isTheme(value: unknown): value is Theme {
  return THEMES.includes(value as Theme)
}

function paint(): void {
  document.documentElement.dataset.theme = chosen === 'system' ? (contrast.matches ? 'contrast' : dark.matches ? 'dark' : 'light') : chosen
}

export function applyTheme(theme: Theme): void {
  chosen = theme
  localStorage.setItem(KEY, theme)
  paint()
}

/** Before the first paint. */
export function initTheme(): void {
  const saved = localStorage.getItem(KEY)
  chosen = isTheme(saved) ? saved : 'system'
  dark.addEventListener('change', paint)
  contrast.addEventListener('change', paint)
  paint()
}
