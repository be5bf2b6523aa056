import { createPinia } from 'pinia'
import { createApp, type App } from 'vue'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { CannedUse } from '@/api/types'
import QuickAnswers from '@/components/composer/QuickAnswers.vue'
import { i18n, setLanguage } from '@/i18n'
import { conversation } from './make'

const LATE = { id: 'cr1', name: 'Late', shortcut: 'late', text: '{{understood}} Sorry.', slots: [{ name: 'understood', label: 'What you read' }] }
const HELLO = { id: 'cr2', name: 'Hello', shortcut: 'hello', text: 'Hello', slots: [] }
let app: App | null = null
let host: HTMLElement
let inserted: [string, CannedUse][] = []
const find = (id: string): HTMLElement | null => host.querySelector(`[data-testid="${id}"]`)

function answerOf(path: string, body: Record<string, unknown>): unknown {
  if (path.includes('/canned-replies')) return { items: [LATE, HELLO], next: null }
  if (path.includes('/macros')) return { items: [{ id: 'mc1', name: 'Close' }], next: null }
  const values = body.values as Record<string, string> | undefined
  if (body.canned_reply_id === 'cr1' && !values?.understood) return { text: '', files: [], slots: [], problem: { code: 'canned_slot_empty', variable: 'understood', field: 'values.understood', reason: 'fill in' } }
  return { text: body.canned_reply_id === 'cr1' ? `${values?.understood} Sorry.` : 'Hello', files: [], slots: [], problem: null }
}
function open(words: string): void {
  host = document.createElement('div')
  app = createApp(QuickAnswers, { conversation: conversation(), words, onInsert: (text: string, use: CannedUse) => inserted.push([text, use]) })
  app.use(createPinia()).use(i18n).mount(host)
}
beforeEach(() => {
  inserted = []
  setLanguage('en')
  globalThis.fetch = ((input: RequestInfo | URL, init?: RequestInit) => Promise.resolve(new Response(JSON.stringify(answerOf(String(input), JSON.parse(String(init?.body ?? '{}')) as Record<string, unknown>)), { status: 200 }))) as typeof fetch
})
afterEach(() => { app?.unmount(); app = null })

describe('what a slash offers', () => {
  it('shows the canned replies and macros that fit the word', async () => {
    open('/hel')
    await vi.waitFor(() => { expect(find('canned-hello')).not.toBeNull() })
    expect(find('canned-late')).toBeNull()
    find('canned-hello')?.click()
    await vi.waitFor(() => { expect(inserted).toEqual([['Hello', { id: 'cr2', values: {} }]]) })
  })
  it('asks for what is to be filled in, and says what is missing', async () => {
    open('/')
    await vi.waitFor(() => { expect(find('canned-late')).not.toBeNull() })
    find('canned-late')?.click()
    await vi.waitFor(() => { expect(find('slot-understood')).not.toBeNull() })
    find('quick-fill')?.click()
    await vi.waitFor(() => { expect(host.querySelector('[role=alert]')?.textContent).toBe('understood is to be filled in first') })
    const input = find('slot-understood') as HTMLInputElement
    input.value = 'A torn box!'
    input.dispatchEvent(new Event('input'))
    find('quick-fill')?.click()
    await vi.waitFor(() => { expect(inserted).toEqual([['A torn box! Sorry.', { id: 'cr1', values: { understood: 'A torn box!' } }]]) })
  })
})
