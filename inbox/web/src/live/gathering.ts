/**
 * What the live connection tells is applied together, once per paint and not at every frame that comes: a burst
 * costs one drawing of the list instead of dozens. The order stays, and nothing waits in a page that nobody sees.
 */
export interface Pace {
  /** Call back before the next paint, or soon where nothing is painted. */
  soon: (callback: () => void) => void
  /** Milliseconds, from any beginning. */
  now: () => number
  hidden: () => boolean
}
/** What was applied is left to be read, and painted, for so long: a message still stands there within 100 ms. */
export const APART_MS = 50
/** So long the page is kept busy by what came in; the rest is applied at the next turn. */
const TURN_MS = 8

export const browserPace: Pace = {
  soon: (callback) => {
    let done = false
    const once = (): void => { if (!done) { done = true; callback() } }
    requestAnimationFrame(once)
    setTimeout(once, APART_MS)
  },
  now: () => performance.now(),
  hidden: () => document.visibilityState === 'hidden',
}

export class Gathering {
  private jobs: (() => void)[] = []
  private planned = false
  private last = -Infinity

  constructor(private readonly pace: Pace = browserPace) {}

  add(job: () => void): void {
    this.jobs.push(job)
    if (this.pace.hidden()) this.flush()
    else if (!this.planned) this.plan()
  }
  /** Apply all of it now. */
  flush(): void {
    this.run(Infinity)
  }
  /** What waits is not applied any more. */
  clear(): void { this.jobs = [] }

  private plan(): void {
    this.planned = true
    const wait = this.last + APART_MS - this.pace.now()
    const turn = (): void => this.pace.soon(() => { this.planned = false; this.run(TURN_MS) })
    if (wait > 0) setTimeout(turn, wait)
    else turn()
  }
  private run(ms: number): void {
    const jobs = this.jobs
    const until = this.pace.now() + ms
    let done = 0
    this.jobs = []
    try {
      while (done < jobs.length && (done === 0 || this.pace.now() < until)) (jobs[done++] as () => void)()
    } finally {
      this.last = this.pace.now()
      // What came in meanwhile stands behind what was left.
      this.jobs = [...jobs.slice(done), ...this.jobs]
      if (this.jobs.length > 0 && !this.planned) this.plan()
    }
  }
}
