/** What a notification says, in a line. */
import type { Notification } from '@/api/types'
import { i18n } from '@/i18n'

export function headOf(one: Notification): string {
  const { t, te } = i18n.global
  const name = one.by?.name ?? t('notices.somebody')
  if (one.kind === 'status' && te(`notices.statuses.${one.details.status ?? ''}`)) return t(`notices.statuses.${one.details.status}`)
  if (one.kind === 'deadline' && one.details.percent === undefined) return t('notices.heads.breached')
  return t(`notices.heads.${one.kind}`, { name })
}
