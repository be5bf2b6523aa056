/** What a place or a contact card says where it comes back as text. Pure. */
import type { ContactCardBlock, LocationBlock } from '@/api/types'

export function blockWords(block: LocationBlock | ContactCardBlock): string {
  if (block.type === 'location') return [block.title, block.address, `${block.latitude}, ${block.longitude}`].filter(Boolean).join('\n')
  return [block.name, ...(block.phones ?? []), ...(block.emails ?? [])].join('\n')
}
