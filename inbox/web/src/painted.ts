/** Once the page has been painted as it stands now, or soon where nothing is painted. */
const AT_MOST_MS = 250

export const painted = (): Promise<void> => new Promise((done) => {
  requestAnimationFrame(() => setTimeout(done))
  setTimeout(done, AT_MOST_MS)
})

/** A moment later, when what the page needed first is there: the time to read ahead. */
const REST_MS = 400
export const rested = async (): Promise<void> => {
  await painted()
  await new Promise((done) => setTimeout(done, REST_MS))
}
