/** The devices on which the agent is told while the hub is not open there, and whether this is one of them. */
import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import { api } from '@/api/endpoints'
import type { PushDevice } from '@/api/types'
import { i18n } from '@/i18n'
import { deviceName } from '@/notices/deviceName'
import { useInstalled } from './installed'

/** The browser's own copy of a key is bytes, ours is base64url. */
function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  const plain = atob(text.replaceAll('-', '+').replaceAll('_', '/'))
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0))
}
const same = (a: ArrayBuffer | null, b: Uint8Array): boolean => a !== null && a.byteLength === b.length && new Uint8Array(a).every((byte, index) => byte === b[index])

export const useDevices = defineStore('devices', () => {
  const items = ref<PushDevice[]>([])
  const state = ref<'loading' | 'ready'>('loading')
  const permission = ref<NotificationPermission>('Notification' in window ? Notification.permission : 'denied')
  const supported = computed(() => 'PushManager' in window && useInstalled().registration !== null)
  const here = computed(() => items.value.find((device) => device.own))
  let key = ''

  async function load(): Promise<void> {
    const view = await api.push()
    items.value = view.devices
    key = view.public_key
    state.value = 'ready'
  }
  async function allow(): Promise<boolean> {
    if (!('Notification' in window)) return false
    permission.value = await Notification.requestPermission()
    return permission.value === 'granted'
  }
  /** Tell me on this device. False: the browser, or whoever sits before it, does not want to. */
  async function subscribe(): Promise<boolean> {
    const manager = useInstalled().registration?.pushManager
    if (!manager || !(await allow())) return false
    if (!key) await load()
    const wanted = bytesOf(key)
    let standing = await manager.getSubscription()
    if (standing && !same(standing.options.applicationServerKey, wanted)) { await standing.unsubscribe(); standing = null }
    standing ??= await manager.subscribe({ userVisibleOnly: true, applicationServerKey: wanted })
    await tell(standing)
    await load()
    return true
  }
  async function tell(subscription: PushSubscription): Promise<void> {
    const { endpoint, keys } = subscription.toJSON()
    if (!endpoint || !keys?.p256dh || !keys.auth) return
    await api.addPushDevice({ endpoint, keys: { p256dh: keys.p256dh, auth: keys.auth }, name: deviceName(navigator.userAgent), language: i18n.global.locale.value })
  }
  /** A new session, another key of the hub's or another language: the device is told to the hub anew. */
  async function renew(): Promise<void> {
    const standing = await useInstalled().registration?.pushManager.getSubscription()
    if (standing && permission.value === 'granted') await subscribe()
  }
  /** Whoever signs out is told nothing here any more, whatever waits for them at the browser's maker. */
  async function forgetHere(): Promise<void> {
    const standing = await useInstalled().registration?.pushManager.getSubscription()
    await standing?.unsubscribe()
  }
  async function mute(device: PushDevice): Promise<void> {
    const changed = await api.mutePushDevice(device.id, !device.muted)
    items.value = items.value.map((other) => (other.id === changed.id ? changed : other))
  }
  async function remove(device: PushDevice): Promise<void> {
    if (device.own) await forgetHere()
    await api.removePushDevice(device.id)
    items.value = items.value.filter((other) => other.id !== device.id)
  }
  const tryOut = (device: PushDevice): Promise<void> => api.tryPushDevice(device.id)
  return { items, state, permission, supported, here, load, allow, subscribe, renew, forgetHere, mute, remove, tryOut }
})
