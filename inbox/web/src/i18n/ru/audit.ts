/** Журнал действий: `families` и `verbs` — две половины имени действия. */
export default {
  audit: {
    title: 'Журнал действий', intro: 'Кто и что изменил: запись хранится вместе с каждым изменением.', open: 'Открыть журнал', forbidden: 'Этот раздел видят администраторы и старшие.', failed: 'Не удалось загрузить журнал', moreFailed: 'Не удалось загрузить остальное: {reason}',
    empty: 'Изменений нет', emptyHelp: 'Под эти фильтры ничего не подходит.', further: 'В просмотренном пока ничего нет.', lookFurther: 'Искать дальше в прошлом', filters: 'Какие изменения', who: 'Кто', anybody: 'Кто угодно', what: 'Что', anything: 'Что угодно', since: 'С', until: 'По', wrongDays: 'Последний день раньше первого.', clear: 'Сбросить фильтры',
    all: 'всё', conversation: 'Диалог', details: 'Подробности', bots: 'Программы и боты', people: 'Сотрудники',
    actors: { contact: 'Клиент', agent: 'Сотрудник', bot: 'Бот', system: 'Хаб', platform: 'Приложение самой платформы' },
    families: {
      conversation: 'Диалог', agent: 'Сотрудник', token: 'Токен', bot: 'Бот', channel: 'Канал', account: 'Аккаунт на платформе', contact: 'Клиент', dead_letter: 'Необработанное', bulk: 'Сразу многое', saved_view: 'Список', presence: 'Присутствие', lookup: 'Внешняя система', queues: 'Очереди',
      SLA_policy: 'Правило сроков', acknowledgement: 'Автоответ', answer_size: 'Объём ответа', bot_duty: 'Задача бота', calendar: 'Календарь', canned_reply: 'Шаблон ответа', field: 'Поле', line: 'Линия', macro: 'Макрос', peak: 'Режим пика', priority_score: 'Оценка приоритета', queueing: 'Распределение', rule: 'Правило', segment: 'Сегмент', skill: 'Навык', team: 'Команда', topic: 'Тема',
    },
    verbs: {
      added: 'добавление', changed: 'изменение', removed: 'удаление', made: 'создание', revoked: 'отзыв', password_changed: 'смена пароля', paused: 'пауза', resumed: 'возобновление', merged: 'объединение', unmerged: 'отмена объединения', kept_apart: 'не объединять', vouched: 'личность подтверждена', doubted: 'подтверждение снято', blocked: 'блокировка', unblocked: 'разблокировка',
      replayed: 'повтор', parse_again: 'повторный разбор', dropped: 'отброшено', actions: 'действия', reply: 'ответ', undone: 'отмена', chosen: 'выбор', rebalance: 'перераспределение',
      begin: 'начат', hold: 'у бота', misunderstood: 'бот не понял', hand_back: 'возврат', assign: 'назначение', resolve: 'решение', reopen: 'открыт снова', pend: 'ожидание', snooze: 'отложен', priority: 'приоритет', labels: 'метки', topic: 'тема', act: 'действия правила или макроса', undo_act: 'отмена действий', read: 'прочтение', hand_off: 'передача людям', merge: 'объединение', unmerge: 'отмена объединения', wake: 'пробуждение',
      suggest: 'черновик предложен', settle_draft: 'решение по черновику', fields: 'поля', follow: 'подписка', unfollow: 'отписка', note: 'заметка', cancel: 'отмена сообщения', reschedule: 'перенос сообщения', resend: 'повторная отправка', edit: 'правка сообщения', delete: 'удаление сообщения', react: 'реакция', escalate: 'эскалация', take_task: 'задача взята', finish_task: 'задача завершена', verification: 'отправлена одноразовая ссылка',
    },
  },
}
