import { defineStore } from 'pinia'
import { ref } from 'vue'

export const useKeysDialog = defineStore('keys', () => ({ open: ref(false) }))
