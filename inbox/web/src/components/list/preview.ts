/** What a row says of the last message. */
import { BarChart3, Dices, File, Image, Link2, MapPin, Mic, MousePointerClick, Music, Phone, ShoppingBag, Smile, Sticker, User, Video } from 'lucide-vue-next'
import type { Component } from 'vue'
import type { Attachment, Message, Preview } from '@/api/types'

export const KIND_ICONS: Record<string, Component> = {
  image: Image, album: Image, video: Video, video_note: Video, animation: Image, audio: Music, voice: Mic, sticker: Sticker, file: File,
  location: MapPin, contact_card: User, poll: BarChart3, dice: Dices, link: Link2, order: ShoppingBag, call: Phone, action: MousePointerClick, reaction: Smile,
}

/** The message that a search found, in the form of a preview. */
export function previewOf(message: Message): Preview {
  const file: Attachment | undefined = message.content.attachments?.[0]
  const block = message.content.blocks?.[0]
  return {
    text: message.content.text, kind: file?.kind ?? block?.type ?? 'text', direction: message.direction,
    author_name: message.author.name, at: message.at, delivery: message.delivery,
  }
}
