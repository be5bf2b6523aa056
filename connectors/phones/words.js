// The words of the page, in both languages.

const WORDS = {
  en: {
    title: "Phones",
    about: "Write as a customer: the platforms are simulated, the hub is real.",
    empty: "No simulated platform is running yet. They start a few seconds after the hub.",
    customer: "Customer",
    another: "Another customer",
    anotherPrompt: "The customer's name",
    write: "Message",
    send: "Send",
    attach: "Attach a file",
    edited: "edited",
    edit: "Edit",
    editPrompt: "The new text",
    remove: "Do not send",
    react: "React",
    block: "Block",
    unblock: "Unblock",
    blocked: "blocked",
    hello: "Write the first message.",
    failed: "That did not work: ",
    away: "The hub does not answer. Trying again…",
    file: "File",
    unread: "Delivered to the platform",
    theme: { auto: "Theme: system", light: "Theme: light", dark: "Theme: dark" },
  },
  ru: {
    title: "Телефоны",
    about: "Пишите за клиента: платформы ненастоящие, а хаб настоящий.",
    empty: "Ни одна ненастоящая платформа ещё не работает: они встают через пару секунд после хаба.",
    customer: "Клиент",
    another: "Другой клиент",
    anotherPrompt: "Имя клиента",
    write: "Сообщение",
    send: "Отправить",
    attach: "Приложить файл",
    edited: "изменено",
    edit: "Изменить",
    editPrompt: "Новый текст",
    remove: "Не отправлять",
    react: "Реакция",
    block: "Заблокировать",
    unblock: "Разблокировать",
    blocked: "заблокирован",
    hello: "Напишите первое сообщение.",
    failed: "Не получилось: ",
    away: "Хаб не отвечает. Пробуем ещё…",
    file: "Файл",
    unread: "Доставлено платформе",
    theme: { auto: "Тема: как в системе", light: "Тема: светлая", dark: "Тема: тёмная" },
  },
};

export function remember(name, value) {
  try {
    localStorage.setItem(`phones.${name}`, value);
  } catch {
    // A browser that keeps nothing still shows everything.
  }
}

export function recall(name) {
  try {
    return localStorage.getItem(`phones.${name}`);
  } catch {
    return null;
  }
}

let language =
  recall("language") || ((navigator.language || "en").toLowerCase().startsWith("ru") ? "ru" : "en");

export function currentLanguage() {
  return language;
}

export function setLanguage(next) {
  language = next;
  remember("language", next);
}

export function word(name) {
  return WORDS[language][name];
}
