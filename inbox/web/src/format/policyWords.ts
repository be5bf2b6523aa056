/** What the parts of policy documents are called; what has no words yet is spoken as it is written. */
import { i18n } from '@/i18n'

const spoken = (key: string): string => { const words = key.replaceAll('_', ' '); return words.charAt(0).toUpperCase() + words.slice(1) }

export function policyKey(key: string): string {
  const { t, te } = i18n.global
  return te(`policies.keys.${key}`) ? t(`policies.keys.${key}`) : spoken(key)
}
/** A word of a closed set. */
export function policyValue(value: string): string {
  const { t, te } = i18n.global
  return te(`policies.values.${value}`) ? t(`policies.values.${value}`) : spoken(value)
}
