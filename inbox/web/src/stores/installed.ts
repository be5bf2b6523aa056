/** The app as it is installed in this browser: its service worker, a new version that waits, and the offer to install. */
import { defineStore } from 'pinia'
import { ref, shallowRef } from 'vue'

interface InstallOffer extends Event { prompt(): Promise<void>; userChoice: Promise<{ outcome: 'accepted' | 'dismissed' }> }
/** A page that stays open for days asks now and then whether there is a new version. */
const LOOK_MS = 3_600_000

export const useInstalled = defineStore('installed', () => {
  const registration = shallowRef<ServiceWorkerRegistration | null>(null)
  /** A new version stands ready behind the one that is shown. */
  const update = ref(false)
  const later = ref(false)
  const offer = shallowRef<InstallOffer | null>(null)
  const supported = 'serviceWorker' in navigator

  function watchWorker(found: ServiceWorkerRegistration): void {
    const ready = (): void => { if (found.waiting && navigator.serviceWorker.controller) { update.value = true; later.value = false } }
    ready()
    found.addEventListener('updatefound', () => {
      found.installing?.addEventListener('statechange', ready)
    })
  }
  /** Keeps the app on this device. `open` shows the place that a notification names. */
  async function register(open: (url: string) => void): Promise<void> {
    if (!supported || !import.meta.env.PROD) return
    window.addEventListener('beforeinstallprompt', (event) => { event.preventDefault(); offer.value = event as InstallOffer })
    window.addEventListener('appinstalled', () => { offer.value = null })
    navigator.serviceWorker.addEventListener('message', (event: MessageEvent<{ type: string; url: string }>) => { if (event.data.type === 'open') open(event.data.url) })
    try {
      registration.value = await navigator.serviceWorker.register('/sw.js')
    } catch {
      return // Storage is refused or full: the app works, online.
    }
    watchWorker(registration.value)
    setInterval(() => { registration.value?.update().catch(() => undefined) }, LOOK_MS)
  }
  /** Show the new version. What is written stands in the drafts, what is on its way on this device. */
  function reload(): void {
    navigator.serviceWorker.addEventListener('controllerchange', () => location.reload(), { once: true })
    registration.value?.waiting?.postMessage({ type: 'activate' })
  }
  async function install(): Promise<void> {
    const asked = offer.value
    offer.value = null
    await asked?.prompt()
  }
  return { registration, update, later, offer, supported, register, reload, install }
})
