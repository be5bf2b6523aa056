/** How people and channels look: initials, colours, badges. Pure. */

const COLOURS = ['#b45309', '#1d4ed8', '#7c3aed', '#0f766e', '#be185d', '#334155', '#15803d', '#a16207', '#b91c1c', '#0e7490']

export function colourOf(id: string): string {
  let hash = 0
  for (let index = 0; index < id.length; index++) hash = (hash * 31 + id.charCodeAt(index)) >>> 0
  return COLOURS[hash % COLOURS.length] as string
}

/** First letters of the first two words; for a number its last two digits. */
export function initialsOf(name: string): string {
  const words = name.replace(/^@/, '').split(/[\s._-]+/u).filter((word) => /[\p{L}\p{N}]/u.test(word))
  const letters = words.map((word) => [...word].find((sign) => /\p{L}/u.test(sign))).filter((sign) => sign !== undefined)
  if (letters.length > 0) return letters.slice(0, 2).join('').toLocaleUpperCase()
  const digits = name.replace(/\D/g, '')
  return digits ? digits.slice(-2) : '?'
}

const BADGES: Record<string, { colour: string; letter: string }> = {
  telegram: { colour: 'var(--tg)', letter: 'T' }, vk: { colour: 'var(--vk)', letter: 'V' }, whatsapp: { colour: 'var(--wa)', letter: 'W' },
  email: { colour: 'var(--mail)', letter: '@' }, webchat: { colour: 'var(--web)', letter: 'C' }, max: { colour: 'var(--max)', letter: 'M' },
}
export function channelBadge(type: string): { colour: string; letter: string } {
  return BADGES[type] ?? { colour: 'var(--hook)', letter: (type[0] ?? '?').toUpperCase() }
}
