/** Channels and what their types can do. */
import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import { api } from '@/api/endpoints'
import type { Capabilities, ChannelTypeInfo, ChannelView } from '@/api/types'

export const useChannels = defineStore('channels', () => {
  const items = shallowRef<ChannelView[]>([])
  const types = shallowRef<ChannelTypeInfo[]>([])
  const loaded = ref(false)
  const standing = computed(() => items.value.filter((channel) => channel.state !== 'removed'))

  async function load(): Promise<void> {
    const [channels, kinds] = await Promise.all([api.channels(), api.channelTypes()])
    items.value = channels.items
    types.value = kinds.items
    loaded.value = true
  }
  /** As this device knows them, until the hub can be asked. */
  function remember(channels: ChannelView[], kinds: ChannelTypeInfo[]): void {
    items.value = channels
    types.value = kinds
    loaded.value = true
  }
  function put(channel: ChannelView): void {
    const known = items.value.some((other) => other.id === channel.id)
    items.value = known ? items.value.map((other) => (other.id === channel.id ? { ...other, ...channel } : other)) : [...items.value, channel]
  }
  const byId = (id: string | null | undefined): ChannelView | undefined => items.value.find((channel) => channel.id === id)
  const typeOf = (type: string | undefined): ChannelTypeInfo | undefined => types.value.find((info) => info.id === type)
  const titleOf = (type: string): string => typeOf(type)?.title ?? type
  const abilities = (type: string | undefined): Capabilities | undefined => typeOf(type)?.capabilities
  return { items, types, loaded, standing, load, remember, put, byId, typeOf, titleOf, abilities }
})
