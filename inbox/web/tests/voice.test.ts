import { describe, expect, it } from 'vitest'
import { lengthOf, oggOf, samplesOf } from '@/components/composer/voice/ogg'
import { opusOf } from '@/components/composer/voice/webm'

const HEAD = Uint8Array.from([...new TextEncoder().encode('OpusHead'), 1, 1, 0x38, 0x01, 0x80, 0xbb, 0, 0, 0, 0, 0])
const size = (length: number): number[] => [0x40 | (length >> 8), length & 255]
const element = (id: number[], content: number[]): number[] => [...id, ...size(content.length), ...content]
const UNKNOWN = [0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]
/** As a browser records it: segment and clusters without a size. */
function webm(packets: number[][], codec = 'A_OPUS'): Uint8Array {
  const track = element([0xae], [...element([0xd7], [1]), ...element([0x86], [...new TextEncoder().encode(codec)]), ...element([0x63, 0xa2], [...HEAD])])
  const blocks = packets.flatMap((packet) => element([0xa3], [0x81, 0, 0, 0x80, ...packet]))
  return Uint8Array.from([...element([0x1a, 0x45, 0xdf, 0xa3], [0x42, 0x82, 0x84, 0x77, 0x65, 0x62, 0x6d]), 0x18, 0x53, 0x80, 0x67, ...UNKNOWN, ...element([0x16, 0x54, 0xae, 0x6b], track), 0x1f, 0x43, 0xb6, 0x75, ...UNKNOWN, ...element([0xe7], [0]), ...blocks])
}
/** What a reader of Ogg sees: the packets, and the last page's time. */
function read(file: Uint8Array): { packets: Uint8Array[]; samples: number; last: number } {
  const view = new DataView(file.buffer, file.byteOffset)
  const packets: Uint8Array[] = []
  let [at, samples, last] = [0, 0, 0]
  while (at < file.length) {
    expect(new TextDecoder().decode(file.subarray(at, at + 4))).toBe('OggS')
    last = file[at + 5] ?? 0
    samples = Number(view.getBigUint64(at + 6, true))
    const pieces = file[at + 26] ?? 0
    let body = at + 27 + pieces
    let length = 0
    for (let index = 0; index < pieces; index++) {
      const piece = file[at + 27 + index] ?? 0
      length += piece
      if (piece < 255) { packets.push(file.slice(body, body + length)); body += length; length = 0 }
    }
    at = body
  }
  return { packets, samples, last }
}

describe('a voice message', () => {
  const packets = Array.from({ length: 120 }, (_, n) => [0x78, ...Array.from({ length: n === 7 ? 510 : 20 }, () => n)])
  it('is taken out of WebM and put into Ogg without a change of its sound', () => {
    const track = opusOf(webm(packets))
    const found = read(oggOf(track, 42))
    expect(found.packets.slice(2).map((one) => [...one])).toEqual(packets)
    expect([...(found.packets[0] ?? [])]).toEqual([...HEAD])
    expect(new TextDecoder().decode(found.packets[1]?.subarray(0, 8))).toBe('OpusTags')
  })
  it('says how long it is and where it ends', () => {
    const track = opusOf(webm(packets))
    const found = read(oggOf(track, 42))
    expect(lengthOf(track)).toBeCloseTo(2.4)
    expect([found.samples, found.last]).toEqual([120 * 960 + 0x138, 4])
  })
  it('has the checksum of Ogg', () => {
    const page = oggOf(opusOf(webm([[0x78, 1]])), 1)
    const view = new DataView(page.buffer)
    const stored = view.getUint32(22, true)
    const first = page.slice(0, 27 + 1 + HEAD.length)
    first.fill(0, 22, 26)
    let sum = 0
    for (const byte of first) { sum ^= byte << 24; for (let bit = 0; bit < 8; bit++) sum = (sum & 0x80000000 ? (sum << 1) ^ 0x04c11db7 : sum << 1) >>> 0 }
    expect(stored).toBe(sum >>> 0)
  })
  it('counts the samples of every kind of frame', () => {
    expect([[0x08], [0x78], [0xf8], [0x79], [0x7b, 3]].map((one) => samplesOf(Uint8Array.from(one)))).toEqual([960, 960, 960, 1920, 2880])
  })
  it('of another codec, or of no WebM at all, is refused', () => {
    expect(() => opusOf(webm(packets, 'A_VORBIS'))).toThrow(RangeError)
    expect(() => opusOf(Uint8Array.from([1, 2, 3]))).toThrow(RangeError)
  })
})
