// The menu "+": what a customer of this platform can send beside text.

import { base64, make } from "./dom.js";
import { word } from "./words.js";

const SIGNS = {
  file: "📎", album: "🖼", photo: "🖼", image: "🖼", video: "🎬", animation: "🎞", voice: "🎤", video_note: "⏺",
  audio: "🎵", sticker: "🟧", graffiti: "🖌", location: "📍", venue: "🏠", live_location: "🛰", contact: "👤",
  poll: "📊", dice: "🎲", order: "🛒", product: "🏷", flow: "📋", forward: "↪", new: "✉", html: "📰", call: "📞", read: "👀",
};
const SAMPLES = {
  photo: ["box.jpg", "image/jpeg"],
  image: ["box.jpg", "image/jpeg"],
  video: ["film.mp4", "video/mp4"],
  animation: ["film.mp4", "video/mp4"],
  voice: ["voice.ogg", "audio/ogg"],
  video_note: ["round.mp4", "video/mp4"],
  audio: ["song.mp3", "audio/mpeg"],
  sticker: ["sticker.webp", "image/webp"],
  graffiti: ["sticker.webp", "image/webp"],
};

// What an act of a kind says beside its type; text that stands in the field goes along.
function details(kind, text) {
  const say = word("samples");
  switch (kind) {
    case "venue":
      return { title: say.place, address: say.address };
    case "poll":
      return { question: text || say.question, options: say.options };
    case "contact":
      return { name: say.friend, phone: "+79990001122" };
    case "dice":
      return { value: 1 + Math.floor(Math.random() * 6) };
    case "forward":
      return { name: say.friend, text: text || say.forwarded };
    case "order":
      return { product: "kettle", quantity: 2, price: 19.5, text };
    case "product":
      return { product: "kettle", text: text || say.product };
    case "new":
      return { text: text || say.question2 };
    case "html":
      return { html: say.html, text: say.plain };
    default:
      return {};
  }
}

async function sample(name, mime) {
  const file = await (await fetch(`/simulators/samples/${name}`)).blob();
  return { name, mime, data_base64: await base64(file) };
}

export class Kinds {
  constructor(phone) {
    this.phone = phone;
    this.button = make("button", { type: "button", className: "icon", textContent: "+" });
    this.button.dataset.testid = "phone-attach";
    this.button.setAttribute("aria-haspopup", "menu");
    this.button.addEventListener("click", () => this.toggle(this.menu.hidden));
    this.menu = make("div", { className: "kinds", hidden: true });
    this.menu.setAttribute("role", "menu");
    this.menu.addEventListener("keydown", (event) => this.key(event));
    this.element = make("div", { className: "attach" }, this.button, this.menu);
    document.addEventListener("click", (event) => {
      if (!this.element.contains(event.target)) {
        this.toggle(false);
      }
    });
  }

  repaint() {
    this.button.setAttribute("aria-label", word("attach"));
    this.button.title = word("attach");
    const kinds = Object.keys(SIGNS).filter((kind) => kind === "file" || this.phone.can(kind));
    this.menu.replaceChildren(
      ...kinds.map((kind) => {
        const item = make("button", { type: "button" });
        item.append(make("i", { textContent: SIGNS[kind] }), word("kinds")[kind]);
        item.setAttribute("role", "menuitem");
        item.dataset.testid = `phone-kind-${kind}`;
        item.addEventListener("click", () => this.send(kind));
        return item;
      }),
    );
  }

  toggle(on) {
    this.menu.hidden = !on;
    this.button.setAttribute("aria-expanded", String(on));
    if (on) {
      this.menu.firstChild?.focus();
    }
  }

  key(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const items = [...this.menu.children];
    if (step) {
      event.preventDefault();
      items[(items.indexOf(document.activeElement) + step + items.length) % items.length].focus();
    } else if (event.key === "Escape") {
      this.toggle(false);
      this.button.focus();
    }
  }

  async send(kind) {
    this.toggle(false);
    const { phone } = this;
    if (kind === "file") {
      phone.file.click();
      return;
    }
    const text = phone.input.value.trim();
    const action = { type: kind, ...(text ? { text } : {}), ...details(kind, text) };
    if (kind === "new") {
      const subject = window.prompt(word("subjectPrompt"), word("samples").subject);
      if (!subject) {
        return;
      }
      action.subject = subject;
    }
    if (SAMPLES[kind]) {
      Object.assign(action, await sample(...SAMPLES[kind]));
    } else if (kind === "album") {
      action.attachments = [await sample("box.jpg", "image/jpeg"), await sample("kettle.jpg", "image/jpeg")];
    }
    if (await phone.act(action)) {
      phone.input.value = "";
    }
    phone.input.focus();
  }
}
