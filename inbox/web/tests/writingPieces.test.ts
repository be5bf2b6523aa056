import { describe, expect, it } from 'vitest'
import { fit, ranked } from '@/components/composer/fuzzy'
import { fileProblem, ONE_SCREEN, screenOf, screenSizeFor } from '@/components/composer/limits'
import { mentionAt, mentionsIn } from '@/components/composer/mentions'
import { pointOf } from '@/components/composer/place'
import { sendTimes } from '@/components/composer/sendTimes'
import { slashAt } from '@/components/composer/slash'
import { variantFor } from '@/components/composer/variants'
import { EMOJI, foundEmoji } from '@/components/composer/emoji'
import { addressKind } from '@/components/first/firstAddress'
import { hourIn } from '@/format/zones'
import { conversation } from './make'

describe('one telephone screen', () => {
  it('is full behind its last character and line', () => {
    const over = (text: string): boolean => (screenOf(text, ONE_SCREEN)?.share ?? 0) >= 1
    expect([over('a'.repeat(600)), over('a'.repeat(601))]).toEqual([false, true])
    expect([over('x\n'.repeat(11) + 'x'), over('x\n'.repeat(12) + 'x')]).toEqual([false, true])
  })
  it('counts characters as people do', () => {
    expect(screenOf('👍👍', ONE_SCREEN)?.chars).toBe(2)
  })
  it('is that of the channel, else of its type, else of all; a mail has none of itself', () => {
    const size = (chars: number, ids: string[] = [], types: string[] = []) => ({ channel_ids: ids, channel_types: types, chars, lines: 9 })
    const sizes = [size(1), size(2, [], ['vk']), size(3, ['shop'])]
    expect(screenSizeFor(sizes, { id: 'shop', type: 'vk' })?.chars).toBe(3)
    expect(screenSizeFor(sizes, { id: 'other', type: 'vk' })?.chars).toBe(2)
    expect(screenSizeFor(sizes, { id: 'other', type: 'telegram' })?.chars).toBe(1)
    expect(screenSizeFor(sizes, { id: 'box', type: 'email' })).toBeNull()
    expect(screenSizeFor([], { id: 'x', type: 'webchat' })).toEqual(ONE_SCREEN)
  })
})
describe('files', () => {
  const abilities = { max_text: 1, text_unit: 'utf16' as const, max_caption: 0, album_max: 1, buttons: false, reply: false, edit: false, delete: false, reactions: false, media: [{ kind: 'image', max_bytes: 100, mimes: ['image/png'] }] }
  it('are refused by kind, type, size and emptiness, each by its name', () => {
    expect(fileProblem({ type: 'image/png', size: 50 }, abilities)).toBeNull()
    expect(fileProblem({ type: 'image/png', size: 101 }, abilities)).toEqual({ why: 'tooBig', max: 100 })
    expect(fileProblem({ type: 'image/tiff', size: 50 }, abilities)).toEqual({ why: 'type', mime: 'image/tiff' })
    expect(fileProblem({ type: 'audio/ogg', size: 50 }, abilities)).toEqual({ why: 'notCarried' })
    expect(fileProblem({ type: 'image/png', size: 0 }, abilities)).toEqual({ why: 'empty' })
  })
})
describe('names in a note', () => {
  const people = [{ kind: 'agent' as const, id: 'a', name: 'Kim' }, { kind: 'agent' as const, id: 'b', name: 'Kim Berg' }, { kind: 'team' as const, id: 't', name: 'Billing' }]
  it('are begun by a sign at the beginning of a word', () => {
    expect(mentionAt('ask @ki', 7)).toEqual({ from: 4, words: 'ki' })
    expect(mentionAt('mail@ki', 7)).toBeNull()
    expect(mentionAt('@Kim Be', 7)).toEqual({ from: 0, words: 'Kim Be' })
  })
  it('are found with their places, the longer one first', () => {
    expect(mentionsIn('@Kim Berg and @Kim, @Billing @Kimono', people)).toEqual([
      { agent_id: 'b', start: 0, length: 9 }, { agent_id: 'a', start: 14, length: 4 }, { team_id: 't', start: 20, length: 8 },
    ])
  })
})
describe('a slash', () => {
  it('begins a word anywhere, but is no part of one', () => {
    expect(slashAt('Hi /un', 6)).toEqual({ from: 3, words: '/un' })
    expect(slashAt('https://un', 10)).toBeNull()
    expect(slashAt('a /b c', 6)).toBeNull()
  })
  it('finds by letters in their order, the better fit first', () => {
    expect(fit('unwy', 'underway')).toBeGreaterThan(0)
    expect(fit('wu', 'underway')).toBe(0)
    expect(ranked(['later', 'translate', 'late'], 'late', (one) => [[one, 1]])).toEqual(['late', 'later', 'translate'])
  })
  it('shows the text for the channel and the language as the hub chooses it', () => {
    const reply = { id: 'c', name: 'c', shortcut: 'c', text: 'plain', variants: [{ language: 'ru', text: 'ru' }, { channel_type: 'telegram', text: 'tg' }, { channel_type: 'telegram', language: 'ru', text: 'tg-ru' }] }
    expect(variantFor(reply, conversation({ language: 'ru-RU' }))).toBe('tg-ru')
    expect(variantFor(reply, conversation({ language: 'de' }))).toBe('tg')
    expect(variantFor(reply, conversation({ channel_type: 'vk', language: 'ru' }))).toBe('ru')
  })
})
describe('a place', () => {
  it('is read from numbers and the addresses of maps', () => {
    const wanted = { latitude: 55.752, longitude: 37.6175 }
    for (const text of ['55.752, 37.6175', '55.752 37.6175', 'https://www.openstreetmap.org/#map=16/55.752/37.6175', 'https://www.google.com/maps/@55.752,37.6175,15z', 'https://yandex.ru/maps/?ll=37.6175%2C55.752&z=16']) expect(pointOf(text)).toEqual(wanted)
    expect(pointOf('somewhere 5')).toBeNull()
    expect(pointOf('95.1, 10.0')).toBeNull()
  })
})
describe('sending later', () => {
  it('means the morning of where the customer is', () => {
    const now = new Date('2026-03-27T22:30:00Z') // a Saturday already in Vladivostok
    expect(hourIn('Asia/Vladivostok', now, 1, 9).toISOString()).toBe('2026-03-28T23:00:00.000Z')
    expect(sendTimes(now, 'Asia/Vladivostok').map((one) => one.key)).toEqual(['hour', 'tomorrow', 'monday'])
  })
  it('keeps to the clock when it is changed in the night between', () => {
    expect(hourIn('Europe/Berlin', new Date('2026-03-28T12:00:00Z'), 1, 9).toISOString()).toBe('2026-03-29T07:00:00.000Z')
  })
})
describe('emoji', () => {
  it('are found by a word of either language, and each stands once', () => {
    expect(foundEmoji('deliv')[0]?.emoji).toBe('🚚')
    expect(foundEmoji('доставка')[0]?.emoji).toBe('🚚')
    expect(new Set(EMOJI.map((one) => one.emoji)).size).toBe(EMOJI.length)
    expect(EMOJI.every((one) => one.en && one.ru)).toBe(true)
  })
})
describe('a first address', () => {
  it('is a mail address or a number with its country', () => {
    expect(['anna@example.com', '+49 30 1234567', '030 1234567', 'anna', '@anna'].map(addressKind)).toEqual(['email', 'phone', null, null, null])
  })
})
