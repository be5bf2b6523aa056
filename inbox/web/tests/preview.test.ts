import { createPinia, setActivePinia } from 'pinia'
import { createApp, effectScope, nextTick, reactive, type App, type EffectScope } from 'vue'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import CustomerView from '@/components/composer/CustomerView.vue'
import { PAUSE_MS, usePreview, type Preview, type Written } from '@/components/composer/preview'
import type { CustomersView } from '@/api/types'
import { reasonWords } from '@/format/reasons'
import { i18n, setLanguage } from '@/i18n'
import type { Draft } from '@/stores/compose'
import { conversation } from './make'

interface Asked { path: string; body: Record<string, unknown>; signal: AbortSignal; answer: (view: Partial<CustomersView>) => Promise<void>; refuse: (status: number) => Promise<void> }
const asked: Asked[] = []
const settled = async (): Promise<void> => { for (let n = 0; n < 10; n++) await Promise.resolve() }
const part = (text: string): CustomersView['parts'][number] => ({ text, spans: [], attachments: [], blocks: [], buttons: [], reply_to: null })
const view = (...texts: string[]): CustomersView => ({ channel_type: 'telegram', parts: texts.map(part), count: texts.length, refused: null })

function standIn(): void {
  globalThis.fetch = ((input: RequestInfo | URL, init?: RequestInit) => new Promise((resolve, reject) => {
    const respond = async (status: number, body: unknown): Promise<void> => { resolve(new Response(JSON.stringify(body), { status })); await settled() }
    init?.signal?.addEventListener('abort', () => reject(new DOMException('ended', 'AbortError')))
    asked.push({
      path: String(input), body: JSON.parse(String(init?.body)) as Record<string, unknown>, signal: init?.signal as AbortSignal,
      answer: (given) => respond(200, { ...view('x'), ...given }), refuse: (status) => respond(status, { detail: 'no', status }),
    })
  })) as typeof fetch
}

let scope: EffectScope
let app: App | null = null
beforeEach(() => {
  vi.useFakeTimers()
  asked.length = 0
  standIn()
  setLanguage('en')
  scope = effectScope()
})
afterEach(() => { scope.stop(); app?.unmount(); app = null; vi.useRealTimers() })

function open(written: { now: Written | null }): Preview {
  return scope.run(() => usePreview(() => written.now)) as Preview
}
const of = (text: string, more: Partial<Written> = {}): Written => ({ conversationId: 'c1', text, attachments: [], replyTo: null, ...more })
async function later(ms: number): Promise<void> { await nextTick(); await vi.advanceTimersByTimeAsync(ms) }

describe('the customer’s view', () => {
  it('is asked for at once when it is opened', async () => {
    const preview = open(reactive({ now: of('hi', { attachments: ['f1'], replyTo: 'm1' }) }))
    await later(0)
    expect(asked.map((one) => [one.path, one.body])).toEqual([['/api/v1/conversations/c1/preview', { text: 'hi', attachments: ['f1'], reply_to: 'm1' }]])
    await asked[0]?.answer(view('hi'))
    expect(preview.view.value?.parts.map((one) => one.text)).toEqual(['hi'])
    expect(preview.stale.value).toBe(false)
  })
  it('is asked for again only after a pause in writing', async () => {
    const written = reactive({ now: of('h') })
    const preview = open(written)
    await later(0)
    await asked[0]?.answer(view('h'))
    for (const text of ['he', 'hel', 'hell', 'hello']) { written.now = of(text); await later(PAUSE_MS - 50) }
    expect(asked.length).toBe(1)
    expect(preview.stale.value).toBe(true)
    await later(60)
    expect(asked.map((one) => one.body.text)).toEqual(['h', 'hello'])
    expect(preview.view.value?.parts[0]?.text).toBe('h')
  })
  it('ends a request whose answer nobody waits for, and never shows it', async () => {
    const written = reactive({ now: of('one') })
    const preview = open(written)
    await later(0)
    written.now = of('two')
    await later(PAUSE_MS)
    expect(asked[0]?.signal.aborted).toBe(true)
    await asked[1]?.answer(view('two'))
    await asked[0]?.answer(view('one'))
    expect(preview.view.value?.parts[0]?.text).toBe('two')
  })
  it('shows nothing of another conversation', async () => {
    const written = reactive({ now: of('one') })
    const preview = open(written)
    await later(0)
    await asked[0]?.answer(view('one'))
    written.now = of('one', { conversationId: 'c2' })
    await later(0)
    expect(preview.view.value).toBe(null)
    expect(asked.at(-1)?.path).toBe('/api/v1/conversations/c2/preview')
  })
  it('asks nothing while there is nothing', async () => {
    const written = reactive<{ now: Written | null }>({ now: of('one') })
    const preview = open(written)
    await later(0)
    await asked[0]?.answer(view('one'))
    written.now = null
    await later(PAUSE_MS)
    expect([asked.length, preview.view.value, preview.stale.value]).toEqual([1, null, false])
  })
  it('tells when it could not be had, and comes back with the next answer', async () => {
    const written = reactive({ now: of('one') })
    const preview = open(written)
    await later(0)
    await asked[0]?.refuse(503)
    expect([preview.failure.value?.status, preview.view.value]).toEqual([503, null])
    written.now = of('two')
    await later(PAUSE_MS)
    await asked[1]?.answer(view('two'))
    expect([preview.failure.value, preview.view.value?.count]).toEqual([null, 1])
  })
  it('asks nothing more once it is closed', async () => {
    const written = reactive({ now: of('one') })
    open(written)
    await later(0)
    scope.stop()
    expect(asked[0]?.signal.aborted).toBe(true)
    written.now = of('two')
    await later(PAUSE_MS)
    expect(asked.length).toBe(1)
  })
})

