// Starts the chat of the script tag: <script src=".../widget.js" data-channel="site" defer></script>
import { Api } from "./api.js";
import { Chat } from "./chat.js";
import { readable, readableOn } from "./colours.js";
import { backOff, Memory } from "./memory.js";
import { STYLES } from "./styles.js";
import { chooseLanguage, Words } from "./texts.js";

const MODES = matchMedia("(prefers-color-scheme: dark)");

function given(tag) {
  const source = new URL(tag.src, location.href);
  const data = tag.dataset;
  const user = data.userId && {
    user_id: data.userId,
    name: data.userName || null,
    email: data.userEmail || null,
    signature: data.userSignature || "",
  };
  const hub = source.href.slice(0, source.href.lastIndexOf("/widget.js"));
  return { base: `${hub}/webchat/${encodeURIComponent(data.channel || "site")}`, data, user };
}

// The hub may be away just now; the page does not suffer from it.
async function configuration(api) {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await api.json("GET", "/config");
    } catch (refusal) {
      if (!refusal.passing) return null;
      await new Promise((resolve) => setTimeout(resolve, backOff(attempt)));
    }
  }
}

function host(config, data) {
  const made = document.createElement("div");
  made.id = "omnihub-chat";
  const shadow = made.attachShadow({ mode: "open" });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(STYLES);
  shadow.adoptedStyleSheets = [sheet];
  const wanted = data.theme || config.theme;
  const theme = () => {
    const dark = wanted === "dark" || (wanted !== "light" && MODES.matches);
    made.dataset.mode = dark ? "dark" : "light";
    made.style.setProperty("--link", readable(config.colour, dark ? "#1f242d" : "#f6f7f9"));
  };
  MODES.addEventListener("change", theme);
  theme();
  made.style.setProperty("--brand", config.colour);
  made.style.setProperty("--on-brand", readableOn(config.colour));
  return made;
}

// A mail of ours brought the visitor here: the code in the address is for this page alone to see.
async function comeBack(api, memory) {
  const mark = "#omnihub-chat=";
  if (!location.hash.startsWith(mark)) return false;
  try {
    const link = location.hash.slice(mark.length);
    const { token } = await api.json("POST", "/session", { link });
    api.token = token;
    memory.write("token", token);
  } catch (refusal) {
    if (refusal.passing) return true; // a reload tries it again
  }
  history.replaceState(history.state, "", location.pathname + location.search);
  return true;
}

async function main(tag) {
  const { base, data, user } = given(tag);
  const memory = new Memory(data.channel || "site");
  const api = new Api(base, memory);
  api.user = user || null;
  const config = await configuration(api);
  if (!config) return;
  const back = !api.user && (await comeBack(api, memory));
  const set = config.language === "auto" ? "" : config.language;
  const words = new Words(chooseLanguage(data.lang || set));
  const chat = new Chat({ api, memory, words, config });
  const made = host(config, data);
  made.lang = words.language;
  made.shadowRoot.append(chat.panel.root);
  document.body.append(made);
  chat.start();
  if (back || data.open !== undefined) chat.panel.open();
  window.omnihub = {
    open: () => chat.panel.open(),
    close: () => chat.panel.close(),
    identify: (known) => chat.identify(known),
    forget: () => chat.identify(null),
  };
}

main(document.currentScript);
