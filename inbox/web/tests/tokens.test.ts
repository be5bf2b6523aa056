import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

const css = readFileSync('src/styles/tokens.css', 'utf8')
/** Where text lies; `mark` only ever has `text` on it. */
const SURFACES = ['bg', 'panel', 'panel2', 'accent-soft', 'in', 'out', 'note', 'hover', 'ok-soft', 'warn-soft', 'bad-soft']
const TEXTS = ['text', 'meta', 'accent', 'ok', 'warn', 'bad']

function tokensOf(theme: string): Map<string, string> {
  const block = css.split(`[data-theme='${theme}'] {`)[1]?.split('\n}')[0] ?? ''
  return new Map([...block.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map(([, name, value]) => [name as string, value as string]))
}
/** Of WCAG 2: 0 is black, 1 is white. */
function luminance(colour: string): number {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const share = parseInt(colour.slice(at, at + 2), 16) / 255
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  }) as [number, number, number]
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}
function contrast(one: string, other: string): number {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b) as [number, number]
  return (light + 0.05) / (dark + 0.05)
}

describe.each([['light', 4.5], ['dark', 4.5], ['contrast', 7]])('the theme %s', (theme, least) => {
  const tokens = tokensOf(theme)
  const value = (name: string): string => { const found = tokens.get(name); if (!found) throw new Error(`${theme} has no --${name}`); return found }
  it.each(TEXTS)(`keeps ${least} to 1 between --%s and what it lies on`, (text) => {
    const weak = SURFACES.filter((surface) => contrast(value(text), value(surface)) < least)
    expect(weak).toEqual([])
  })
  it('keeps it on buttons and on what a search found', () => {
    expect(contrast(value('on-accent'), value('accent'))).toBeGreaterThanOrEqual(least)
    expect(contrast(value('text'), value('mark'))).toBeGreaterThanOrEqual(4.5)
  })
})
