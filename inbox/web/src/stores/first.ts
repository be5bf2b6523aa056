/** A conversation that an agent begins: with whom, and from which one it goes on. */
import { defineStore } from 'pinia'
import { ref, shallowRef } from 'vue'
import type { Conversation } from '@/api/types'

export const useFirst = defineStore('first', () => {
  const open = ref(false)
  const from = shallowRef<Conversation | null>(null)

  /** With anybody; or with the customer of a conversation, which goes on in another channel. */
  function begin(conversation: Conversation | null = null): void {
    from.value = conversation
    open.value = true
  }
  return { open, from, begin }
})
