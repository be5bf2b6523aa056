// One phone: a customer of one simulated platform.

import { currentLanguage, recall, remember, word } from "./words.js";

const EMOJI = ["👍", "❤", "🔥", "😁", "🤔"];
const FIRST_CUSTOMER = { en: "Anna", ru: "Анна" };

function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name === "dataset") {
      Object.assign(element.dataset, value);
    } else if (name === "aria-label") {
      element.setAttribute(name, value);
    } else {
      element[name] = value;
    }
  }
  element.append(...children);
  return element;
}

function base64(file) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.addEventListener("load", () => resolve(String(reader.result).split(",")[1] || ""));
    reader.addEventListener("error", () => reject(reader.error));
    reader.readAsDataURL(file);
  });
}

function blobUrl(attachment) {
  const bytes = Uint8Array.from(atob(attachment.data_base64), (c) => c.charCodeAt(0));
  return URL.createObjectURL(new Blob([bytes], { type: attachment.mime || "" }));
}

export class Phone {
  constructor(channel) {
    this.channel = channel;
    this.customer =
      recall(`customer.${channel.id}`) || channel.customers[0] || FIRST_CUSTOMER[currentLanguage()];
    this.customers = new Set([this.customer, ...channel.customers]);
    this.files = [];
    this.shown = "";
    this.urls = [];
    this.build();
    this.repaint();
  }

