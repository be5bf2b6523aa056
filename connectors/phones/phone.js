// One phone: a customer of one simulated platform.

import { bubble } from "./bubble.js";
import { base64, make } from "./dom.js";
import { Kinds } from "./kinds.js";
import { currentLanguage, recall, remember, word } from "./words.js";

const FIRST_CUSTOMER = { en: "Anna", ru: "Анна" };

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
    // Pictures grow the end away from those who stand at it.
    this.log.addEventListener("load", () => this.followed && this.toEnd(), true);
    this.log.addEventListener("scroll", () => {
      this.followed = this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < 80;
    });
    this.followed = true;
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
    this.kinds = new Kinds(this);
    this.button = make("button", { type: "button", className: "icon send", textContent: "➤" });
    this.button.dataset.testid = "phone-send";
    this.button.addEventListener("click", () => this.send());
    this.chips = make("div", { className: "chips" });
    this.answered = null;
    this.answerLine = make("p", { className: "answering", hidden: true, dataset: { testid: "phone-answering" } });
    this.element = make(
      "section",
      { className: "phone", dataset: { testid: "phone", channelId: this.channel.id } },
      make("header", {}, this.title, make("div", { className: "who" }, this.picker, this.more, this.blocks)),
      this.log,
      this.note,
      this.chips,
      this.answerLine,
      make("footer", {}, this.kinds.element, this.file, this.input, this.button),
    );
  }

  repaint() {
    this.element.setAttribute("aria-label", this.channel.title);
    this.picker.setAttribute("aria-label", word("customer"));
    this.more.textContent = word("another");
    this.blocks.textContent = word(this.blockedNow() ? "unblock" : "block");
    this.input.placeholder = word("write");
    this.input.setAttribute("aria-label", word("write"));
    this.kinds.repaint();
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
    this.answer(null);
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
    const rows = items.map((item) => bubble(item, this));
    if (!rows.length) {
      rows.push(make("li", { className: "hello", textContent: word("hello") }));
    }
    const atEnd = this.followed;
    this.log.replaceChildren(...rows);
    if (atEnd) {
      this.toEnd();
    }
  }

  toEnd() {
    this.log.scrollTop = this.log.scrollHeight;
    this.followed = true;
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

  can(act) {
    const { acts } = this.channel;
    // One that does not say what it can is asked.
    return acts.length ? acts.includes(act) : act === "edit" || act === "react";
  }

  // What is written next answers this message of the hub.
  answer(item) {
    this.answered = item;
    const text = item ? `↩ ${item.text || item.subject || "…"}` : "";
    const stop = make("button", { type: "button", className: "small", textContent: "✕" });
    stop.setAttribute("aria-label", word("noAnswer"));
    stop.addEventListener("click", () => this.answer(null));
    this.answerLine.replaceChildren(make("span", { textContent: text }), stop);
    this.answerLine.hidden = !item;
    if (item) {
      this.input.focus();
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
    const answered = files.length ? null : this.answered;
    this.input.value = "";
    this.files = [];
    this.showFiles();
    if (answered) {
      const ids = { message_id: answered.id, id: answered.id };
      if (await this.act({ type: "reply", text, ...ids })) {
        this.answer(null);
      } else {
        this.input.value = this.input.value || text;
      }
      this.input.focus();
      return;
    }
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
