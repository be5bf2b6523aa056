/** Once the page has been painted as it stands now, or soon where nothing is painted. */
const AT_MOST_MS = 250

export const painted = (): Promise<void> => new Promise((done) => {
  requestAnimationFrame(() => setTimeout(done))
  setTimeout(done, AT_MOST_MS)
})
