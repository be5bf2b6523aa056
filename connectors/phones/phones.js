// The page: one phone beside the other, kept up to date by server-sent events.

import { Phone } from "./phone.js";
import { currentLanguage, recall, remember, setLanguage, word } from "./words.js";

const REFRESH_MS = 3000;
const THEMES = ["auto", "light", "dark"];

const phones = new Map();
const main = document.getElementById("phones");
const empty = document.getElementById("empty");
const languageButton = document.getElementById("language");
const themeButton = document.getElementById("theme");
let theme = recall("theme") || "auto";

function paint() {
  document.documentElement.lang = currentLanguage();
  document.documentElement.dataset.theme = theme;
  document.title = word("title");
  for (const element of document.querySelectorAll("[data-word]")) {
    element.textContent = word(element.dataset.word);
  }
  languageButton.textContent = currentLanguage() === "ru" ? "English" : "Русский";
  themeButton.textContent = word("theme")[theme];
  for (const phone of phones.values()) {
    phone.repaint();
  }
}

languageButton.addEventListener("click", () => {
  setLanguage(currentLanguage() === "ru" ? "en" : "ru");
  paint();
});

themeButton.addEventListener("click", () => {
  theme = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length];
  remember("theme", theme);
  paint();
});

// By name, whichever came first: those of other platforms start later.
function successor(phone) {
  const shown = [...phones.values()].filter((other) => other.element.isConnected);
  const after = shown.filter((other) => other.channel.title > phone.channel.title);
  after.sort((one, other) => (one.channel.title < other.channel.title ? -1 : 1));
  return after[0]?.element ?? null;
}

async function findPhones() {
  let channels;
  try {
    const response = await fetch("/simulators/channels");
    channels = (await response.json()).items;
  } catch {
    empty.hidden = phones.size > 0;
    return;
  }
  for (const channel of channels) {
    const known = phones.get(channel.id);
    if (known) {
      known.offerCustomers(channel.customers);
      continue;
    }
    const phone = new Phone(channel);
    phones.set(channel.id, phone);
    main.insertBefore(phone.element, successor(phone));
    await phone.refresh();
  }
  empty.hidden = phones.size > 0;
}

function follow() {
  const stream = new EventSource("/simulators/live");
  stream.addEventListener("open", () => {
    // What happened while the stream was away is read anew.
    for (const phone of phones.values()) {
      phone.refresh();
    }
  });
  stream.addEventListener("message", (event) => {
    const changed = JSON.parse(event.data);
    const phone = phones.get(changed.channel_id);
    if (phone) {
      phone.changed(changed.customer);
    }
  });
}

paint();
follow();
await findPhones();
setInterval(findPhones, REFRESH_MS);
