import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { http } from '@/api/client'
import { foremost } from '@/api/foremost'

describe('what somebody waits for', () => {
  let asked: string[]
  let answer: Record<string, () => void>

  beforeEach(() => {
    vi.useFakeTimers()
    asked = []
    answer = {}
    globalThis.fetch = ((input: RequestInfo | URL) => {
      const path = String(input).replace('/api/v1', '')
      asked.push(path)
      return new Promise((done) => { answer[path] = () => done(new Response('{}', { status: 200 })) })
    }) as typeof fetch
  })
  afterEach(async () => { await vi.advanceTimersByTimeAsync(1000); vi.useRealTimers() })

  it('is read and shown before what stands beside it is asked for', async () => {
    const thread = foremost(() => http.get('/thread'))
    const beside = http.get('/beside')
    expect(asked).toEqual(['/thread'])
    answer['/thread']?.()
    await thread
    expect(asked).toEqual(['/thread'])
    await vi.advanceTimersByTimeAsync(50)
    expect(asked).toEqual(['/thread', '/beside'])
    answer['/beside']?.()
    await beside
  })
  it('holds up nothing that is written', () => {
    void foremost(() => http.get('/thread'))
    void http.post('/write')
    expect(asked).toEqual(['/thread', '/write'])
  })
  it('holds up nothing for long, nor after it has failed', async () => {
    void foremost(() => http.get('/slow'))
    void http.get('/beside')
    await vi.advanceTimersByTimeAsync(250)
    expect(asked).toEqual(['/slow', '/beside'])
    await foremost(() => Promise.reject(new Error('gone'))).catch(() => undefined)
    await vi.advanceTimersByTimeAsync(0)
    void http.get('/after')
    expect(asked).toEqual(['/slow', '/beside', '/after'])
  })
  it('is not held up by what was waited for before', () => {
    void foremost(() => http.get('/first'))
    void foremost(() => http.get('/second'))
    expect(asked).toEqual(['/first', '/second'])
  })
})
