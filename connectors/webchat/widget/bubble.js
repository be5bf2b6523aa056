// One message on the screen.
import { element, icon } from "./dom.js";
import { rich } from "./rich.js";

const MARKS = { sending: "wait", sent: "check", failed: "alert" };

export class Bubbles {
  constructor({ words, api, on, find, previews }) {
    Object.assign(this, { words, api, on, find, previews });
    this.loaded = new Map();
  }

  draw(message) {
    const ours = message.from === "hub";
    const body = message.deleted
      ? element("p", { class: "gone" }, this.words.say("deleted"))
      : this.content(message);
    return element(
      "div",
      {
        class: `message ${ours ? "theirs" : "mine"}`,
        role: "article",
        "aria-label": ours ? message.author || this.words.say("us") : this.words.say("you"),
        "data-testid": "webchat-message",
        "data-from": message.from,
        "data-state": message.state,
        "data-id": message.id,
      },
      ours && message.author ? element("span", { class: "author" }, message.author) : null,
      element("div", { class: "bubble" }, body, this.meta(message)),
      ours ? this.buttons(message) : this.remedy(message),
    );
  }

  content(message) {
    const parts = document.createDocumentFragment();
    const quoted = message.reply_to && this.quote(message.reply_to);
    if (quoted) parts.append(element("div", { class: "quote" }, quoted));
    for (const file of message.attachments) parts.append(this.attachment(message, file));
    if (message.text) {
      parts.append(element("div", { class: "text", dir: "auto" }, rich(message.text, message.spans)));
    }
    return parts;
  }

  quote(reply) {
    if (reply.quote) return reply.quote;
    const target = this.find(reply.id ?? reply.ref);
    return target && (target.text.slice(0, 120) || target.attachments[0]?.name);
  }

  meta(message) {
    const at = new Date(message.at);
    const time = element("time", { datetime: message.at }, this.words.time.format(at));
    const edited = message.edited ? element("span", {}, this.words.say("edited")) : null;
    const mark = message.from === "customer" && MARKS[message.state];
    const drawn = mark
      ? element(
          "span",
          { class: "mark", role: "img", "aria-label": this.words.say(message.state) },
          icon(mark),
        )
      : null;
    return element("div", { class: "meta" }, edited, time, drawn);
  }

  remedy(message) {
    if (message.state !== "failed") return null;
    const button = (key, run) =>
      element("button", { type: "button", onclick: () => run(message.id) }, this.words.say(key));
    return element(
      "div",
      { class: "remedy", role: "alert" },
      element("span", {}, this.words.say("failed")),
      button("retry", this.on.again),
      button("discard", this.on.discard),
    );
  }

  buttons(message) {
    if (message.deleted || message.buttons.length === 0) return null;
    const rows = message.buttons.map((row) =>
      element("div", { class: "row" }, ...row.map((button) => this.button(message, button))),
    );
    return element("div", { class: "buttons" }, ...rows);
  }

  button(message, button) {
    if (button.kind === "link" && button.url) {
      const place = { href: button.url, target: "_blank", rel: "noopener noreferrer" };
      return element("a", { class: "choice", ...place }, button.label);
    }
    const chosen = message.pressed.includes(button.value ?? button.label);
    const press = () => this.on.press(message, button);
    return element(
      "button",
      { class: "choice", type: "button", "aria-pressed": chosen ? "true" : null, onclick: press },
      button.label,
    );
  }

  attachment(message, file) {
    const source = this.source(message, file);
    if (file.kind === "image" && source) return this.image(source, file);
    const size = file.size_bytes ? this.words.size(file.size_bytes) : "";
    const card = element(
      "button",
      { class: "file", type: "button", "aria-label": `${this.words.say("download")}: ${file.name}` },
      icon("file"),
      element("span", { class: "name" }, file.name),
      element("span", { class: "size" }, size),
    );
    card.disabled = !source;
    card.addEventListener("click", async () => {
      const url = await source().catch(() => null);
      if (!url) return;
      const tag = { audio: "audio", voice: "audio", video: "video", video_note: "video" }[file.kind];
      if (tag) card.replaceWith(element(tag, { src: url, controls: true, autoplay: true }));
      else element("a", { href: url, download: file.name }).click();
    });
    return card;
  }

  image(source, file) {
    const picture = element("img", { alt: file.name, loading: "lazy" });
    if (file.width && file.height) {
      picture.width = file.width;
      picture.height = file.height;
    }
    const enlarge = () => picture.src && this.on.enlarge(picture.src, file);
    const label = `${this.words.say("enlarge")}: ${file.name}`;
    const frame = element("button", { class: "image", type: "button", "aria-label": label }, picture);
    frame.addEventListener("click", enlarge);
    source().then(
      (url) => {
        picture.src = url;
      },
      () => frame.classList.add("missing"),
    );
    picture.addEventListener("load", () => {
      frame.classList.add("there");
      this.on.grown();
    });
    return frame;
  }

  // How to get a URL of the bytes; they are fetched with the credential, once.
  source(message, file) {
    const local = this.previews.get(file.file);
    if (local) return () => Promise.resolve(local);
    if (message.pending || file.ready === false) return null;
    const path = `/files/${message.id}/${file.id}`;
    return () => {
      if (!this.loaded.has(path)) {
        const coming = this.api.bytes(path).then((blob) => URL.createObjectURL(blob));
        coming.catch(() => this.loaded.delete(path));
        this.loaded.set(path, coming);
      }
      return this.loaded.get(path);
    };
  }
}
