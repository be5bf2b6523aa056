/**
 * The Opus packets of a WebM file as browsers record it: one track, simple blocks without lacing, sizes known or
 * not. Pure. Element ids are those of RFC 9559 (Matroska).
 */

export interface OpusTrack { head: Uint8Array; packets: Uint8Array[] }

const EBML = 0x1a45dfa3
const SEGMENT = 0x18538067
const CLUSTER = 0x1f43b675
const TRACKS = 0x1654ae6b
const TRACK_ENTRY = 0xae
const CODEC_ID = 0x86
const CODEC_PRIVATE = 0x63a2
const SIMPLE_BLOCK = 0xa3
const BLOCK_GROUP = 0xa0
const BLOCK = 0xa1
const INSIDE = new Set([SEGMENT, CLUSTER, TRACKS, TRACK_ENTRY, BLOCK_GROUP])
const LACING = 0x06

/** Throws `RangeError` for what is no such file. */
export function opusOf(file: Uint8Array): OpusTrack {
  const track: OpusTrack = { head: new Uint8Array(), packets: [] }
  let codec = ''
  let at = 0
  while (at < file.length) {
    const id = readNumber(file, at, true)
    if (at === 0 && id.value !== EBML) throw new RangeError('this is no WebM')
    const size = readNumber(file, at + id.length, false)
    const start = at + id.length + size.length
    if (INSIDE.has(id.value)) { at = start; continue }
    if (size.unknown) throw new RangeError('an element without a size')
    const stop = Math.min(start + size.value, file.length)
    const content = file.subarray(start, stop)
    if (id.value === CODEC_ID) codec = new TextDecoder().decode(content)
    else if (id.value === CODEC_PRIVATE) track.head = content.slice()
    else if (id.value === SIMPLE_BLOCK || id.value === BLOCK) track.packets.push(packetOf(content))
    at = stop
  }
  if (codec !== 'A_OPUS' || track.head.length < 19) throw new RangeError('its sound is not Opus')
  return track
}

/** Track number, two bytes of time, flags, and then the packet. */
function packetOf(block: Uint8Array): Uint8Array {
  const { length } = readNumber(block, 0, false)
  if (((block[length + 2] ?? 0) & LACING) !== 0) throw new RangeError('laced blocks')
  return block.slice(length + 3)
}

/** A number whose first byte tells its length; an id keeps that mark, a size loses it. */
function readNumber(file: Uint8Array, at: number, mark: boolean): { value: number; length: number; unknown: boolean } {
  const first = file[at] ?? 0
  const length = Math.clz32(first) - 23
  if (first === 0 || at + length > file.length) throw new RangeError('the file ends too early')
  let value = mark ? first : first & (0xff >> length)
  let ones = (first & (0xff >> length)) === 0xff >> length
  for (let index = 1; index < length; index++) {
    const byte = file[at + index] ?? 0
    value = value * 256 + byte
    ones &&= byte === 0xff
  }
  return { value, length, unknown: ones }
}
