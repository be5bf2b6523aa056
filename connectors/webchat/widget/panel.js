// The button in the corner and the window that it opens.
import { element, icon } from "./dom.js";

const PHONE = "(max-width: 480px), (max-height: 480px)";

export class Panel {
  constructor({ words, config, log, form, composer, on }) {
    Object.assign(this, { words, config, log, form, composer, on });
    this.opened = false;
    this.badge = element("span", { class: "badge", hidden: true, "data-testid": "webchat-badge" });
    this.launcher = element(
      "button",
      {
        class: "launcher",
        type: "button",
        "aria-expanded": "false",
        "aria-haspopup": "dialog",
        "data-testid": "webchat-open",
        onclick: () => this.toggle(),
      },
      icon("chat"),
      this.badge,
    );
    this.state = element("span", { class: "state" });
    const title = config.title || words.say("title");
    const close = {
      class: "tool",
      type: "button",
      "aria-label": words.say("close"),
      "data-testid": "webchat-close",
      onclick: () => this.close(),
    };
    const heading = [element("h2", { id: "title" }, title), this.state];
    this.notice = element("div", {
      class: "notice",
      role: "status",
      hidden: true,
      "data-testid": "webchat-notice",
    });
    this.dialog = element(
      "section",
      {
        class: "panel",
        role: "dialog",
        "aria-labelledby": "title",
        hidden: true,
        "data-testid": "webchat-panel",
      },
      element(
        "header",
        {},
        element("span", { class: "face", "aria-hidden": "true" }, [...title][0].toUpperCase()),
        element("div", { class: "heading" }, ...heading),
        element("button", close, icon("close")),
      ),
      this.notice,
      log.root,
      form.root,
      composer.root,
      element("div", { class: "veil", "aria-hidden": "true" }, words.say("drop")),
    );
    this.root = element("div", { class: `corner ${config.position}` }, this.dialog, this.launcher);
    this.listen();
    this.unread(0);
  }

  listen() {
    this.dialog.addEventListener("keydown", (event) => this.key(event));
    let depth = 0;
    const drag = (event, step) => {
      if (![...(event.dataTransfer?.types ?? [])].includes("Files")) return;
      event.preventDefault();
      depth = step === null ? 0 : depth + step;
      this.dialog.classList.toggle("dragged", depth > 0);
    };
    this.dialog.addEventListener("dragenter", (event) => drag(event, 1));
    this.dialog.addEventListener("dragleave", (event) => drag(event, -1));
    this.dialog.addEventListener("dragover", (event) => drag(event, 0));
    this.dialog.addEventListener("drop", (event) => {
      drag(event, null);
      if (!this.composer.root.hidden) this.composer.add([...(event.dataTransfer?.files ?? [])]);
    });
  }

  get fullScreen() {
    return matchMedia(PHONE).matches;
  }

  toggle() {
    if (this.opened) this.close();
    else this.open();
  }

  open() {
    this.opened = true;
    this.dialog.hidden = false;
    this.dialog.setAttribute("aria-modal", String(this.fullScreen));
    this.launcher.setAttribute("aria-expanded", "true");
    this.root.classList.add("open");
    this.log.toEnd();
    this.composer.fit();
    const first = this.form.root.hidden ? this.composer.input : this.form.root.querySelector("input");
    first.focus({ preventScroll: true });
    this.unread(0);
    this.on.opened();
  }

  close() {
    this.opened = false;
    this.dialog.hidden = true;
    this.launcher.setAttribute("aria-expanded", "false");
    this.root.classList.remove("open");
    this.launcher.focus({ preventScroll: true });
    this.on.closed();
  }

  key(event) {
    if (event.key === "Escape") {
      event.stopPropagation();
      this.close();
    } else if (event.key === "Tab" && this.fullScreen) {
      this.turn(event);
    }
  }

  // A full-screen window keeps the focus: behind it nothing can be seen.
  turn(event) {
    const stops = [...this.dialog.querySelectorAll("button, input, textarea, a[href], [tabindex='0']")];
    const usable = stops.filter((stop) => !stop.disabled && stop.checkVisibility());
    const edge = event.shiftKey ? usable[0] : usable.at(-1);
    if (this.dialog.getRootNode().activeElement !== edge) return;
    event.preventDefault();
    (event.shiftKey ? usable.at(-1) : usable[0]).focus();
  }

  unread(count) {
    this.badge.hidden = count === 0 || this.opened;
    this.badge.textContent = count > 99 ? "99+" : String(count);
    const words = this.opened ? this.words.say("close") : this.words.say("open");
    const label = count && !this.opened ? `${words}, ${this.words.say("unread", { count })}` : words;
    this.launcher.setAttribute("aria-label", label);
  }

  // What stands under the title, and the notice when there is something to say.
  tell({ connected, refused, queue, asks }) {
    const { online, offline_notice: custom } = this.config;
    this.state.textContent = this.words.say(online ? "online" : "offline");
    this.state.classList.toggle("away", !online);
    let text = "";
    if (refused) text = refused;
    else if (!connected) text = this.words.say("connecting");
    else if (queue) text = this.words.queue(queue);
    else if (!online) text = custom || this.words.say("offline_notice");
    if (this.notice.textContent !== text) this.notice.textContent = text;
    this.notice.hidden = !text;
    this.composer.input.disabled = Boolean(refused);
    this.form.root.hidden = !asks;
    this.composer.root.hidden = asks;
  }

  enlarge(url, file) {
    const close = () => {
      viewer.close();
      viewer.remove();
    };
    const label = this.words.say("close");
    const viewer = element(
      "dialog",
      { class: "viewer", "aria-label": file.name, onclick: close, onclose: () => viewer.remove() },
      element("img", { src: url, alt: file.name }),
      element("button", { class: "tool", type: "button", "aria-label": label }, icon("close")),
    );
    viewer.addEventListener("keydown", (event) => event.stopPropagation());
    this.root.append(viewer);
    viewer.showModal();
  }
}
