/** Where a click on a notification leads: to the app where it is open, else to a new window of it. */

export interface Window { readonly focused: boolean; readonly visibilityState: string; postMessage(message: unknown): void; focus(): Promise<unknown> }

export async function lead(windows: readonly Window[], url: string, openWindow: (url: string) => Promise<unknown>): Promise<void> {
  const open = windows.find((one) => one.focused) ?? windows.find((one) => one.visibilityState === 'visible') ?? windows[0]
  if (!open) return void (await openWindow(url))
  // The page goes there by itself, so that nothing that is written in it is lost.
  open.postMessage({ type: 'open', url })
  await open.focus().catch(() => undefined) // Some systems let nobody come to the front.
}
