// What the widget says, in both languages.
const TEXTS = {
  en: {
    open: "Open the chat",
    close: "Close the chat",
    title: "Chat with us",
    online: "We are here",
    offline: "We are away",
    greeting: "Hello! How can we help?",
    offline_notice: "Nobody is at the desk now. Write all the same: we will answer here.",
    connecting: "No connection. Your messages are kept and will be sent.",
    log: "Messages",
    placeholder: "Write a message…",
    input: "Message",
    send: "Send",
    attach: "Attach a file",
    drop: "Drop files here",
    earlier: "Earlier messages",
    below: "New messages",
    sending: "Sending",
    sent: "Sent",
    failed: "Not sent",
    retry: "Send again",
    discard: "Discard",
    remove: "Remove",
    edited: "edited",
    deleted: "Message deleted",
    typing: "is typing",
    you: "You",
    us: "Support",
    today: "Today",
    yesterday: "Yesterday",
    uploading: "Uploading",
    too_big: "The file is larger than {size}",
    upload_failed: "The file could not be uploaded",
    too_many: "At most {count} files at once",
    download: "Download",
    image: "Image",
    enlarge: "Enlarge the image",
    unread: "unread: {count}",
    signed_only: "Sign in to the site to write to us.",
    refused: "The chat is not available to you.",
    form: "Before we start",
    name: "Your name",
    email: "E-mail address",
    phone: "Phone number",
    optional: "not required",
    needed: "Please fill this in",
    wrong_email: "This is not an e-mail address",
    wrong_phone: "This is not a phone number",
    agree_first: "Please agree to go on",
    start: "Start the chat",
    record: "Record a voice message",
    recording: "Recording",
    finish: "Finish and attach",
    cancel: "Cancel",
    voice: "Voice message",
    no_microphone: "The microphone could not be used",
    bytes: ["B", "KB", "MB"],
    queue: "You are number {place} in the queue",
    wait_short: "less than a minute",
    wait_minutes: "about {count} min",
    wait_hours: "about {count} h",
  },
  ru: {
    open: "Открыть чат",
    close: "Закрыть чат",
    title: "Напишите нам",
    online: "Мы на связи",
    offline: "Сейчас нас нет",
    greeting: "Здравствуйте! Чем помочь?",
    offline_notice: "Сейчас никого нет на месте. Напишите — мы ответим здесь.",
    connecting: "Нет связи. Сообщения сохранены и будут отправлены.",
    log: "Сообщения",
    placeholder: "Напишите сообщение…",
    input: "Сообщение",
    send: "Отправить",
    attach: "Прикрепить файл",
    drop: "Перетащите файлы сюда",
    earlier: "Более ранние сообщения",
    below: "Новые сообщения",
    sending: "Отправляется",
    sent: "Отправлено",
    failed: "Не отправлено",
    retry: "Отправить ещё раз",
    discard: "Убрать",
    remove: "Убрать",
    edited: "изменено",
    deleted: "Сообщение удалено",
    typing: "печатает",
    you: "Вы",
    us: "Поддержка",
    today: "Сегодня",
    yesterday: "Вчера",
    uploading: "Загружается",
    too_big: "Файл больше {size}",
    upload_failed: "Файл не удалось загрузить",
    too_many: "Не больше {count} файлов за раз",
    download: "Скачать",
    image: "Изображение",
    enlarge: "Увеличить изображение",
    unread: "непрочитанных: {count}",
    signed_only: "Войдите на сайт, чтобы написать нам.",
    refused: "Чат вам недоступен.",
    form: "Прежде чем начать",
    name: "Ваше имя",
    email: "Адрес почты",
    phone: "Телефон",
    optional: "не обязательно",
    needed: "Заполните это поле",
    wrong_email: "Это не похоже на адрес почты",
    wrong_phone: "Это не похоже на номер телефона",
    agree_first: "Чтобы продолжить, нужно согласие",
    start: "Начать чат",
    record: "Записать голосовое сообщение",
    recording: "Идёт запись",
    finish: "Закончить и прикрепить",
    cancel: "Отменить",
    voice: "Голосовое сообщение",
    no_microphone: "Микрофон недоступен",
    bytes: ["Б", "КБ", "МБ"],
    queue: "Ваше место в очереди: {place}",
    wait_short: "меньше минуты",
    wait_minutes: "около {count} мин",
    wait_hours: "около {count} ч",
  },
};

export function chooseLanguage(wanted) {
  const first = String(wanted || navigator.language || "en").slice(0, 2).toLowerCase();
  return first in TEXTS ? first : "en";
}

export class Words {
  constructor(language) {
    this.language = language;
    this.day = new Intl.DateTimeFormat(language, { day: "numeric", month: "long" });
    this.time = new Intl.DateTimeFormat(language, { hour: "numeric", minute: "2-digit" });
  }

  say(key, values = {}) {
    return TEXTS[this.language][key].replace(/\{(\w+)\}/g, (_, name) => values[name]);
  }

  // The place in the queue, with the wait where it is known.
  queue({ place, wait_s: wait }) {
    const line = this.say("queue", { place });
    return wait === null ? line : `${line}, ${this.wait(wait)}`;
  }

  wait(seconds) {
    let minutes = Math.ceil(seconds / 60);
    if (minutes <= 1) return this.say("wait_short");
    if (minutes > 10) minutes = 5 * Math.ceil(minutes / 5);
    if (minutes < 90) return this.say("wait_minutes", { count: minutes });
    return this.say("wait_hours", { count: Math.ceil(minutes / 60) });
  }

  size(bytes) {
    const units = TEXTS[this.language].bytes;
    let step = 0;
    let amount = bytes;
    while (amount >= 1024 && step < units.length - 1) {
      amount /= 1024;
      step += 1;
    }
    const digits = step > 1 ? 1 : 0;
    const shown = new Intl.NumberFormat(this.language, { maximumFractionDigits: digits });
    return `${shown.format(amount)} ${units[step]}`;
  }

  dayOf(moment) {
    const start = (date) => new Date(date.getFullYear(), date.getMonth(), date.getDate());
    const days = Math.round((start(new Date()) - start(moment)) / 86400000);
    if (days === 0) return this.say("today");
    if (days === 1) return this.say("yesterday");
    return this.day.format(moment);
  }
}
