import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { i18n, russianForm, setLanguage } from '@/i18n'
import en from '@/i18n/en'
import ru from '@/i18n/ru'

type Tree = { [key: string]: string | Tree }
function leaves(tree: Tree, before = ''): Map<string, string> {
  return new Map(Object.entries(tree).flatMap(([key, value]) => (typeof value === 'string' ? [[before + key, value] as const] : [...leaves(value, `${before}${key}.`)])))
}
function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return entry.name === 'i18n' ? [] : sources(path)
    return /\.(ts|vue)$/.test(entry.name) ? [path] : []
  })
}
const english = leaves(en as Tree)
const russian = leaves(ru as Tree)
const code = sources(join(__dirname, '../src')).map((path) => readFileSync(path, 'utf8')).join('\n')
const holes = (words: string): string[] => [...new Set(words.match(/\{\w+\}/g) ?? [])].sort()

describe('words', () => {
  it('are the same keys in both languages', () => {
    expect([...russian.keys()].sort()).toEqual([...english.keys()].sort())
  })
  it('are never empty', () => {
    expect([...english, ...russian].filter(([, words]) => words.trim() === '')).toEqual([])
  })
  it('have the same values to fill in', () => {
    expect([...english].filter(([key, words]) => holes(words).join() !== holes(russian.get(key) ?? '').join()).map(([key]) => key)).toEqual([])
  })
  it('have two English and three Russian plural forms', () => {
    const forms = (words: string): number => words.split(' | ').length
    const wrong = [...english.keys()].filter((key) => (forms(english.get(key) ?? '') === 1) !== (forms(russian.get(key) ?? '') === 1) || forms(english.get(key) ?? '') > 2 || ![1, 3].includes(forms(russian.get(key) ?? '')))
    expect(wrong).toEqual([])
  })
  it('exist for every key that the code names', () => {
    const named = [...code.matchAll(/\bt\(\s*'([\w.]+)'/g)].map((found) => found[1] as string)
    expect(named.length).toBeGreaterThan(200)
    expect([...new Set(named)].filter((key) => !english.has(key))).toEqual([])
  })
  it('exist for every group that the code puts together', () => {
    const groups = [...code.matchAll(/\bt\(\s*`([\w.]+)\.\$\{/g)].map((found) => found[1] as string)
    expect([...new Set(groups)].filter((group) => ![...english.keys()].some((key) => key.startsWith(`${group}.`)))).toEqual([])
  })
})

describe('plural forms', () => {
  it('follow Russian', () => {
    expect([1, 2, 4, 5, 11, 12, 21, 22, 25, 101, 111, 0].map(russianForm)).toEqual([0, 1, 1, 2, 2, 2, 0, 1, 2, 0, 2, 2])
  })
  it('are chosen by the count', () => {
    setLanguage('ru')
    expect([1, 3, 5, 21].map((n) => i18n.global.t('list.unread', { n }, n))).toEqual(['1 непрочитанное', '3 непрочитанных', '5 непрочитанных', '21 непрочитанное'])
    setLanguage('en')
    expect([1, 2].map((n) => i18n.global.t('views.count', { n }, n))).toEqual(['1 conversation', '2 conversations'])
  })
})
