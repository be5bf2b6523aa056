/** What one tab tells the others of the same browser: that somebody signed in or out. */
export type TabNews = 'in' | 'out'

const channel = 'BroadcastChannel' in globalThis ? new BroadcastChannel('hub.session') : null

export function tellTabs(news: TabNews): void { channel?.postMessage(news) }
export function onTabs(handler: (news: TabNews) => void): void {
  if (channel) channel.onmessage = (event: MessageEvent<TabNews>) => handler(event.data)
}
