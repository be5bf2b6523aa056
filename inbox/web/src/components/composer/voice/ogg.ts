/** Opus packets as an Ogg file (RFC 3533, RFC 7845): what messengers take for a voice message. Pure. */
import type { OpusTrack } from './webm'

/** A page holds at most 255 pieces of 255 bytes; about a second of speech keeps well below. */
const PACKETS_PER_PAGE = 50
const HEADER_BYTES = 27
const BEGINS = 2
const ENDS = 4
const VENDOR = 'omnihub'

export function oggOf(track: OpusTrack, serial: number): Uint8Array {
  const pages: Uint8Array[] = [page([track.head], BEGINS, 0, serial, 0), page([tags()], 0, 0, serial, 1)]
  const skip = (track.head[10] ?? 0) | ((track.head[11] ?? 0) << 8)
  let samples = skip
  for (const packets of paged(track.packets)) {
    const last = packets.at(-1) === track.packets.at(-1)
    samples += packets.reduce((sum, packet) => sum + samplesOf(packet), 0)
    pages.push(page(packets, last ? ENDS : 0, samples, serial, pages.length))
  }
  return joined(pages)
}
/** In seconds. */
export const lengthOf = (track: OpusTrack): number => track.packets.reduce((sum, packet) => sum + samplesOf(packet), 0) / 48_000

/** At 48 kHz, by the first byte (RFC 6716, 3.1). */
export function samplesOf(packet: Uint8Array): number {
  const toc = packet[0] ?? 0
  const mode = toc >> 3
  const frame = mode < 12 ? [480, 960, 1920, 2880][mode & 3] : mode < 16 ? [480, 960][mode & 1] : [120, 240, 480, 960][mode & 3]
  const code = toc & 3
  const frames = code === 0 ? 1 : code === 3 ? (packet[1] ?? 0) & 63 : 2
  return (frame ?? 0) * frames
}

function paged(packets: readonly Uint8Array[]): Uint8Array[][] {
  const pages: Uint8Array[][] = []
  let pieces = 0
  for (const packet of packets) {
    const own = Math.floor(packet.length / 255) + 1
    const open = pages.at(-1)
    if (open && open.length < PACKETS_PER_PAGE && pieces + own <= 255) { open.push(packet); pieces += own } else { pages.push([packet]); pieces = own }
  }
  return pages
}
function page(packets: readonly Uint8Array[], flags: number, samples: number, serial: number, number: number): Uint8Array {
  const table = packets.flatMap((packet) => [...Array.from({ length: Math.floor(packet.length / 255) }, () => 255), packet.length % 255])
  const made = joined([new Uint8Array(HEADER_BYTES), Uint8Array.from(table), ...packets])
  const view = new DataView(made.buffer)
  made.set(new TextEncoder().encode('OggS'))
  view.setUint8(5, flags)
  view.setBigUint64(6, BigInt(samples), true)
  view.setUint32(14, serial, true)
  view.setUint32(18, number, true)
  view.setUint8(26, table.length)
  view.setUint32(22, checksum(made), true)
  return made
}
function tags(): Uint8Array {
  const vendor = new TextEncoder().encode(VENDOR)
  const made = new Uint8Array(8 + 4 + vendor.length + 4)
  made.set(new TextEncoder().encode('OpusTags'))
  new DataView(made.buffer).setUint32(8, vendor.length, true)
  made.set(vendor, 12)
  return made
}
function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const made = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0))
  let at = 0
  for (const piece of pieces) { made.set(piece, at); at += piece.length }
  return made
}
/** CRC-32 of Ogg: polynomial 04c11db7, not reflected, from zero. */
const TABLE = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index << 24
  for (let bit = 0; bit < 8; bit++) value = value & 0x80000000 ? (value << 1) ^ 0x04c11db7 : value << 1
  return value >>> 0
})
function checksum(bytes: Uint8Array): number {
  let sum = 0
  for (const byte of bytes) sum = ((sum << 8) ^ (TABLE[((sum >>> 24) ^ byte) & 0xff] ?? 0)) >>> 0
  return sum
}
