import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { api } from '@/api/endpoints'
import type { Means, NotificationSettings } from '@/api/types'
import { useNotifications } from '@/stores/notifications'

const of = (...means: Means[]): NotificationSettings => ({ kinds: { assigned: means }, quiet: null } as unknown as NotificationSettings)
let answers: { settings: NotificationSettings; done: (kept: NotificationSettings) => void; failed: (why: Error) => void }[]

beforeEach(() => {
  setActivePinia(createPinia())
  answers = []
  vi.spyOn(api, 'changeNotificationSettings').mockImplementation((settings) => new Promise((done, failed) => answers.push({ settings, done, failed })))
})
afterEach(() => vi.restoreAllMocks())

test('what an earlier choice answers undoes no later one, and of those that wait the last is kept', async () => {
  const notifications = useNotifications()
  const first = notifications.choose(of('app'))
  await vi.waitFor(() => expect(answers).toHaveLength(1))
  const second = notifications.choose(of('app', 'sound'))
  const third = notifications.choose(of('sound'))

  answers[0]!.done(of('app'))
  await first
  expect(notifications.settings).toEqual(of('sound'))

  await second
  await vi.waitFor(() => expect(answers).toHaveLength(2))
  answers[1]!.done(of('sound'))
  await third
  expect(answers.map((one) => one.settings)).toEqual([of('app'), of('sound')])
  expect(notifications.settings).toEqual(of('sound'))
})

test('a choice that fails is taken back, and the next one is tried all the same', async () => {
  const notifications = useNotifications()
  notifications.settings = of('push')
  const first = notifications.choose(of('app'))
  await vi.waitFor(() => expect(answers).toHaveLength(1))
  answers[0]!.failed(new Error('no'))
  await expect(first).rejects.toThrow('no')
  expect(notifications.settings).toEqual(of('push'))

  const second = notifications.choose(of('sound'))
  await vi.waitFor(() => expect(answers).toHaveLength(2))
  answers[1]!.done(of('sound'))
  await second
  expect(notifications.settings).toEqual(of('sound'))
})
