export default {
  views: {
    title: 'Виды', inbox: 'Входящие', mine: 'Мои', following: 'Слежу', unassigned: 'Без исполнителя', open: 'Все открытые', pending: 'Ожидание', snoozed: 'Отложенные', resolved: 'Решённые',
    channels: 'Каналы', labels: 'Метки', show: 'Показать виды', hide: 'Скрыть виды', count: '{n} диалог | {n} диалога | {n} диалогов', paused: 'на паузе', broken: 'остановлен',
  },
  list: {
    title: 'Диалоги', search: 'Искать везде', clear: 'Очистить поиск', results: 'Найдено по «{q}»', unread: '{n} непрочитанное | {n} непрочитанных | {n} непрочитанных',
    emptyMine: 'Вас никто не ждёт', emptyMineHelp: 'Возьмите диалог без исполнителя или насладитесь тишиной.',
    empty: 'Здесь нет диалогов', emptyHelp: 'Когда клиент напишет, диалог появится сам.',
    noHits: 'Ничего не нашлось', noHitsHelp: 'Попробуйте другие слова, имя или номер.',
    failed: 'Не удалось загрузить список', you: 'Вы', end: 'Это всё', newest: 'Сначала новые',
  },
  kinds: {
    text: 'Сообщение', image: 'Фото', video: 'Видео', audio: 'Аудио', voice: 'Голосовое сообщение', video_note: 'Видеосообщение', animation: 'GIF', sticker: 'Стикер', file: 'Файл',
    location: 'Место', contact_card: 'Контакт', poll: 'Опрос', dice: 'Кубик', link: 'Ссылка', order: 'Заказ', call: 'Звонок', form: 'Анкета', service: 'Служебное сообщение',
    unsupported: 'Неподдерживаемое сообщение', action: 'Нажата кнопка', album: 'Альбом', note: 'Заметка', email: 'Письмо', deleted: 'Удалённое сообщение', reaction: 'Реакция', forward: 'Пересланное сообщение',
  },
  status: { open: 'Открыт', pending: 'Ожидание', snoozed: 'Отложен', resolved: 'Решён' },
  pending: { customer: 'ждём клиента', colleague: 'ждём коллегу', third_party: 'ждём третью сторону' },
  priority: { title: 'Приоритет', low: 'Низкий', normal: 'Обычный', high: 'Высокий', urgent: 'Срочный', chip: 'приоритет: {level}' },
  chips: { snoozedUntil: 'до {time}', windowCloses: 'окно закроется через {time}', windowClosed: 'окно ответа закрыто', unreachable: 'недоступен', bot: 'отвечает бот', group: 'группа', waiting: 'ждёт {time}', due: 'срок {time}', overdue: 'просрочено на {time}', overdueNow: 'срок настал' },
  targets: { first_reply: 'первый ответ', next_reply: 'ответ', resolution: 'решение' },
  actions: {
    assign: 'Назначить', assignTo: 'Назначить', me: 'Мне', nobody: 'Никому', unassigned: 'Не назначен', findAgent: 'Найти коллегу',
    snooze: 'Отложить', snoozeUntil: 'Отложить до', hour: 'На час', evening: 'До вечера', tomorrow: 'До завтра', monday: 'До понедельника', pick: 'Выбрать время…', past: 'Это время уже прошло.',
    pend: 'Ждать', pendCustomer: 'Клиента', pendColleague: 'Коллегу', pendThird: 'Третью сторону',
    resolve: 'Решить', reopen: 'Открыть снова', reopenShort: 'Открыть', labels: 'Метки', addLabel: 'Найти или добавить метку', create: 'Добавить «{name}»', noLabels: 'Меток пока нет',
    more: 'Ещё действия', customer: 'Клиент', unpend: 'Снова открыть',
  },
  customer: {
    title: 'Клиент', show: 'Показать клиента', hide: 'Скрыть клиента', identities: 'Как с нами связан', verified: 'подтверждено', language: 'Язык',
    since: 'Клиент с', labels: 'Метки', notes: 'Заметки', notesHint: 'Что стоит знать коллегам', history: 'История, все каналы', noHistory: 'Это первый диалог.',
    failed: 'Не удалось загрузить клиента', number: 'Номер', channel: 'Канал', started: 'Начат', cameFrom: 'Откуда', unnamed: 'Без имени', rename: 'Изменить имя',
    conversation: 'Диалог', save: 'Заметки сохранены', context: 'Тема', addLabel: 'Добавить клиенту метку', known: 'Что известно', timeZone: 'Часовой пояс', same: 'Тот же человек?', merge: 'Объединить', apart: 'Это другой', elsewhere: 'Из внешней системы', lookupFailed: 'Не удалось спросить: {reason}', lookupNothing: 'Там о нём ничего не знают.',
    tasks: 'Вопросы другим линиям (L1–L3)', taskStates: { open: 'открыта', taken: 'в работе', done: 'готова' },
    removeLabel: 'Убрать метку {name}',
  },
}
