// Text with its formatting, in the three ways in which platforms tell of it.

import { make } from "./dom.js";

const TAGS = {
  bold: "b", italic: "i", underline: "u", strikethrough: "s", strike: "s", code: "code", pre: "pre",
  blockquote: "q", expandable_blockquote: "q", quote: "q", spoiler: "mark", text_link: "a", link: "a", url: "a",
};
const KEPT = new Set(["B", "STRONG", "I", "EM", "U", "S", "CODE", "PRE", "BR", "DIV", "P", "UL", "OL", "LI", "H1", "H2", "H3"]);
const MARKS = [
  [/```([\s\S]+?)```/, "pre"], [/(?<![\w*])\*(?=\S)([^*\n]+?)(?<=\S)\*(?![\w*])/, "b"],
  [/(?<!\w)_(?=\S)([^_\n]+?)(?<=\S)_(?!\w)/, "i"], [/(?<![\w~])~(?=\S)([^~\n]+?)(?<=\S)~(?![\w~])/, "s"],
  [/`([^`\n]+)`/, "code"],
];

function line(...parts) {
  return make("p", { className: "text" }, ...parts);
}

function wrapped(tag, url, parts) {
  const address = tag === "a" && /^(https?:|mailto:|tel:)/i.test(url || "") ? url : null;
  if (tag === "a" && !address) {
    return make("span", {}, ...parts);
  }
  return make(tag, address ? { href: address, target: "_blank", rel: "noopener noreferrer" } : {}, ...parts);
}

// Ranges of UTF-16 units: `{type | kind, offset | start, length, url}`.
export function formatted(text, spans) {
  const marks = spans
    .map((span) => {
      const from = span.offset ?? span.start;
      return { tag: TAGS[span.type || span.kind], from, to: from + span.length, url: span.url };
    })
    .filter((mark) => mark.tag);
  const cuts = [...new Set([0, text.length, ...marks.flatMap((mark) => [mark.from, mark.to])])].sort((a, b) => a - b);
  const parts = cuts.slice(0, -1).map((from, n) => {
    const over = marks.filter((mark) => mark.from <= from && mark.to >= cuts[n + 1]);
    return over.reduce((inner, mark) => wrapped(mark.tag, mark.url, [inner]), text.slice(from, cuts[n + 1]));
  });
  return line(...parts);
}

// Signs around the words: *bold*, _italic_, ~struck out~, ```code```.
export function ofMarks(text) {
  return line(...marked(text));
}

function marked(text) {
  for (const [sign, tag] of MARKS) {
    const found = sign.exec(text);
    if (found) {
      const before = text.slice(0, found.index);
      const after = text.slice(found.index + found[0].length);
      const inner = tag === "pre" || tag === "code" ? [found[1]] : marked(found[1]);
      return [...marked(before), make(tag, {}, ...inner), ...marked(after)];
    }
  }
  return text ? [text] : [];
}

// A mail: harmless elements without their attributes; the earlier mail below is left out.
export function ofHtml(html) {
  const page = new DOMParser().parseFromString(html, "text/html");
  page.querySelectorAll("blockquote[type=cite], script, style, title").forEach((element) => {
    const head = element.matches("blockquote") ? element.previousElementSibling : null;
    head?.remove();
    element.remove();
  });
  const shown = make("div", { className: "html" }, ...[...page.body.childNodes].map(copy));
  while (shown.lastChild && !shown.lastChild.textContent.trim()) {
    shown.lastChild.remove(); // the blank lines above what was left out
  }
  return shown;
}

function copy(node) {
  if (node.nodeType !== Node.ELEMENT_NODE) {
    return document.createTextNode(node.nodeType === Node.TEXT_NODE ? node.data : "");
  }
  const inner = [...node.childNodes].map(copy);
  if (node.tagName === "A") {
    return wrapped("a", node.getAttribute("href"), inner);
  }
  if (node.tagName === "BLOCKQUOTE") {
    return make("q", {}, ...inner);
  }
  return make(KEPT.has(node.tagName) ? node.tagName.toLowerCase() : "span", {}, ...inner);
}
