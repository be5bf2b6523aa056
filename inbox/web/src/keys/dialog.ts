import { defineStore } from 'pinia'
import { ref } from 'vue'

/** The list of keys, and the palette. */
export const useKeysDialog = defineStore('keys', () => ({ open: ref(false), palette: ref(false) }))
