// Messages on their way: kept until the hub has confirmed them, sent in order, one tab at a time.
import { backOff, newId } from "./memory.js";

const CONFIRMED_KEPT_MS = 86400000;

export class Outbox {
  constructor(api, memory, on) {
    this.api = api;
    this.memory = memory;
    this.on = on; // { changed(), flowing(), stuck(), denied(), unintroduced() }
    this.running = false;
  }

  get slot() {
    return `outbox.${this.api.who}`;
  }

  get items() {
    return this.memory.read(this.slot) ?? [];
  }

  add(body, files = []) {
    const at = new Date().toISOString();
    const item = { body: { id: newId(), ...body }, files, at, state: "sending" };
    this.memory.write(this.slot, [...this.items, item]);
    this.on.changed();
    this.pump();
    return item.body.id;
  }

  update(id, change) {
    const next = this.items.map((item) => (item.body.id === id ? { ...item, ...change } : item));
    this.memory.write(this.slot, next);
    this.on.changed();
  }

  remove(id) {
    this.memory.write(this.slot, this.items.filter((item) => item.body.id !== id));
    this.on.changed();
  }

  again(id) {
    this.update(id, { state: "sending", reason: null });
    this.pump();
  }

  // What was written before the visitor had a name goes along under it.
  adopt() {
    const nameless = "outbox.new";
    const before = this.memory.read(nameless) ?? [];
    if (before.length === 0 || this.slot === nameless) return;
    this.memory.write(this.slot, [...this.items, ...before]);
    this.memory.write(nameless, null);
  }

  // It stands in the history now, or is known to be confirmed.
  settled(ids) {
    const done = new Set(ids);
    const old = (item) =>
      item.state === "sent" && Date.now() - Date.parse(item.at) > CONFIRMED_KEPT_MS;
    const left = this.items.filter((item) => !done.has(item.body.id) && !old(item));
    if (left.length !== this.items.length) this.memory.write(this.slot, left);
  }

  hurry() {
    this.wake?.();
    this.pump();
  }

  async pump() {
    this.asked = true;
    if (this.running) return;
    this.running = true;
    try {
      // Without locks two tabs may send the same: the same id makes that harmless.
      const alone = (work) => navigator.locks?.request(this.memory.prefix + "send", work) ?? work();
      while (this.asked) {
        this.asked = false;
        await alone(() => this.drain());
      }
    } finally {
      this.running = false;
    }
  }

  async drain() {
    let attempt = 0;
    for (;;) {
      const item = this.items.find((waiting) => waiting.state === "sending");
      if (!item) return;
      try {
        await this.api.introduce();
        await this.api.json("POST", "/messages", item.body);
        this.update(item.body.id, { state: "sent" });
        this.on.flowing();
        attempt = 0;
      } catch (refusal) {
        if (refusal.status === 401) {
          this.on.denied();
          return;
        }
        if (refusal.status === 422 && !this.api.known) {
          this.on.unintroduced();
          return;
        }
        if (refusal.passing) {
          this.on.stuck();
          await this.pause(Math.max(backOff(attempt), refusal.retryAfter * 1000));
          attempt += 1;
        } else {
          this.update(item.body.id, { state: "failed", reason: refusal.message });
        }
      }
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
}
