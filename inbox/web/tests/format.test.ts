import { describe, expect, it } from 'vitest'
import { fieldsOf, settingsOf, valuesOf } from '@/components/admin/schemaForm'
import { fileProblem, meterOf } from '@/components/composer/limits'
import { snoozeTimes } from '@/components/thread/snoozeTimes'
import { initialsOf } from '@/format/people'
import { isBigEmoji, lengthIn, piecesOf, safeUrl } from '@/format/text'
import { filterOfKey, keyOfRoute, matches, routeOfKey } from '@/list/filter'
import type { Capabilities } from '@/api/types'
import { conversation } from './make'

const abilities: Capabilities = { max_text: 10, text_unit: 'utf16', max_caption: 0, album_max: 1, buttons: false, reply: true, edit: false, delete: false, reactions: false, media: [{ kind: 'image', max_bytes: 100, mimes: [] }] }

describe('text', () => {
  it('is cut at spans that overlap, in UTF-16 units', () => {
    const pieces = piecesOf('😀bold', [{ kind: 'bold', start: 2, length: 4 }, { kind: 'italic', start: 4, length: 2 }])
    expect(pieces.map((piece) => [piece.text, piece.kinds.join()])).toEqual([['😀', ''], ['bo', 'bold'], ['ld', 'bold,italic']])
  })
  it('finds plain links without the full stop', () => {
    expect(piecesOf('see https://a.example/x. ok').find((piece) => piece.url)?.text).toBe('https://a.example/x')
  })
  it('follows no dangerous address', () => {
    expect([safeUrl('javascript:alert(1)'), safeUrl('data:text/html,x'), safeUrl('nonsense')]).toEqual([null, null, null])
    expect(safeUrl('https://a.example')).toBe('https://a.example/')
  })
  it('is measured as the platform does', () => {
    expect([lengthIn('😀ж', 'utf16'), lengthIn('😀ж', 'characters'), lengthIn('😀ж', 'bytes')]).toEqual([3, 2, 6])
  })
  it('of a few emoji is big', () => {
    expect([isBigEmoji('😀'), isBigEmoji('👍🏽❤️'), isBigEmoji('ok 😀'), isBigEmoji('12')]).toEqual([true, true, false, false])
  })
})

describe('the composer', () => {
  it('says into how many messages a text goes', () => {
    expect(meterOf('x'.repeat(21), abilities)).toMatchObject({ used: 21, max: 10, parts: 3 })
    expect(meterOf('x', undefined)).toBeNull()
  })
  it('knows what the channel carries', () => {
    expect(fileProblem({ type: 'image/png', size: 50 }, abilities)).toBeNull()
    expect(fileProblem({ type: 'image/png', size: 500 }, abilities)).toEqual({ why: 'tooBig', max: 100 })
    expect(fileProblem({ type: 'application/pdf', size: 1 }, abilities)).toEqual({ why: 'notCarried' })
  })
})

describe('people', () => {
  it('have initials in any script, numbers have digits', () => {
    expect(['Мария Ковалёва', 'jane', '+44 7700 900 213', '@shop_bot', ''].map(initialsOf)).toEqual(['МК', 'J', '13', 'SB', '?'])
  })
})

describe('views', () => {
  it('hold what the hub would put there', () => {
    const one = conversation({ labels: ['vip'], assignee_id: 'x' })
    expect(['mine', 'unassigned', 'open', 'resolved', 'channel/ch', 'channel/other', 'label/vip'].map((key) => matches(filterOfKey(key), one, 'x', 0))).toEqual([true, false, true, false, true, false, true])
    expect(matches(filterOfKey('open'), { ...one, merged_into: 'c2' }, 'x', 0)).toBe(false)
  })
  it('stand in addresses and queries', () => {
    expect(keyOfRoute(routeOfKey('channel/ch'))).toBe('channel/ch')
    expect(filterOfKey('label/vip')).toEqual({ status: 'open', label: 'vip' })
  })
})

describe('the form of a channel', () => {
  const fields = fieldsOf({
    type: 'object', required: ['token'], $defs: { Mode: { enum: ['poll', 'hook'], type: 'string' } },
    properties: { token: { type: 'string', format: 'password', writeOnly: true }, port: { anyOf: [{ type: 'integer' }, { type: 'null' }], default: 25 }, mode: { $ref: '#/$defs/Mode' }, names: { type: 'array', items: { type: 'string' } }, tls: { type: 'boolean', default: true } },
  })
  it('is made from the schema', () => {
    expect(fields.map((field) => [field.key, field.kind, field.required])).toEqual([['token', 'secret', true], ['port', 'number', false], ['mode', 'choice', false], ['names', 'list', false], ['tls', 'boolean', false]])
  })
  it('is in the words of the reader where the connector has them', () => {
    const [token, port] = fieldsOf({ properties: { token: { title: 'Token', description: 'From the console.' }, port: { title: 'Port' } } }, { token: { title: 'Токен', description: 'Из консоли.' } })
    expect([token?.title, token?.help, port?.title]).toEqual(['Токен', 'Из консоли.', 'Port'])
  })
  it('names what is missing and keeps a secret that is set', () => {
    const values = valuesOf(fields)
    expect(settingsOf(fields, values).wrong).toEqual({ token: 'needed' })
    expect(settingsOf(fields, values, () => true).wrong).toEqual({})
  })
  it('gives the settings back in their types', () => {
    expect(settingsOf(fields, { token: 't', port: '587', mode: 'poll', names: 'a\n\nb', tls: false }).settings).toEqual({ token: 't', port: 587, mode: 'poll', names: ['a', 'b'], tls: false })
  })
})

describe('snoozing', () => {
  it('offers times ahead', () => {
    const friday = new Date(2026, 0, 9, 11, 30)
    expect(snoozeTimes(friday).map((time) => [time.key, time.at.getDay(), time.at.getHours()])).toEqual([['hour', 5, 12], ['evening', 5, 18], ['tomorrow', 6, 9], ['monday', 1, 9]])
    expect(snoozeTimes(new Date(2026, 0, 11, 20)).map((time) => time.key)).toEqual(['hour', 'tomorrow'])
  })
})
