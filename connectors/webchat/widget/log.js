// The list of messages: redraws what changed, keeps the reader's place.
import { element, icon } from "./dom.js";

const NEAR_END_PX = 80;

export class Log {
  constructor(words, bubbles, on) {
    this.words = words;
    this.bubbles = bubbles;
    this.on = on; // { earlier(), atEnd() }
    this.drawn = new Map();
    const earlier = { class: "earlier", type: "button", hidden: true, onclick: () => on.earlier() };
    this.earlier = element("button", earlier, words.say("earlier"));
    this.greeting = element("div", { class: "greeting" });
    this.list = element("div", {
      class: "list",
      role: "log",
      "aria-live": "polite",
      "aria-label": words.say("log"),
    });
    const dots = [element("i"), element("i"), element("i")];
    this.typist = element("span", { class: "hidden" });
    this.typing = element(
      "div",
      { class: "typing", role: "status", hidden: true, "data-testid": "webchat-typing" },
      element("span", { class: "dots", "aria-hidden": "true" }, ...dots),
      this.typist,
    );
    const down = { class: "below", type: "button", hidden: true, "aria-label": words.say("below") };
    this.below = element("button", down, icon("down"));
    this.below.addEventListener("click", () => this.toEnd());
    this.scroller = element(
      "div",
      { class: "scroller", tabindex: "0" },
      this.earlier,
      this.greeting,
      this.list,
      this.typing,
    );
    this.scroller.addEventListener("scroll", () => this.scrolled());
    this.root = element("div", { class: "log" }, this.scroller, this.below);
  }

  get nearEnd() {
    const { scrollHeight, scrollTop, clientHeight } = this.scroller;
    return scrollHeight - scrollTop - clientHeight < NEAR_END_PX;
  }

  toEnd() {
    this.scroller.scrollTop = this.scroller.scrollHeight;
    this.below.hidden = true;
  }

  scrolled() {
    this.sticks = this.nearEnd;
    if (!this.nearEnd) return;
    this.below.hidden = true;
    this.on.atEnd();
  }

  // An image has its size now.
  grown() {
    if (this.sticks !== false) this.toEnd();
  }

  draw(messages, { older, greeting }) {
    const stayed = this.sticks !== false;
    const fromEnd = this.scroller.scrollHeight - this.scroller.scrollTop;
    const lastBefore = this.last;
    this.earlier.hidden = !older;
    this.greeting.textContent = older ? "" : greeting;
    this.greeting.hidden = Boolean(older) || !greeting;
    this.place(messages);
    const newest = messages.at(-1);
    this.last = newest && newest.ids[0];
    const grew = this.last !== lastBefore;
    if (stayed || (grew && newest.from === "customer" && newest.pending)) this.toEnd();
    else if (grew) this.below.hidden = false;
    else this.scroller.scrollTop = this.scroller.scrollHeight - fromEnd;
  }

  place(messages) {
    const wanted = [];
    let day = "";
    let previous = null;
    for (const message of messages) {
      const moment = new Date(message.at);
      if (moment.toDateString() !== day) {
        day = moment.toDateString();
        wanted.push(this.keep(`day ${day}`, this.words.dayOf(moment), (label) =>
          element("div", { class: "day" }, label),
        ));
        previous = null;
      }
      const key = message.from === "customer" ? (message.ids[0] ?? message.id) : message.id;
      // Nothing on the screen tells how far our messages have come.
      const shown = message.from === "hub" ? { ...message, state: "" } : message;
      const node = this.keep(key, JSON.stringify(shown), () => this.bubbles.draw(message));
      node.dataset.state = message.state;
      const same = previous?.from === message.from && previous?.author === message.author;
      node.classList.toggle("follows", same);
      wanted.push(node);
      previous = message;
    }
    const keep = new Set(wanted);
    for (const child of [...this.list.children]) if (!keep.has(child)) child.remove();
    wanted.forEach((node, index) => {
      if (this.list.children[index] !== node) {
        this.list.insertBefore(node, this.list.children[index] ?? null);
      }
    });
  }

  // The element of this key, drawn anew only when what it shows has changed.
  keep(key, shown, make) {
    const known = this.drawn.get(key);
    if (known?.shown === shown) return known.node;
    const node = make(shown);
    this.drawn.set(key, { shown, node });
    return node;
  }

  showTyping(name) {
    clearTimeout(this.typingTimer);
    this.typist.textContent = `${name || this.words.say("us")} ${this.words.say("typing")}`;
    this.typing.hidden = false;
    this.grown();
    this.typingTimer = setTimeout(() => this.hideTyping(), 6000);
  }

  hideTyping() {
    clearTimeout(this.typingTimer);
    this.typing.hidden = true;
    this.typist.textContent = "";
  }
}
