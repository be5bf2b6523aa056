import { describe, expect, it } from 'vitest'
import type { Span, Template } from '@/api/types'
import { addressesOf } from '@/format/addresses'
import { moved, toggled, trimmed } from '@/format/spans'
import { emptyFor, isFull, requestOf, said } from '@/format/templates'
import { countdown } from '@/format/time'
import { headBefore, headFits, headOf } from '@/components/composer/mailHead'
import { setLanguage } from '@/i18n'
import { conversation } from './make'

const bold = (start: number, length: number): Span => ({ kind: 'bold', start, length })

describe('formatting', () => {
  it.each([
    ['typed before it', 'say hi', 'do say hi', [bold(4, 2)], [bold(7, 2)]],
    ['typed after it', 'say hi', 'say hi you', [bold(4, 2)], [bold(4, 2)]],
    ['typed within it', 'hello', 'he!llo', [bold(0, 5)], [bold(0, 6)]],
    ['half of it taken away', 'one two', 'one', [bold(0, 7)], [bold(0, 3)]],
    ['its words taken away', 'one two', 'one ', [bold(4, 3)], []],
    ['all of it replaced', 'abc', 'xyz', [bold(0, 3)], []],
    ['its beginning replaced', 'abcdef', 'axxef', [bold(2, 4)], [bold(3, 2)]],
  ])('keeps to its words: %s', (_, before, after, spans, expected) => {
    expect(moved(spans, before, after)).toEqual(expected)
  })
  it('is set, joined, and taken away where all of the range has it', () => {
    const once = toggled([], 'bold', 0, 4)
    const more = toggled(once, 'bold', 2, 8)
    expect([once, more]).toEqual([[bold(0, 4)], [bold(0, 8)]])
    expect(toggled(more, 'bold', 3, 5)).toEqual([bold(0, 3), bold(5, 3)])
  })
  it('has one link on a word', () => {
    const first = toggled([], 'link', 0, 4, 'https://one.example/')
    expect(toggled(first, 'link', 0, 4, 'https://two.example/').map((span) => span.url)).toEqual(['https://two.example/'])
    expect(toggled(first, 'link', 0, 4)).toEqual([])
  })
  it('loses what the blanks around the text had', () => {
    expect(trimmed('  hi  ', [bold(0, 6)])).toEqual({ text: 'hi', spans: [bold(0, 2)] })
  })
})

describe('the head of a mail', () => {
  const mail = conversation({ thread_kind: 'email', context: { to: '"Doe, Jane" <jane@c.example>', cc: 'bo@c.example', subject: 'Order' } })
  it('reads addresses as people write them', () => {
    expect(addressesOf('"Doe, Jane" <jane@c.example>, bo@c.example; Al <al@c.example>').found).toEqual([{ email: 'jane@c.example', name: 'Doe, Jane' }, { email: 'bo@c.example' }, { email: 'al@c.example', name: 'Al' }])
    expect(addressesOf('bo@c.example, nobody').wrong).toBe('nobody')
    expect(addressesOf('a <b').wrong).toBe('a <b')
  })
  it('is as the mail that is answered until it is changed', () => {
    const before = headBefore(mail)
    expect(before.subject).toBe('Re: Order')
    expect(headOf(mail, before)).toBeNull()
    expect(headOf(mail, { ...before, subject: 'Refund' })).toEqual({ subject: 'Refund' })
    expect(headOf(mail, { ...before, cc: '' })).toEqual({ to: [{ email: 'jane@c.example', name: 'Doe, Jane' }], cc: [] })
    expect(headOf(mail, { ...before, bcc: 'boss@shop.example' })).toEqual({ bcc: [{ email: 'boss@shop.example' }] })
    expect([headFits({ ...before, to: '' }), headFits({ ...before, cc: 'x' }), headFits(before)]).toEqual([false, false, true])
  })
})

describe('a template', () => {
  const template: Template = {
    name: 'order_ready', language: 'en', status: 'approved', category: null, named: false, header: { format: 'text', text: 'Order {{1}}', variables: ['1'] },
    body: 'Hello {{1}}, {{2}} is ready.', variables: ['1', '2'], footer: null, buttons: [{ type: 'url', text: 'Track', url: 'https://s.example/{{1}}', variable: true, required: true }],
  }
  it('says what is filled in, and the names of what is not', () => {
    const filled = { ...emptyFor(template), header: ['42'], body: ['Anna', ''] }
    expect(said(template, filled)).toBe('Order 42\n\nHello Anna, {{2}} is ready.')
    expect(isFull(template, filled, false)).toBe(false)
    const full = { header: ['42'], body: ['Anna', 'it'], buttons: { 0: '42' } }
    expect(isFull(template, full, false)).toBe(true)
    expect(requestOf(template, full)).toEqual({ name: 'order_ready', language: 'en', header: [{ text: '42' }], body: [{ text: 'Anna' }, { text: 'it' }], buttons: [{ index: 0, value: '42' }] })
  })
  it('counts down to the end of the window', () => {
    setLanguage('en')
    expect([23 * 3_600_000 + 5 * 60_000, 754_000, -5].map(countdown)).toEqual(['23 h 5 min', '12:34', '0:00'])
  })
})
