// Text with spans as elements. Spans count UTF-16 units, as strings here do.
import { element } from "./dom.js";

const TAGS = {
  bold: "strong",
  italic: "em",
  underline: "u",
  strike: "s",
  code: "code",
  pre: "pre",
  quote: "blockquote",
};
const LINK = /https?:\/\/[^\s<>"']+[^\s<>"'.,;:!?)\]»]/g;

export function rich(text, spans) {
  const ranges = [...spans];
  const linked = spans.some((span) => span.kind === "link");
  if (!linked) {
    for (const found of text.matchAll(LINK)) {
      ranges.push({ kind: "link", start: found.index, length: found[0].length });
    }
  }
  const edges = new Set([0, text.length]);
  for (const range of ranges) {
    edges.add(Math.min(range.start, text.length));
    edges.add(Math.min(range.start + range.length, text.length));
  }
  const cuts = [...edges].sort((a, b) => a - b);
  const pieces = document.createDocumentFragment();
  for (let index = 0; index < cuts.length - 1; index += 1) {
    const [from, to] = [cuts[index], cuts[index + 1]];
    const over = ranges.filter((range) => range.start <= from && range.start + range.length >= to);
    pieces.append(wrap(text.slice(from, to), over, text));
  }
  return pieces;
}

function wrap(piece, over, text) {
  let node = document.createTextNode(piece);
  for (const range of over) {
    if (range.kind === "link") {
      const target = range.url ?? text.slice(range.start, range.start + range.length);
      if (!/^(https?|mailto|tel):/i.test(target)) continue;
      node = element("a", { href: target, target: "_blank", rel: "noopener noreferrer" }, node);
    } else if (TAGS[range.kind]) {
      node = element(TAGS[range.kind], {}, node);
    }
  }
  return node;
}
