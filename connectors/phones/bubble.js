// One message as the customer's phone shows it.

import { blocks } from "./blocks.js";
import { blobUrl, make } from "./dom.js";
import { formatted, ofHtml, ofMarks } from "./text.js";
import { currentLanguage, word } from "./words.js";

const EMOJI = ["👍", "❤", "🔥", "😁", "🤔"];
const BARE = ["sticker", "video_note", "graffiti"];

export function bubble(item, phone) {
  // In a group others are customers too.
  const mine = item.from === "customer" && item.own !== false;
  const kinds = (item.attachments || []).map((attachment) => attachment.kind);
  const bare = kinds.length === 1 && BARE.includes(kinds[0]) && !item.text;
  const body = make("div", { className: bare ? "bubble bare" : "bubble" }, ...said(item, phone, mine));
  const row = make(
    "li",
    { className: mine ? "row mine" : "row", dataset: { testid: "phone-message", from: item.from } },
    body,
  );
  row.dataset.id = item.id;
  row.dataset.delivery = delivery(item);
  body.append(foot(item, phone, mine));
  if (item.buttons && item.buttons.length) {
    row.append(buttons(item, phone));
  }
  if (item.reactions && item.reactions.length) {
    const set = item.reactions.map((reaction) => reaction.emoji || reaction).join(" ");
    row.append(make("span", { className: "reactions", textContent: set, dataset: { testid: "phone-reactions" } }));
  }
  return row;
}

function said(item, phone, mine) {
  if (item.deleted) {
    return [make("p", { className: "block", textContent: word("deleted") })];
  }
  const parts = [];
  if (item.author && !mine) {
    parts.push(make("b", { className: "author", textContent: item.author }));
  }
  if (item.subject) {
    parts.push(make("b", { className: "subject", textContent: item.subject }));
  }
  if (item.cc) {
    parts.push(make("p", { className: "block", textContent: `${word("copy")}: ${item.cc}` }));
  }
  if (item.service) {
    parts.push(make("p", { className: "block", textContent: item.service }));
  }
  if (item.reply_to) {
    parts.push(make("blockquote", { textContent: item.reply_to.text || "…", dataset: { testid: "phone-quote" } }));
  }
  parts.push(...(item.attachments || []).map((attachment) => file(attachment, phone)));
  if (item.html && !mine) {
    parts.push(ofHtml(item.html));
  } else if (item.text) {
    parts.push(item.marked ? ofMarks(item.text) : formatted(item.text, item.spans || []));
  }
  return [...parts, ...blocks(item.blocks || {})];
}

function delivery(item) {
  return item.read || item.delivery === "read" ? "read" : item.delivery || "";
}

function foot(item, phone, mine) {
  const time = item.at ? new Date(item.at) : null;
  const line = make("div", { className: "foot" });
  if (item.edited) {
    line.append(make("span", { textContent: word("edited"), dataset: { testid: "phone-edited" } }));
  }
  if (time && !Number.isNaN(time.getTime())) {
    const text = time.toLocaleTimeString(currentLanguage(), { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
    line.append(make("time", { textContent: text }));
  }
  if (item.deleted) {
    return line;
  }
  if (mine) {
    line.append(make("span", { className: "tick", textContent: delivery(item) === "read" ? "✓✓" : "✓" }));
    if (phone.can("edit") && item.text) {
      line.append(tool("✎", "edit", "phone-edit", () => phone.edit(item)));
    }
    if (phone.can("delete")) {
      line.append(tool("🗑", "remove_message", "phone-delete", () => phone.act({ type: "delete", message_id: item.id })));
    }
    return line;
  }
  if (phone.can("reply")) {
    line.append(tool("↩", "answer", "phone-answer", () => phone.answer(item)));
  }
  if (phone.can("react")) {
    line.append(reactions(item, phone));
  }
  return line;
}

function tool(sign, name, testid, press) {
  const button = make("button", { type: "button", className: "small", textContent: sign });
  button.setAttribute("aria-label", word(name));
  button.title = word(name);
  button.dataset.testid = testid;
  button.addEventListener("click", press);
  return button;
}

function reactions(item, phone) {
  const react = make("select", { className: "small" });
  react.setAttribute("aria-label", word("react"));
  react.dataset.testid = "phone-react";
  react.append(make("option", { value: "", textContent: "☺" }));
  EMOJI.forEach((emoji) => react.append(make("option", { value: emoji, textContent: emoji })));
  react.addEventListener("change", () =>
    phone.act({ type: "react", message_id: item.id, emoji: react.value || null }),
  );
  return react;
}

function file(attachment, phone) {
  const name = attachment.name || attachment.kind || word("file");
  const kind = attachment.kind || "file";
  if (!attachment.data_base64) {
    return make("p", { className: "file", textContent: `📎 ${name}`, dataset: { kind } });
  }
  const url = blobUrl(attachment);
  phone.urls.push(url);
  const mime = attachment.mime || "";
  const dataset = { kind, name };
  if (mime.startsWith("image/")) {
    return make("img", { src: url, alt: name, className: BARE.includes(kind) ? "sticker" : "", dataset });
  }
  if (mime.startsWith("audio/")) {
    return make("audio", { src: url, controls: true, dataset });
  }
  if (mime.startsWith("video/")) {
    const className = kind === "video_note" ? "round" : "";
    return make("video", { src: url, controls: true, muted: true, className, dataset });
  }
  return make("a", { className: "file", href: url, download: name, textContent: `📎 ${name}`, dataset });
}

function buttons(item, phone) {
  const rows = make("div", { className: "buttons" });
  for (const row of item.buttons) {
    const line = make("div", {});
    for (const button of row) {
      const pressed = make("button", { type: "button", textContent: button.url ? `${button.label} ↗` : button.label });
      pressed.dataset.testid = "phone-button";
      if (button.url) {
        pressed.title = button.url;
      }
      pressed.addEventListener("click", () => phone.press(item, button));
      line.append(pressed);
    }
    rows.append(line);
  }
  return rows;
}
