import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { backoffMs } from '@/live/backoff'
import { LiveClient, type LiveHandlers, type Socket } from '@/live/client'
import type { EventFrame } from '@/live/frames'

class Line implements Socket {
  sent: Record<string, unknown>[] = []
  onopen: (() => void) | null = null
  onmessage: ((event: { data: string }) => void) | null = null
  onclose: (() => void) | null = null
  send(data: string): void { this.sent.push(JSON.parse(data) as Record<string, unknown>) }
  close(): void { this.onclose?.() }
  hear(frame: object): void { this.onmessage?.({ data: JSON.stringify(frame) }) }
}
const hello = { type: 'hello', cursor: 'c0', agent_id: 'a1', server_time: '2026-01-05T10:00:00Z' }
const event = (seq: number, partition = 1): object => ({ type: 'event', kind: 'conversation.changed', cursor: `c${seq}`, partition, seq, at: '', payload: {} })

describe('the live client', () => {
  let lines: Line[]
  let heard: EventFrame[]
  let told: Record<string, unknown[]>
  let client: LiveClient
  const last = (): Line => lines.at(-1) as Line

  beforeEach(() => {
    vi.useFakeTimers()
    lines = []
    heard = []
    told = { hello: [], time: [], reset: [], counts: [], state: [], refused: [] }
    const handlers: LiveHandlers = {
      event: (frame) => heard.push(frame), hello: ({ fresh }) => { told.hello?.push(fresh) }, time: (time) => { told.time?.push(time) }, reset: () => told.reset?.push(1),
      counts: (items) => told.counts?.push(items), state: (state) => told.state?.push(state), refused: () => told.refused?.push(1),
    }
    client = new LiveClient(handlers, () => { const line = new Line(); lines.push(line); return line })
    client.start()
    last().onopen?.()
  })
  afterEach(() => { client.stop(); vi.useRealTimers() })

  it('starts without a cursor and goes on from the last one after a break', () => {
    last().hear(hello)
    last().hear(event(7))
    last().onclose?.()
    vi.advanceTimersByTime(20_000)
    last().onopen?.()
    expect(lines[0]?.sent[0]).toEqual({ type: 'start', cursor: null })
    expect(last().sent[0]).toEqual({ type: 'start', cursor: 'c7' })
  })
  it('says whether what was before is known', () => {
    last().hear(hello)
    last().onclose?.()
    vi.advanceTimersByTime(20_000)
    last().onopen?.()
    last().hear(hello)
    expect(told.hello).toEqual([true, false])
  })
  it('drops repeated events of a partition, but not of another', () => {
    last().hear(hello)
    for (const frame of [event(5), event(5), event(4), event(6), event(5, 2)]) last().hear(frame)
    expect(heard.map((frame) => [frame.partition, frame.seq])).toEqual([[1, 5], [1, 6], [2, 5]])
  })
  it('passes on what has no seq', () => {
    last().hear(hello)
    last().hear({ type: 'event', kind: 'typing', cursor: 'c0', partition: null, seq: null, at: '', payload: {} })
    expect(heard).toHaveLength(1)
  })
  it('forgets what it has seen on a reset and goes on from the new cursor', () => {
    last().hear(hello)
    last().hear(event(9))
    last().hear({ type: 'reset', cursor: 'r1' })
    last().hear(event(3))
    expect(told.reset).toHaveLength(1)
    expect(heard.map((frame) => frame.seq)).toEqual([9, 3])
  })
  it('gives up a connection that greets nobody', () => {
    expect(lines).toHaveLength(1)
    vi.advanceTimersByTime(6_000)
    expect(told.state).toContain('offline')
    expect(lines.length).toBeGreaterThan(1)
  })
  it('notices silence', () => {
    last().hear(hello)
    vi.advanceTimersByTime(80_000)
    expect(told.state).toContain('offline')
  })
  const numbered = (number: number, frame: object): object => ({ ...frame, number })
  it('comes again from the last cursor in its turn when a frame was lost on the way', () => {
    last().hear(numbered(1, hello))
    last().hear(numbered(2, event(7)))
    last().hear(numbered(4, event(9)))
    expect(heard.map((frame) => frame.seq)).toEqual([7])
    vi.advanceTimersByTime(1_000)
    last().onopen?.()
    expect(last().sent[0]).toEqual({ type: 'start', cursor: 'c7' })
    last().hear(numbered(1, hello))
    for (const [index, seq] of [8, 9].entries()) last().hear(numbered(index + 2, event(seq)))
    expect(heard.map((frame) => frame.seq)).toEqual([7, 8, 9])
  })
  it('takes a frame that comes twice once, and counts none of it as a hole', () => {
    last().hear(numbered(1, hello))
    for (const number of [2, 2, 3]) last().hear(numbered(number, { type: 'event', kind: 'typing', cursor: 'c0', partition: null, seq: null, at: '', payload: {} }))
    expect(heard).toHaveLength(2)
    expect(lines).toHaveLength(1)
  })
  it('notices that the last frame was lost by the answer to its ping', () => {
    last().hear(numbered(1, hello))
    last().hear(numbered(3, { type: 'pong', server_time: '2026-01-05T10:00:20Z' }))
    expect(told.state?.at(-1)).toBe('offline')
  })
  it('is told the time of the hub with every pong', () => {
    last().hear(numbered(1, hello))
    last().hear(numbered(2, { type: 'pong', server_time: '2026-01-05T10:00:20Z' }))
    expect(told.time).toEqual([(hello as { server_time: string }).server_time, '2026-01-05T10:00:20Z'])
  })
  it('lets go of a line that does not answer when it is asked', () => {
    last().hear(hello)
    client.nudge()
    vi.advanceTimersByTime(6_000)
    expect(told.state).toContain('offline')
  })
  it('tries at once when nudged', () => {
    last().onclose?.()
    client.nudge()
    expect(lines).toHaveLength(2)
  })
})

describe('the back-off', () => {
  it('doubles up to 20 s and is half chance', () => {
    expect([0, 1, 2, 3, 20].map((attempt) => backoffMs(attempt, () => 1))).toEqual([500, 1000, 2000, 4000, 20_000])
    expect(backoffMs(2, () => 0)).toBe(1000)
  })
})
