/** Addresses of mails as people write them in a field, and as the hub has them. Pure. */
import type { MailAddress } from '@/api/types'

const ONE = /\s*(?:(?:"((?:[^"\\]|\\.)*)"|([^<>,;"]*?))\s*<([^<>\s,;]+)>|([^<>\s,;"]+))\s*(?:[,;\n]|$)/y
const ADDRESS = /^[^\s@<>",;:]{1,64}@[^\s@<>",;:]{1,255}$/

/** `wrong` is the first piece that is no address. */
export function addressesOf(text: string): { found: MailAddress[]; wrong: string | null } {
  const found: MailAddress[] = []
  const rest = text.trim().replace(/[,;]+$/, '')
  ONE.lastIndex = 0
  while (ONE.lastIndex < rest.length) {
    const at = ONE.lastIndex
    const piece = ONE.exec(rest)
    const email = piece?.[3] ?? piece?.[4] ?? ''
    if (!piece || !ADDRESS.test(email)) return { found, wrong: rest.slice(at).split(/[,;\n]/)[0]?.trim() ?? rest }
    const name = (piece[1]?.replace(/\\(.)/g, '$1') ?? piece[2] ?? '').trim()
    found.push({ email, ...(name ? { name } : {}) })
  }
  return { found, wrong: null }
}
