/**
 * The one live connection. It goes on from its last cursor after a break, with back-off and jitter, and
 * drops what it has seen: events of a partition are applied once, in the order of their seq.
 * The frames of a connection are numbered: a hole means that one was lost or overtaken, and the connection is made
 * anew from the cursor of the last frame that came in its turn.
 */
import { backoffMs } from './backoff'
import type { EventFrame, Frame } from './frames'

export type LiveState = 'idle' | 'connecting' | 'online' | 'offline'

export interface LiveHandlers {
  event: (frame: EventFrame) => void
  counts: (items: { key: string; count: number }[]) => void
  /** Connected. `fresh`: nothing is known of the time before, so everything shown is to be read anew. */
  hello: (hello: { fresh: boolean; agentId: string | null }) => void
  /** The hub's clock, with every greeting and every pong. */
  time: (serverTime: string) => void
  reset: () => void
  /** A frame that is no event and carries no cursor. */
  other?: (frame: Frame) => void
  state: (state: LiveState) => void
  /** A connection ended before it stood; perhaps the session is over. */
  refused: () => void
}

export interface Socket {
  send(data: string): void
  close(code?: number): void
  onopen: (() => void) | null
  onmessage: ((event: { data: string }) => void) | null
  onclose: (() => void) | null
}
export type Connect = () => Socket

const PING_MS = 20_000
const SILENCE_MS = 50_000
/** Whoever was asked whether they are there, because something says they are not, answers within this. */
const PROBE_MS = 5_000
/** How long a connection may take to greet us; later attempts are given more. */
const connectMs = (attempt: number): number => Math.min(15_000, 4_000 + attempt * 2_000)

export function browserSocket(): Socket {
  const scheme = location.protocol === 'https:' ? 'wss' : 'ws'
  return new WebSocket(`${scheme}://${location.host}/api/v1/live`) as unknown as Socket
}

export class LiveClient {
  private socket: Socket | null = null
  private cursor: string | null = null
  private readonly seen = new Map<number, number>()
  private attempt = 0
  private greeted = false
  private retry: ReturnType<typeof setTimeout> | null = null
  private greeting: ReturnType<typeof setTimeout> | null = null
  private beat: ReturnType<typeof setInterval> | null = null
  private probe: ReturnType<typeof setTimeout> | null = null
  private heardAt = 0
  /** The number of the last frame of this connection. */
  private number = 0
  private running = false

  constructor(
    private readonly handlers: LiveHandlers,
    private readonly connect: Connect = browserSocket,
  ) {}

  start(): void {
    if (this.running) return
    this.running = true
    this.open()
  }

  stop(): void {
    this.running = false
    this.drop()
    this.cursor = null
    this.seen.clear()
    this.handlers.state('idle')
  }

  /** The network came or went, or the page is looked at again: see whether the line stands, else try now. */
  nudge(): void {
    if (!this.running) return
    if (this.greeted) {
      this.socket?.send(JSON.stringify({ type: 'ping' }))
      this.probe ??= setTimeout(() => this.lost(), PROBE_MS)
      return
    }
    this.attempt = 0
    this.drop()
    this.open()
  }

  send(frame: Record<string, unknown>): void {
    if (this.greeted) this.socket?.send(JSON.stringify(frame))
  }

  private open(): void {
    this.handlers.state('connecting')
    this.number = 0
    const socket = this.connect()
    this.socket = socket
    this.greeting = setTimeout(() => this.lost(), connectMs(this.attempt))
    socket.onopen = () => {
      this.heardAt = Date.now()
      socket.send(JSON.stringify({ type: 'start', cursor: this.cursor }))
      this.beat = setInterval(() => this.check(), PING_MS)
    }
    socket.onmessage = (event) => {
      if (socket !== this.socket) return
      this.heardAt = Date.now()
      if (this.probe !== null) clearTimeout(this.probe)
      this.probe = null
      const frame = JSON.parse(event.data) as Frame
      const number = frame.number ?? this.number + 1
      if (number <= this.number) return
      if (number > this.number + 1) return this.lost()
      this.number = number
      this.receive(frame)
    }
    socket.onclose = () => { if (socket === this.socket) this.lost() }
  }

  private check(): void {
    if (Date.now() - this.heardAt > SILENCE_MS) this.lost()
    else this.socket?.send(JSON.stringify({ type: 'ping' }))
  }

  private drop(): void {
    if (this.retry !== null) clearTimeout(this.retry)
    if (this.beat !== null) clearInterval(this.beat)
    if (this.greeting !== null) clearTimeout(this.greeting)
    if (this.probe !== null) clearTimeout(this.probe)
    this.retry = this.beat = this.greeting = this.probe = null
    const socket = this.socket
    this.socket = null
    this.greeted = false
    if (socket) {
      socket.onopen = socket.onmessage = socket.onclose = null
      socket.close()
    }
  }

  private lost(): void {
    const stood = this.greeted
    this.drop()
    if (!this.running) return
    this.handlers.state('offline')
    if (!stood) this.handlers.refused()
    this.retry = setTimeout(() => { if (this.running) this.open() }, backoffMs(this.attempt++))
  }

  private receive(frame: Frame): void {
    switch (frame.type) {
      case 'hello': {
        const fresh = this.cursor === null
        this.greeted = true
        if (this.greeting !== null) clearTimeout(this.greeting)
        this.cursor ??= frame.cursor
        this.handlers.time(frame.server_time)
        this.handlers.state('online')
        this.handlers.hello({ fresh, agentId: frame.agent_id })
        break
      }
      case 'event':
        this.accept(frame)
        break
      case 'counts':
        this.handlers.counts(frame.items)
        break
      case 'reset':
        this.cursor = frame.cursor
        this.seen.clear()
        this.handlers.reset()
        break
      case 'pong':
        // A line that only greets and breaks again is not called healed: its back-off goes on growing.
        this.attempt = 0
        if (frame.server_time) this.handlers.time(frame.server_time)
        break
      default:
        this.handlers.other?.(frame)
    }
  }

  private accept(frame: EventFrame): void {
    if (frame.cursor) this.cursor = frame.cursor
    if (frame.partition !== null && frame.partition !== undefined && frame.seq !== null && frame.seq !== undefined) {
      if (frame.seq <= (this.seen.get(frame.partition) ?? -1)) return
      this.seen.set(frame.partition, frame.seq)
    }
    this.handlers.event(frame)
  }
}
