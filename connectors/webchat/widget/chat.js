// One chat on a page: puts the parts together and decides what happens when.
import { Bubbles } from "./bubble.js";
import { Composer } from "./composer.js";
import { Form } from "./form.js";
import { Live } from "./live.js";
import { Log } from "./log.js";
import { Outbox } from "./outbox.js";
import { Panel } from "./panel.js";
import { Thread } from "./thread.js";

const TYPING_EVERY_MS = 3000;
const LOST_AFTER_MS = 4000;
const MARKS_AT_ONCE = 100;

export class Chat {
  constructor({ api, memory, words, config }) {
    Object.assign(this, { api, memory, words, config });
    this.thread = new Thread();
    this.previews = new Map();
    this.told = new Set();
    this.connected = true;
    this.queue = null;
    this.refused = null;
    this.outbox = new Outbox(api, memory, {
      changed: () => this.draw(),
      flowing: () => this.found(),
      stuck: () => this.lost(),
      denied: () => this.denied(),
      unintroduced: () => this.unintroduced(),
    });
    this.live = new Live(api, {
      frame: (frame) => this.frame(frame),
      fresh: () => this.fresh(),
      lost: () => this.lost(),
      denied: () => this.denied(),
    });
    api.introduced = () => {
      this.outbox.adopt();
      this.live.start();
      this.outbox.pump();
    };
    this.build();
  }

  build() {
    const { words, config, api, previews } = this;
    const bubbles = new Bubbles({
      words,
      api,
      previews,
      find: (id) => this.thread.known.find((one) => one.id === id || one.ids.includes(id)),
      on: {
        press: (message, button) => this.press(message, button),
        again: (id) => this.outbox.again(id),
        discard: (id) => this.outbox.remove(id),
        enlarge: (url, file) => this.panel.enlarge(url, file),
        grown: () => this.log.grown(),
      },
    });
    this.log = new Log(words, bubbles, {
      earlier: () => this.earlier(),
      atEnd: () => this.markRead(),
    });
    this.composer = new Composer({
      words,
      config,
      previews,
      on: {
        send: (text, files) => this.send(text, files),
        upload: (file, progress, voice) => this.upload(file, progress, voice),
        typing: () => this.typing(),
        draft: (text) => this.memory.write("draft", text || null),
      },
    });
    this.form = new Form({
      words,
      asked: config.form,
      submit: (said) => this.introduce(said),
    });
    this.panel = new Panel({
      words,
      config,
      form: this.form,
      log: this.log,
      composer: this.composer,
      on: {
        opened: () => this.markRead(),
        closed: () => this.draw(),
      },
    });
    this.composer.restore(this.memory.read("draft"));
  }

