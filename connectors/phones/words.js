// The words of the page, in both languages.

const WORDS = {
  en: {
    title: "Phones",
    about: "Write as a customer: the platforms are simulated, the hub is real.",
    empty: "No simulated platform is running yet. They start a few seconds after the hub.",
    customer: "Customer",
    another: "New customer",
    anotherPrompt: "The customer's name",
    write: "Message",
    send: "Send",
    attach: "Attach",
    kinds: {
      file: "File",
      album: "Album",
      photo: "Photo",
      image: "Photo",
      video: "Film",
      animation: "GIF",
      voice: "Voice message",
      video_note: "Round film",
      audio: "Music",
      sticker: "Sticker",
      graffiti: "Graffiti",
      location: "Location",
      venue: "Place",
      live_location: "Live location",
      contact: "Contact",
      poll: "Poll",
      dice: "Dice",
      order: "Order",
      product: "Question about a product",
      flow: "Filled-in form",
      forward: "Forwarded message",
      new: "Mail with a new subject",
      html: "Mail with HTML",
      call: "Missed call",
      read: "Read everything",
    },
    samples: {
      question: "Which colour?",
      options: ["Blue", "Green"],
      place: "The corner café",
      address: "1 Main Street",
      product: "Is it still there?",
      forwarded: "They deliver on Sundays too",
      friend: "Boris",
      subject: "Another question",
      question2: "Do you ship on Sundays?",
      html: "<h2>Order 77</h2><p>It has <b>not</b> arrived.</p>",
      plain: "Order 77 has not arrived.",
    },
    answer: "Answer this message",
    noAnswer: "Do not answer it",
    remove_message: "Delete",
    deleted: "deleted",
    votes: "votes",
    subject: "Subject",
    copy: "Copy",
    forwardedFrom: "Forwarded",
    subjectPrompt: "The subject",
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
    another: "Новый клиент",
    anotherPrompt: "Имя клиента",
    write: "Сообщение",
    send: "Отправить",
    attach: "Приложить",
    kinds: {
      file: "Файл",
      album: "Альбом",
      photo: "Фото",
      image: "Фото",
      video: "Видео",
      animation: "Гифка",
      voice: "Голосовое",
      video_note: "Кружок",
      audio: "Музыка",
      sticker: "Стикер",
      graffiti: "Граффити",
      location: "Геопозиция",
      venue: "Место",
      live_location: "Живая геопозиция",
      contact: "Контакт",
      poll: "Опрос",
      dice: "Кубик",
      order: "Заказ",
      product: "Вопрос о товаре",
      flow: "Заполненная форма",
      forward: "Пересланное",
      new: "Письмо с новой темой",
      html: "Письмо с оформлением",
      call: "Пропущенный звонок",
      read: "Прочитать всё",
    },
    samples: {
      question: "Какой цвет?",
      options: ["Синий", "Зелёный"],
      place: "Кофейня на углу",
      address: "Главная улица, 1",
      product: "Он ещё есть?",
      forwarded: "Они доставляют и по воскресеньям",
      friend: "Борис",
      subject: "Ещё вопрос",
      question2: "Вы доставляете по воскресеньям?",
      html: "<h2>Заказ 77</h2><p>Он <b>не</b> пришёл.</p>",
      plain: "Заказ 77 не пришёл.",
    },
    answer: "Ответить на это",
    noAnswer: "Не отвечать",
    remove_message: "Удалить",
    deleted: "удалено",
    votes: "голосов",
    subject: "Тема",
    copy: "Копия",
    forwardedFrom: "Переслано",
    subjectPrompt: "Тема письма",
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
