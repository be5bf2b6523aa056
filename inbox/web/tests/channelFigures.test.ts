import { describe, expect, it } from 'vitest'
import { figuresOf, lateBy } from '@/components/admin/channelFigures'

const say = (key: string, values: Record<string, string | number>): string => `${key.split('.').at(-1)} ${Object.values(values).join(' ')}`

describe('the figures of a channel', () => {
  it('tell what came in and went out, also when that is nothing', () => {
    expect(figuresOf(undefined, say, 'en').map((figure) => figure.words)).toEqual(['received 0', 'sent 0'])
  })
  it('name failures with their share of all sends, and mark them', () => {
    const figures = figuresOf({ received: 9, sent: 18, failed: 1, unknown: 1 }, say, 'en')
    expect(figures.map((figure) => figure.words)).toEqual(['received 9', 'sent 18', 'notSent 1 5%', 'unknown 1 5%'])
    expect(figures.map((figure) => figure.bad)).toEqual([false, false, true, true])
  })
  it('speak of a lag only from a minute on', () => {
    expect([lateBy(null), lateBy(3), lateBy(90)]).toEqual([null, null, 90_000])
  })
})
