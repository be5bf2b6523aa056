import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createApp, defineComponent, h, ref, type App } from 'vue'
import { TooltipProvider } from 'reka-ui'
import MessageList from '@/components/thread/MessageList.vue'
import { i18n } from '@/i18n'
import { useMessages } from '@/stores/messages'
import { conversation, hub, message } from './make'

const COUNT = 50
const list = ref<InstanceType<typeof MessageList> | null>(null)
let app: App | null = null
let place: HTMLElement
const drawn = (): (string | undefined)[] => [...place.querySelectorAll<HTMLElement>('article')].map((one) => one.dataset.id)

describe('a thread that is opened', () => {
  beforeEach(async () => {
    vi.useFakeTimers()
    const pinia = createPinia()
    setActivePinia(pinia)
    hub({ 'GET /conversations/c1/messages': () => ({ body: { items: Array.from({ length: COUNT }, (_, at) => message({ id: `m${at}`, sort: String(at).padStart(3, '0'), seq: at })), next: null } }) })
    await useMessages().open('c1')
    place = document.createElement('div')
    document.body.append(place)
    const Screen = defineComponent(() => () => h(TooltipProvider, () => h(MessageList, { ref: list, conversation: conversation(), firstUnread: null })))
    app = createApp(Screen).use(pinia).use(i18n)
    app.component('RouterLink', { template: '<a><slot /></a>' })
    app.mount(place)
  })
  afterEach(() => { app?.unmount(); place.remove(); vi.useRealTimers() })

  it('shows its newest messages at once, and all that were read once those were painted', async () => {
    expect(drawn().length).toBeLessThan(COUNT)
    expect(drawn().at(-1)).toBe(`m${COUNT - 1}`)
    await vi.advanceTimersByTimeAsync(300)
    expect(drawn()).toHaveLength(COUNT)
  })
  it('goes to a message that was not drawn yet', async () => {
    const seen = vi.spyOn(Element.prototype, 'scrollIntoView').mockImplementation(() => undefined)
    await list.value?.jump('m0')
    expect((seen.mock.contexts[0] as HTMLElement).dataset.id).toBe('m0')
    seen.mockRestore()
  })
})
