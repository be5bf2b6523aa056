// Where the customer writes: text, files by button, drag and paste.
import { element, icon } from "./dom.js";
import { canRecord, Voice } from "./voice.js";

const MAX_FILES = 10;
const TALLEST_PX = 132;

export class Composer {
  constructor({ words, config, on, previews }) {
    Object.assign(this, { words, config, on, previews });
    this.files = [];
    this.chips = element("div", { class: "chips" });
    this.trouble = element("div", { class: "trouble", role: "alert", hidden: true });
    this.input = element("textarea", {
      rows: 1,
      maxlength: config.max_text,
      placeholder: words.say("placeholder"),
      "aria-label": words.say("input"),
      "data-testid": "webchat-input",
      oninput: () => this.typed(),
      onkeydown: (event) => this.pressed(event),
      onpaste: (event) => this.pasted(event),
    });
    this.picker = element("input", {
      type: "file",
      multiple: true,
      hidden: true,
      "data-testid": "webchat-file",
      onchange: () => this.picked(),
    });
    const attach = {
      class: "tool",
      type: "button",
      title: words.say("attach"),
      "aria-label": words.say("attach"),
      "data-testid": "webchat-attach",
      onclick: () => this.picker.click(),
    };
    this.button = element(
      "button",
      {
        class: "send",
        type: "submit",
        title: words.say("send"),
        "aria-label": words.say("send"),
        "data-testid": "webchat-send",
      },
      icon("send"),
    );
    this.voice = new Voice({
      words,
      on: {
        recorded: (file) => this.upload(file, true),
        changed: () => this.refresh(),
        failed: () => this.complain(words.say("no_microphone")),
      },
    });
    this.line = element(
      "div",
      { class: "line" },
      element("button", attach, icon("clip")),
      this.input,
      config.voice && canRecord() ? this.voice.button : null,
      this.button,
    );
    this.root = element(
      "form",
      { class: "composer", novalidate: true },
      this.trouble,
      this.chips,
      this.voice.bar,
      this.line,
      this.picker,
    );
    this.root.addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit();
    });
    this.refresh();
  }

  typed() {
    this.fit();
    this.refresh();
    this.on.typing();
    this.on.draft(this.input.value);
  }

  fit() {
    this.input.style.height = "auto";
    this.input.style.height = `${Math.min(this.input.scrollHeight, TALLEST_PX)}px`;
  }

  pressed(event) {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.submit();
  }

  pasted(event) {
    const files = [...(event.clipboardData?.files ?? [])];
    if (files.length === 0) return;
    event.preventDefault();
    this.add(files);
  }

  picked() {
    this.add([...this.picker.files]);
    this.picker.value = "";
    this.input.focus();
  }

  restore(draft) {
    this.input.value = draft ?? "";
    this.fit();
    this.refresh();
  }

  refresh() {
    const busy = this.files.some((file) => !file.done);
    const empty = !this.input.value.trim() && this.files.length === 0;
    this.button.disabled = busy || empty || this.voice.active;
    this.line.classList.toggle("away", this.voice.active);
  }

  submit() {
    this.refresh();
    if (this.button.disabled) return;
    const text = this.input.value.trim();
    this.on.send(text, this.files.map((file) => file.done));
    this.files = [];
    this.chips.replaceChildren();
    this.complain(null);
    this.restore("");
    this.on.draft("");
    this.input.focus();
  }

  complain(text) {
    this.trouble.textContent = text ?? "";
    this.trouble.hidden = !text;
  }

  add(files) {
    this.complain(null);
    for (const file of files) {
      const limit = this.config.max_file_bytes;
      if (this.files.length >= MAX_FILES) {
        this.complain(this.words.say("too_many", { count: MAX_FILES }));
      } else if (file.size > limit) {
        this.complain(this.words.say("too_big", { size: this.words.size(limit) }));
      } else {
        this.upload(file);
      }
    }
  }

  async upload(file, voice = false) {
    const entry = { done: null };
    const bar = element("progress", { max: 1, value: 0, "aria-label": this.words.say("uploading") });
    const label = `${this.words.say("remove")}: ${file.name}`;
    const remove = { type: "button", "aria-label": label, onclick: () => this.drop(entry) };
    const chip = [
      element("span", { class: "name" }, file.name || this.words.say("image")),
      bar,
      element("button", remove, icon("close")),
    ];
    entry.chip = element("div", { class: "chip" }, ...chip);
    this.files.push(entry);
    this.chips.append(entry.chip);
    this.refresh();
    try {
      const progress = (share) => {
        bar.value = share;
      };
      entry.done = await this.on.upload(file, progress, voice);
      if (entry.done.kind === "image") this.previews.set(entry.done.file, URL.createObjectURL(file));
      bar.remove();
    } catch {
      this.drop(entry);
      this.complain(`${this.words.say("upload_failed")}: ${file.name}`);
    }
    this.refresh();
  }

  drop(entry) {
    this.files = this.files.filter((kept) => kept !== entry);
    entry.chip.remove();
    this.refresh();
  }
}
