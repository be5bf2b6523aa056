import { createPinia, setActivePinia } from 'pinia'
import { afterEach, describe, expect, it } from 'vitest'
import { createApp, type App } from 'vue'
import MessageBubble from '@/components/thread/MessageBubble.vue'
import { i18n } from '@/i18n'
import type { Message } from '@/api/types'
import { useConversations } from '@/stores/conversations'
import { conversation, message } from './make'

let app: App | null = null
afterEach(() => { app?.unmount(); app = null })

function shown(album: Message[], standsIn?: string): HTMLElement {
  const pinia = createPinia()
  setActivePinia(pinia)
  if (standsIn && album[0]) useConversations().put(conversation({ id: album[0].conversation_id, channel_id: standsIn }))
  const place = document.createElement('div')
  app = createApp(MessageBubble, { message: album[0], album, pending: null, first: true, last: true, group: false, abilities: undefined, flash: false, home: 'c1' }).use(pinia).use(i18n)
  app.component('RouterLink', { template: '<a><slot /></a>' })
  app.mount(place)
  return place
}
const picture = (id: string, text: string): Message => message({ id, content: { text, group_key: 'g', attachments: [{ id, kind: 'image', state: 'pending' }] } })

describe('an album', () => {
  it('shows the words of every picture that has some', () => {
    const words = [...shown([picture('m1', 'front'), picture('m2', ''), picture('m3', 'back')]).querySelectorAll('.text')].map((one) => one.textContent?.trim())
    expect(words).toEqual(['front', 'back'])
  })
  it('without words is no unknown message', () => {
    expect(shown([picture('m1', ''), picture('m2', '')]).querySelector('.nothing')).toBe(null)
  })
})

describe('a message that came by another channel', () => {
  const letter = message({ id: 'm1', channel_id: 'letters' })
  it('is marked as by e-mail', () => {
    expect(shown([letter], 'site').querySelector('[data-testid=by-mail]')).not.toBe(null)
  })
  it('and one of its own channel is not', () => {
    expect(shown([letter], 'letters').querySelector('[data-testid=by-mail]')).toBe(null)
    expect(shown([letter]).querySelector('[data-testid=by-mail]')).toBe(null)
  })
})
