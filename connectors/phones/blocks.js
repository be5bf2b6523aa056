// Places, contacts, polls and the like, whichever platform tells of them.

import { make } from "./dom.js";
import { word } from "./words.js";

export function blocks(found) {
  const shown = { ...found };
  if (shown.venue) {
    delete shown.location; // it repeats the venue's
  }
  return Object.entries(shown).map(([name, value]) => {
    const lines = (LINES[name] || other)(value, name);
    return make("div", { className: "card", dataset: { block: name } }, ...lines.map((line, n) => text(line, n)));
  });
}

function text(line, number) {
  return make(number ? "span" : "b", { textContent: line });
}

const point = (place) => `${Number(place.latitude).toFixed(4)}, ${Number(place.longitude).toFixed(4)}`;

const LINES = {
  location: (place) => {
    const title = place.name || place.title;
    return [`📍 ${title || point(place)}`, ...known(place.address), ...(title ? [point(place)] : [])];
  },
  venue: (venue) => [`🏠 ${venue.title}`, ...known(venue.address), point(venue.location)],
  contact: (card) => [`👤 ${card.name || card.first_name}`, ...(card.phones || known(card.phone_number))],
  contacts: (cards) =>
    cards.flatMap((card) => [`👤 ${card.name.formatted_name}`, ...(card.phones || []).map((one) => one.phone)]),
  poll: (poll) => [
    `📊 ${poll.question}`,
    ...(poll.options || poll.answers || []).map(
      (option) => `○ ${option.text} · ${option.voter_count ?? option.votes ?? 0} ${word("votes")}`,
    ),
  ],
  dice: (dice) => [`${dice.emoji} ${dice.value}`],
  order: (order) => [
    `🛒 ${word("kinds").order}`,
    ...(order.product_items || []).map(
      (item) => `${item.quantity} × ${item.product_retailer_id} · ${item.item_price} ${item.currency}`,
    ),
    ...known(order.text),
  ],
  forwarded: (texts) => [`↪ ${word("forwardedFrom")}`, ...texts],
  market: (goods) => [`🛍 ${goods.title}`, ...known(goods.price?.text), ...known(goods.description)],
  video: (film) => [`🎬 ${film.title}`, ...known(film.player)],
  wall: (post) => ["📝", ...known(post.text)],
  link: (link) => [`🔗 ${link.title || link.url}`, ...known(link.url)],
  call: (outcome) => [`📞 ${outcome}`],
};

function known(value) {
  return value ? [String(value)] : [];
}

function other(value, name) {
  return [name, typeof value === "string" ? value : JSON.stringify(value)];
}
