import { beforeEach, describe, expect, it, vi } from 'vitest'
import { APART_MS, Gathering, type Pace } from '@/live/gathering'

describe('what the live connection tells', () => {
  let now: number
  let paints: (() => void)[]
  let hidden: boolean
  let told: number[]
  let news: Gathering
  const paint = (): void => { const due = paints; paints = []; due.forEach((one) => one()) }
  const tell = (...numbers: number[]): void => numbers.forEach((number) => news.add(() => { told.push(number) }))

  beforeEach(() => {
    vi.useFakeTimers()
    now = 1000
    paints = []
    hidden = false
    told = []
    const pace: Pace = { soon: (callback) => paints.push(callback), now: () => now, hidden: () => hidden }
    news = new Gathering(pace)
    return () => vi.useRealTimers()
  })

  it('is applied together before the next paint, in its order', () => {
    tell(1, 2, 3)
    expect([told, paints.length]).toEqual([[], 1])
    paint()
    expect(told).toEqual([1, 2, 3])
  })
  it('waits a moment after what was applied last', () => {
    tell(1)
    paint()
    tell(2)
    expect(paints).toEqual([])
    vi.advanceTimersByTime(APART_MS)
    paint()
    expect(told).toEqual([1, 2])
  })
  it('is applied in several turns when it takes long, and what comes meanwhile stands last', () => {
    const slow = (number: number): void => news.add(() => { told.push(number); now += 50; if (number === 1) tell(9) })
    slow(1)
    slow(2)
    paint()
    expect(told).toEqual([1])
    vi.advanceTimersByTime(APART_MS)
    now += APART_MS
    paint()
    expect(told).toEqual([1, 2])
    vi.advanceTimersByTime(APART_MS)
    paint()
    expect(told).toEqual([1, 2, 9])
  })
  it('is applied at once where nobody looks, and when all of it is asked for', () => {
    tell(1)
    news.flush()
    expect(told).toEqual([1])
    hidden = true
    tell(2)
    expect(told).toEqual([1, 2])
    paint()
    expect(told).toEqual([1, 2])
  })
  it('goes on after one that failed', () => {
    news.add(() => { throw new Error('broken') })
    tell(2)
    expect(paint).toThrow('broken')
    vi.advanceTimersByTime(APART_MS)
    paint()
    expect(told).toEqual([2])
  })
  it('is not applied any more once the connection is given up', () => {
    tell(1)
    news.clear()
    paint()
    expect(told).toEqual([])
  })
})