describe('the small phone', () => {
  async function mounted(given: Partial<CustomersView>): Promise<HTMLElement> {
    const pinia = createPinia()
    setActivePinia(pinia)
    const place = document.createElement('div')
    const draft: Draft = { tab: 'reply', text: { reply: 'hi', note: '' }, spans: [], files: [], buttons: [], head: null, replyTo: null, canned: null }
    app = createApp(CustomerView, { conversation: conversation(), draft }).use(pinia).use(i18n)
    app.mount(place)
    await later(0)
    await asked.at(-1)?.answer(given)
    await nextTick()
    return place
  }
  const texts = (place: HTMLElement): string[] => [...place.querySelectorAll('[data-testid="customer-view-part"]')].map((one) => one.textContent?.trim() ?? '')

  it('shows every part in its order, and how many they are', async () => {
    const place = await mounted(view('one', 'two'))
    expect(texts(place)).toEqual(['one', 'two'])
    expect(place.querySelector('[data-testid="customer-view-count"]')?.textContent).toBe('2 messages')
  })
  it('shows buttons, files and formats', async () => {
    const rich = { ...part('bold'), spans: [{ kind: 'bold' as const, start: 0, length: 4 }], buttons: [[{ kind: 'action' as const, label: 'Yes' }]], attachments: [{ id: 'f', kind: 'file' as const, state: 'stored' as const, name: 'bill.pdf', size_bytes: 2048 }] }
    const place = await mounted({ ...view(), parts: [rich], count: 1 })
    expect(place.querySelector('.bold')?.textContent).toBe('bold')
    expect(place.textContent).toContain('Yes')
    expect(place.textContent).toContain('bill.pdf')
  })
  it('says why it will not be sent, in the reader’s language', async () => {
    setLanguage('ru')
    const place = await mounted({ ...view(), refused: { code: 'file_kind', reason: 'this channel carries no files of the kind image', values: { kind: 'image' } } })
    expect(place.querySelector('[data-testid="customer-view-refused"]')?.textContent).toContain('этот канал не передаёт такие файлы: Фото')
  })
})

describe('reasons', () => {
  it('are in the reader’s language when they are ours, and in the platform’s words when they are not', () => {
    setLanguage('ru')
    expect(reasonWords({ code: 'file_size', reason: 'x', values: { size_mb: '60.0', max_mb: '50.0' } })).toBe('файл слишком большой для этого канала: 60.0 из 50.0 МБ')
    expect(reasonWords({ code: 'of_a_newer_hub', reason: 'in English' })).toBe('in English')
    expect(reasonWords({ reason: 'chat not found' })).toBe('chat not found')
  })
})
