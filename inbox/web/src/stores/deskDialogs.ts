/** Which dialog about a conversation is open; anything on the screen may open one. */
import { defineStore } from 'pinia'
import { ref } from 'vue'

export type DeskDialog = 'escalate' | 'handOver' | 'wait'

export const useDeskDialogs = defineStore('deskDialogs', () => {
  const which = ref<DeskDialog | null>(null)
  const conversation = ref('')
  function show(dialog: DeskDialog, id: string): void {
    conversation.value = id
    which.value = dialog
  }
  const close = (): void => { which.value = null }
  return { which, conversation, show, close }
})
