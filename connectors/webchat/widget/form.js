// What the chat asks before the first message.
import { element } from "./dom.js";

const TYPES = { name: "text", email: "email", phone: "tel" };
const GOOD = { name: /./, email: /^[^\s@]+@[^\s@]+$/, phone: /^\+?[0-9() .-]{5,30}$/ };

export class Form {
  constructor({ words, asked, submit }) {
    Object.assign(this, { words, asked, submit });
    this.fields = asked.fields.map((field) => this.field(field));
    this.trouble = element("div", { class: "trouble", role: "alert", hidden: true });
    this.button = element(
      "button",
      { class: "start", type: "submit", "data-testid": "webchat-start" },
      words.say("start"),
    );
    this.consent = asked.consent === null ? null : this.agreement(asked.consent);
    this.root = element(
      "form",
      { class: "form", novalidate: true, hidden: true, "data-testid": "webchat-form" },
      element("h3", {}, words.say("form")),
      ...this.fields.map((field) => field.root),
      this.consent?.root,
      this.trouble,
      this.button,
    );
    this.root.addEventListener("submit", (event) => {
      event.preventDefault();
      this.send();
    });
  }

  get wanted() {
    return this.fields.length > 0 || this.consent !== null;
  }

  field({ key, required }) {
    const wrong = element("span", { class: "wrong", role: "alert", id: `wrong-${key}` });
    const input = element("input", {
      type: TYPES[key],
      name: key,
      maxlength: key === "email" ? 254 : 120,
      autocomplete: key === "phone" ? "tel" : key,
      required,
      "aria-describedby": `wrong-${key}`,
      "data-testid": `webchat-form-${key}`,
      oninput: () => this.blame({ key, input, wrong }, ""),
    });
    const hint = required ? null : element("small", {}, ` · ${this.words.say("optional")}`);
    const label = element("label", {}, element("span", {}, this.words.say(key), hint), input);
    return { key, required, input, wrong, root: element("div", { class: "field" }, label, wrong) };
  }

  agreement(text) {
    const input = element("input", { type: "checkbox", "data-testid": "webchat-form-agreed" });
    const wrong = element("span", { class: "wrong", role: "alert" });
    const label = element("label", { class: "agree" }, input, element("span", {}, text));
    return { key: "agreed", input, wrong, root: element("div", { class: "field" }, label, wrong) };
  }

  blame(field, text) {
    field.wrong.textContent = text;
    field.input.setAttribute("aria-invalid", String(Boolean(text)));
  }

  // What is wrong with a field, if anything.
  problem({ key, required, input }) {
    const value = input.value.trim();
    if (!value) return required ? this.words.say("needed") : "";
    return GOOD[key].test(value) ? "" : this.words.say(`wrong_${key}`);
  }

  check() {
    const bad = this.fields.filter((field) => {
      const problem = this.problem(field);
      this.blame(field, problem);
      return problem;
    });
    if (this.consent && !this.consent.input.checked) {
      this.blame(this.consent, this.words.say("agree_first"));
      bad.push(this.consent);
    } else if (this.consent) {
      this.blame(this.consent, "");
    }
    bad[0]?.input.focus();
    return bad.length === 0;
  }

  async send() {
    if (this.button.disabled || !this.check()) return;
    const given = this.fields.map(({ key, input }) => [key, input.value.trim() || null]);
    const agreed = this.consent ? { agreed: true } : {};
    this.button.disabled = true;
    this.complain("");
    try {
      await this.submit({ ...Object.fromEntries(given), ...agreed });
    } catch (refusal) {
      this.complain(refusal.message);
    } finally {
      this.button.disabled = false;
    }
  }

  complain(text) {
    this.trouble.textContent = text;
    this.trouble.hidden = !text;
  }
}