  start() {
    if (this.config.require_signed && !this.api.user) this.refused = this.words.say("signed_only");
    if (this.api.known && !this.refused) this.live.start();
    this.outbox.pump();
    addEventListener("online", () => this.hurry());
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState !== "visible") return;
      this.hurry();
      this.markRead();
    });
    addEventListener("storage", () => this.draw());
    this.draw();
  }

  hurry() {
    this.live.hurry();
    this.outbox.hurry();
  }

  // Another user of the site, or none: another thread.
  identify(user) {
    this.live.stop();
    this.api.user = user;
    this.refused = this.config.require_signed && !user ? this.words.say("signed_only") : null;
    this.thread.clear();
    this.told.clear();
    if (this.api.known && !this.refused) this.live.start();
    this.outbox.pump();
    this.draw();
  }

  denied() {
    this.live.stop();
    if (this.api.user) {
      this.refused = this.words.say("refused");
    } else if (!this.config.require_signed && this.api.token) {
      // The token is no longer good: go on as a new visitor, with what waits to be sent.
      const waiting = this.outbox.items;
      this.memory.write(this.outbox.slot, null);
      this.api.forget();
      this.memory.write(this.outbox.slot, waiting);
      this.thread.clear();
      this.outbox.pump();
    }
    this.draw();
  }

  async fresh() {
    this.queue = null; // what still holds is told anew
    try {
      const page = await this.api.json("GET", "/messages");
      this.thread.take(page.items, page.next, true);
      this.found();
      this.settle();
      this.outbox.hurry();
    } catch (refusal) {
      if (refusal.status === 401) this.denied();
      else this.again ??= setTimeout(() => this.freshAgain(), Math.max(2000, refusal.retryAfter * 1000));
    }
  }

  freshAgain() {
    this.again = null;
    this.fresh();
  }

  async earlier() {
    const page = await this.api.json("GET", `/messages?before=${encodeURIComponent(this.thread.older)}`);
    this.log.sticks = false;
    this.thread.take(page.items, page.next, false);
    this.draw();
  }

  frame(frame) {
    if (frame.type === "message") {
      this.thread.put(frame.message);
      if (frame.message.from === "hub" && !frame.message.edited) this.log.hideTyping();
      this.settle();
    } else if (frame.type === "typing") {
      this.log.showTyping(frame.name);
    } else if (frame.type === "queue") {
      this.queue = frame.place === null ? null : frame;
      this.draw();
    } else if (frame.type === "refused") {
      frame.ids.forEach((id) => this.told.delete(`${frame.state} ${id}`));
      setTimeout(() => this.settle(), frame.retry_after_s * 1000);
    }
  }

  // A short break is not worth a word.
  lost() {
    this.losing ??= setTimeout(() => {
      this.connected = false;
      this.draw();
    }, LOST_AFTER_MS);
  }

  found() {
    clearTimeout(this.losing);
    this.losing = null;
    if (this.connected) return;
    this.connected = true;
    this.draw();
  }

  settle() {
    this.outbox.settled(this.thread.externalIds());
    this.mark("delivered", this.thread.undelivered().flatMap((message) => message.ids));
    this.draw();
    this.markRead();
  }

  markRead() {
    if (!this.panel.opened || document.visibilityState !== "visible" || !this.log.nearEnd) return;
    const last = this.thread.unread().at(-1)?.ids.at(-1);
    if (last) this.mark("read", [last]);
  }

  mark(state, ids) {
    const fresh = ids.filter((id) => !this.told.has(`${state} ${id}`)).slice(0, MARKS_AT_ONCE);
    if (fresh.length === 0) return;
    fresh.forEach((id) => this.told.add(`${state} ${id}`));
    if (this.live.send({ type: state, ids: fresh })) return;
    this.api.json("POST", "/receipts", { state, ids: fresh }).catch(() => {
      fresh.forEach((id) => this.told.delete(`${state} ${id}`));
    });
  }

  send(text, files) {
    const body = { text, attachments: files.map((file) => file.file), ...this.surroundings() };
    this.outbox.add(body, files);
    if (this.api.known) this.live.start();
  }

  press(message, button) {
    if (button.kind === "reply") {
      this.outbox.add({ text: button.label, ...this.surroundings() });
      return;
    }
    const press = { message: message.ids.at(-1), value: button.value, label: button.label };
    this.outbox.add({ press, ...this.surroundings() });
  }

  surroundings() {
    const page = { url: location.href.slice(0, 2000), title: document.title.slice(0, 200) || null };
    return { page, language: this.words.language };
  }

  async upload(file, progress, voice) {
    await this.api.introduce();
    return this.api.upload(file, progress, voice);
  }

  // What the visitor says once is kept: should the token be lost, it is said again for them.
  async introduce(said) {
    this.memory.write("introduction", said);
    try {
      await this.api.introduce();
    } catch (refusal) {
      // Without a connection it is said along with the first message.
      if (!refusal.passing) {
        this.memory.write("introduction", null);
        throw refusal;
      }
    }
    this.draw();
    this.composer.input.focus();
  }

  // The hub wants to know more than it was told: what was written waits meanwhile.
  unintroduced() {
    this.memory.write("introduction", null);
    this.draw();
  }

  // A stranger is asked before the first message; whoever has written before is known.
  get asks() {
    return this.form.wanted && !this.api.known && !this.refused && !this.memory.read("introduction");
  }

  typing() {
    const now = Date.now();
    if (!this.api.known || now - (this.typedAt ?? 0) < TYPING_EVERY_MS) return;
    this.typedAt = now;
    if (!this.live.send({ type: "typing" }) && this.connected) {
      this.api.json("POST", "/typing").catch(() => {});
    }
  }

  draw() {
    const greeting = this.config.greeting ?? this.words.say("greeting");
    const messages = this.thread.list(this.outbox.items);
    this.log.draw(messages, { older: this.thread.older, greeting });
    this.panel.unread(this.thread.unread().length);
    const { connected, refused, queue } = this;
    this.panel.tell({ connected, refused, queue, asks: this.asks });
  }
}
