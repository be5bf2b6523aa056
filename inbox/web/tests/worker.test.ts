import { describe, expect, it } from 'vitest'
import { deviceName } from '@/notices/deviceName'
import { isQuiet } from '@/notices/quiet'
import { lead, type Window } from '@/sw/click'
import { noticeOf } from '@/sw/notice'
import { wayOf } from '@/sw/requests'

const ORIGIN = 'https://hub.example.com'
const KEPT = new Set(['/index.html', '/assets/index-1.js'])
const way = (path: string, mode = 'cors', method = 'GET'): string => wayOf(method, mode, new URL(path, ORIGIN), ORIGIN, KEPT)

describe('what the worker keeps', () => {
  it('is the app alone: nothing of the API, nor of what customers see, passes through it', () => {
    for (const path of ['/api/v1/conversations', '/api/v1/attachments/a/b', '/api/docs', '/webchat/site', '/widget.js', '/hooks/x', '/demo/site', '/simulators/']) {
      expect([path, way(path, 'navigate')]).toEqual([path, 'network'])
      expect([path, way(path)]).toEqual([path, 'network'])
    }
  })
  it('is every page of the app and the files that it names', () => {
    expect(way('/inbox/open/c1', 'navigate')).toBe('page')
    expect(way('/assets/index-1.js')).toBe('file')
    expect(way('/assets/index-2.js')).toBe('network')
    expect(way('/widgets', 'navigate')).toBe('page')
  })
  it('is nothing of elsewhere and nothing that changes something', () => {
    expect(way('https://elsewhere.example/assets/index-1.js')).toBe('network')
    expect(way('/inbox', 'navigate', 'POST')).toBe('network')
  })
})

describe('a push', () => {
  it('is shown whatever it says, and leads into the app only', () => {
    expect(noticeOf('nonsense').title).toBe('Omnihub')
    expect(noticeOf('null').options.data.url).toBe('/')
    for (const url of ['https://evil.example', '//evil.example', 'javascript:alert(1)', 7]) expect(noticeOf(JSON.stringify({ url })).options.data.url).toBe('/')
    const shown = noticeOf(JSON.stringify({ title: 'Anna', body: 'hi', tag: 'c1', url: '/inbox/open/c1', at: '2026-01-05T09:00:00Z' }))
    expect([shown.title, shown.options.tag, shown.options.data.url, shown.options.timestamp]).toEqual(['Anna', 'c1', '/inbox/open/c1', Date.parse('2026-01-05T09:00:00Z')])
  })
})

describe('a click on a notification', () => {
  function window(look: Partial<Window> = {}): Window & { heard: unknown[]; focused: boolean } {
    const heard: unknown[] = []
    return { focused: false, visibilityState: 'hidden', heard, postMessage: (message) => heard.push(message), focus: () => Promise.reject(new Error('not allowed')), ...look }
  }
  it('leads the window that somebody looks at there, without loading it anew', async () => {
    const [hidden, looked] = [window(), window({ visibilityState: 'visible' })]
    await lead([hidden, looked], '/inbox/open/c1', () => Promise.reject(new Error('none is to be opened')))
    expect([hidden.heard, looked.heard]).toEqual([[], [{ type: 'open', url: '/inbox/open/c1' }]])
  })
  it('opens a window where there is none', async () => {
    const opened: string[] = []
    await lead([], '/inbox/open/c1', (url) => { opened.push(url); return Promise.resolve(null) })
    expect(opened).toEqual(['/inbox/open/c1'])
  })
})

describe('quiet hours', () => {
  const hours = { start: '22:00', end: '08:00', time_zone: 'Europe/Berlin', days_off: [5] }
  it.each([['2026-01-05T20:59:00Z', false], ['2026-01-05T21:00:00Z', true], ['2026-01-06T06:59:00Z', true], ['2026-01-06T07:00:00Z', false], ['2026-01-10T12:00:00Z', true]])('at %s: %s', (at, quiet) => {
    expect(isQuiet(hours, Date.parse(at))).toBe(quiet)
  })
  it('are none where none are set', () => { expect(isQuiet(null, Date.now())).toBe(false) })
})

describe('the name of a device', () => {
  it.each([
    ['Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0', 'Firefox, Linux'],
    ['Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0', 'Edge, Windows'],
    ['Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1', 'Safari, iOS'],
    ['', 'Browser'],
  ])('of %s', (agent, name) => { expect(deviceName(agent)).toBe(name) })
})
