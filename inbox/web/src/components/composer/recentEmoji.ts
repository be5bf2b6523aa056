/** The emoji that were used last on this device. */

const RECENT = 'hub.emoji'
const MOST = 18
export function recentEmoji(): string[] {
  try {
    return (JSON.parse(localStorage.getItem(RECENT) ?? '[]') as unknown[]).filter((one): one is string => typeof one === 'string').slice(0, MOST)
  } catch {
    return []
  }
}
export function rememberEmoji(emoji: string): void {
  localStorage.setItem(RECENT, JSON.stringify([emoji, ...recentEmoji().filter((one) => one !== emoji)].slice(0, MOST)))
}
