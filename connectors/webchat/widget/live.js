// News of the thread: a WebSocket, or asking again and again where none can be had.
import { backOff } from "./memory.js";

const SOCKET_TRIES = 3;
const PING_MS = 20000;

export class Live {
  constructor(api, on) {
    this.api = api;
    this.on = on; // { frame(frame), fresh(), lost(), denied() }
    this.wanted = false;
    this.run = 0;
    this.socket = null;
    this.neverOpened = 0;
  }

  start() {
    if (this.wanted) return;
    this.wanted = true;
    this.run += 1;
    this.loop(this.run);
  }

  stop() {
    this.wanted = false;
    this.run += 1;
    this.socket?.close();
    this.wake?.();
  }

  // The network is back: do not wait for the end of the pause.
  hurry() {
    this.wake?.();
  }

  send(frame) {
    if (this.socket?.readyState !== WebSocket.OPEN || !this.greeted) return false;
    this.socket.send(JSON.stringify(frame));
    return true;
  }

  async loop(run) {
    let attempt = 0;
    while (this.wanted && run === this.run) {
      const usable = "WebSocket" in window && this.neverOpened < SOCKET_TRIES;
      const worked = usable ? await this.follow(run) : await this.poll(run);
      if (!this.wanted || run !== this.run) return;
      this.on.lost();
      attempt = worked ? 0 : attempt + 1;
      await this.pause(backOff(attempt));
    }
  }

  pause(milliseconds) {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  // One connection from its opening to its end; tells whether it ever greeted us.
  follow(run) {
    return new Promise((resolve) => {
      const socket = new WebSocket(`${this.api.base.replace(/^http/, "ws")}/live`);
      this.socket = socket;
      this.greeted = false;
      let silent = 0;
      const watch = setInterval(() => {
        silent += 1;
        if (silent > 2) socket.close();
        else this.send({ type: "ping" });
      }, PING_MS);
      socket.onopen = () => {
        const authorization = this.api.authorization ?? "";
        socket.send(JSON.stringify({ type: "start", authorization }));
      };
      socket.onmessage = (event) => {
        silent = 0;
        const frame = JSON.parse(event.data);
        if (run !== this.run) return;
        if (frame.type === "hello") {
          this.greeted = true;
          this.neverOpened = 0;
        }
        if (frame.type === "hello" || frame.type === "missed") this.on.fresh();
        else this.on.frame(frame);
      };
      socket.onclose = (event) => {
        clearInterval(watch);
        const worked = this.greeted;
        this.greeted = false;
        if (event.code === 4401 && run === this.run) this.on.denied();
        else if (!worked && navigator.onLine) this.neverOpened += 1;
        resolve(worked);
      };
    });
  }

  async poll(run) {
    let cursor = null;
    try {
      while (this.wanted && run === this.run) {
        const query = cursor === null ? "" : `?after=${encodeURIComponent(cursor)}`;
        const news = await this.api.json("GET", `/poll${query}`);
        if (run !== this.run) return true;
        if (cursor === null || news.missed) this.on.fresh();
        cursor = news.cursor;
        news.frames.forEach((frame) => this.on.frame(frame));
      }
      return true;
    } catch (refusal) {
      if (refusal.status === 401) this.on.denied();
      this.neverOpened = SOCKET_TRIES - 1; // the next try is a WebSocket again
      return cursor !== null;
    }
  }
}