  build() {
    this.picker = make("select", { dataset: { testid: "phone-customer" } });
    this.picker.addEventListener("change", () => this.choose(this.picker.value));
    this.more = make("button", { type: "button", className: "quiet" });
    this.more.addEventListener("click", () => this.another());
    this.blocks = make("button", { type: "button", className: "quiet" });
    this.blocks.addEventListener("click", () => this.toggleBlock());
    this.title = make("h2", { textContent: this.channel.title });
    this.log = make("ol", { className: "log", tabIndex: 0 });
    this.note = make("p", { className: "note", hidden: true, dataset: { testid: "phone-note" } });
    this.input = make("textarea", { rows: 1, dataset: { testid: "phone-input" } });
    this.input.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
        event.preventDefault();
        this.send();
      }
    });
    this.file = make("input", { type: "file", multiple: true, hidden: true });
    this.file.dataset.testid = "phone-file";
    this.file.addEventListener("change", () => this.addFiles());
    this.attach = make("button", { type: "button", className: "icon", textContent: "+" });
    this.attach.addEventListener("click", () => this.file.click());
    this.button = make("button", { type: "button", className: "icon send", textContent: "➤" });
    this.button.dataset.testid = "phone-send";
    this.button.addEventListener("click", () => this.send());
    this.chips = make("div", { className: "chips" });
    this.element = make(
      "section",
      { className: "phone", dataset: { testid: "phone", channelId: this.channel.id } },
      make("header", {}, this.title, make("div", { className: "who" }, this.picker, this.more, this.blocks)),
      this.log,
      this.note,
      this.chips,
      make("footer", {}, this.attach, this.file, this.input, this.button),
    );
  }

  repaint() {
    this.element.setAttribute("aria-label", this.channel.title);
    this.picker.setAttribute("aria-label", word("customer"));
    this.more.textContent = word("another");
    this.blocks.textContent = word(this.blockedNow() ? "unblock" : "block");
    this.input.placeholder = word("write");
    this.input.setAttribute("aria-label", word("write"));
    this.attach.setAttribute("aria-label", word("attach"));
    this.attach.title = word("attach");
    this.button.setAttribute("aria-label", word("send"));
    this.button.title = word("send");
    this.offerCustomers([]);
    this.shown = "";
    this.refresh();
  }

  blockedNow() {
    return recall(`blocked.${this.channel.id}.${this.customer}`) === "yes";
  }

  offerCustomers(names) {
    names.forEach((name) => this.customers.add(name));
    if (this.picker.options.length !== this.customers.size) {
      this.picker.replaceChildren(
        ...[...this.customers].map((name) => make("option", { value: name, textContent: name })),
      );
    }
    this.picker.value = this.customer;
  }

  choose(customer) {
    this.customer = customer;
    remember(`customer.${this.channel.id}`, customer);
    this.repaint();
  }

  another() {
    const name = (window.prompt(word("anotherPrompt")) || "").trim();
    if (name) {
      this.customers.add(name);
      this.choose(name);
    }
  }

  changed(customer) {
    this.offerCustomers([customer]);
    if (customer === this.customer) {
      this.refresh();
    }
  }

  async refresh() {
    const customer = this.customer;
    const query = new URLSearchParams({ customer });
    try {
      const response = await fetch(`/simulators/${this.channel.id}/messages?${query}`);
      const { items } = await response.json();
      if (customer === this.customer) {
        this.show(items);
        this.say("");
      }
    } catch {
      this.say(word("away"));
    }
  }

  show(items) {
    const state = JSON.stringify(items);
    if (state === this.shown) {
      return;
    }
    this.shown = state;
    this.urls.forEach((url) => URL.revokeObjectURL(url));
    this.urls = [];
    const rows = items.map((item) => this.bubble(item));
    if (!rows.length) {
      rows.push(make("li", { className: "hello", textContent: word("hello") }));
    }
    const atEnd = this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < 80;
    this.log.replaceChildren(...rows);
    if (atEnd) {
      this.log.scrollTop = this.log.scrollHeight;
    }
  }

  bubble(item) {
    // In a group others are customers too.
    const mine = item.from === "customer" && item.own !== false;
    const body = make("div", { className: "bubble" });
    if (item.author && !mine) {
      body.append(make("b", { className: "author", textContent: item.author }));
    }
    if (item.service) {
      body.append(make("p", { className: "block", textContent: item.service }));
    }
    if (item.reply_to) {
      body.append(make("blockquote", { textContent: item.reply_to.text || "…" }));
    }
    (item.attachments || []).forEach((attachment) => body.append(this.attachment(attachment)));
    if (item.text) {
      body.append(make("p", { className: "text", textContent: item.text }));
    }
    for (const [name, value] of Object.entries(item.blocks || {})) {
      body.append(make("p", { className: "block", textContent: `${name}: ${JSON.stringify(value)}` }));
    }
    const row = make(
      "li",
      { className: mine ? "row mine" : "row", dataset: { testid: "phone-message", from: item.from } },
      body,
    );
    row.dataset.id = item.id;
    body.append(this.foot(item, mine));
    if (item.buttons && item.buttons.length) {
      row.append(this.buttons(item));
    }
    if (item.reactions && item.reactions.length) {
      const set = item.reactions.map((reaction) => reaction.emoji || reaction).join(" ");
      row.append(make("span", { className: "reactions", textContent: set }));
    }
    return row;
  }

  foot(item, mine) {
    const time = item.at ? new Date(item.at) : null;
    const foot = make("div", { className: "foot" });
    if (item.edited) {
      foot.append(make("span", { textContent: word("edited") }));
    }
    if (time && !Number.isNaN(time.getTime())) {
      const text = time.toLocaleTimeString(currentLanguage(), { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
      foot.append(make("time", { textContent: text }));
    }
    if (mine) {
      foot.append(make("span", { className: "tick", textContent: item.delivery === "read" ? "✓✓" : "✓" }));
      const edit = make("button", { type: "button", className: "small", textContent: "✎" });
      edit.setAttribute("aria-label", word("edit"));
      edit.title = word("edit");
      edit.dataset.testid = "phone-edit";
      edit.addEventListener("click", () => this.edit(item));
      foot.append(edit);
    } else {
      const react = make("select", { className: "small" });
      react.setAttribute("aria-label", word("react"));
      react.dataset.testid = "phone-react";
      react.append(make("option", { value: "", textContent: "☺" }));
      EMOJI.forEach((emoji) => react.append(make("option", { value: emoji, textContent: emoji })));
      react.addEventListener("change", () =>
        this.act({ type: "react", message_id: item.id, emoji: react.value || null }),
      );
      foot.append(react);
    }
    return foot;
  }

  attachment(attachment) {
    const name = attachment.name || attachment.kind || word("file");
    if (!attachment.data_base64) {
      return make("p", { className: "file", textContent: `📎 ${name}` });
    }
    const url = blobUrl(attachment);
    this.urls.push(url);
    const mime = attachment.mime || "";
    if (mime.startsWith("image/")) {
      return make("img", { src: url, alt: name });
    }
    if (mime.startsWith("audio/")) {
      return make("audio", { src: url, controls: true });
    }
    const link = make("a", { className: "file", href: url, download: name, textContent: `📎 ${name}` });
    return link;
  }

  buttons(item) {
    const rows = make("div", { className: "buttons" });
    for (const row of item.buttons) {
      const line = make("div", {});
      for (const button of row) {
        const pressed = make("button", { type: "button", textContent: button.label });
        pressed.dataset.testid = "phone-button";
        if (button.url) {
          pressed.title = button.url;
        }
        pressed.addEventListener("click", () => this.press(item, button));
        line.append(pressed);
      }
      rows.append(line);
    }
    return rows;
  }

  press(item, button) {
    if (button.url) {
      window.open(button.url, "_blank", "noopener,noreferrer");
    } else if (button.value === null || button.value === undefined) {
      this.post("messages", { customer: this.customer, text: button.label });
    } else {
      this.act({ type: "press", message_id: item.id, value: button.value, label: button.label });
    }
  }

  edit(item) {
    const text = window.prompt(word("editPrompt"), item.text || "");
    if (text && text !== item.text) {
      this.act({ type: "edit", message_id: item.id, text });
    }
  }

  async toggleBlock() {
    const blocked = this.blockedNow();
    if (await this.act({ type: blocked ? "unblock" : "block" })) {
      remember(`blocked.${this.channel.id}.${this.customer}`, blocked ? "no" : "yes");
      this.repaint();
    }
  }

  addFiles() {
    this.files.push(...this.file.files);
    this.file.value = "";
    this.showFiles();
  }

  showFiles() {
    this.chips.replaceChildren(
      ...this.files.map((file, number) => {
        const chip = make("button", { type: "button", className: "chip", textContent: `${file.name} ✕` });
        chip.setAttribute("aria-label", `${word("remove")}: ${file.name}`);
        chip.addEventListener("click", () => {
          this.files.splice(number, 1);
          this.showFiles();
        });
        return chip;
      }),
    );
  }

  async send() {
    const text = this.input.value;
    if (!text.trim() && !this.files.length) {
      return;
    }
    const files = this.files;
    this.input.value = "";
    this.files = [];
    this.showFiles();
    const attachments = [];
    for (const file of files) {
      const mime = file.type || "application/octet-stream";
      attachments.push({ name: file.name, mime, data_base64: await base64(file) });
    }
    if (!(await this.post("messages", { customer: this.customer, text, attachments }))) {
      this.input.value = this.input.value || text;
      this.files = files;
      this.showFiles();
    }
    this.input.focus();
  }

  act(action) {
    return this.post("actions", { customer: this.customer, action });
  }

  async post(what, body) {
    try {
      const response = await fetch(`/simulators/${this.channel.id}/${what}`, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(body),
      });
      if (!response.ok) {
        const problem = await response.json().catch(() => ({}));
        this.say(word("failed") + (problem.detail || response.status));
        return false;
      }
    } catch {
      this.say(word("away"));
      return false;
    }
    await this.refresh();
    return true;
  }

  say(text) {
    this.note.textContent = text;
    this.note.hidden = !text;
  }
}
