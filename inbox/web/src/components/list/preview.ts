/** What a row says of the last message. */
import { BarChart3, Dices, File, Image, Link2, MapPin, Mic, MousePointerClick, Music, Phone, ShoppingBag, Smile, Sticker, User, Video } from 'lucide-vue-next'
import type { Component } from 'vue'

export const KIND_ICONS: Record<string, Component> = {
  image: Image, album: Image, video: Video, video_note: Video, animation: Image, audio: Music, voice: Mic, sticker: Sticker, file: File,
  location: MapPin, contact_card: User, poll: BarChart3, dice: Dices, link: Link2, order: ShoppingBag, call: Phone, action: MousePointerClick, reaction: Smile,
}
