export default {
  thread: {
    title: 'Диалог', messages: 'Сообщения', pick: 'Выберите диалог', pickHelp: 'Нажмите на него в списке или клавиши j и Enter.',
    failed: 'Не удалось загрузить диалог', empty: 'Сообщений пока нет', older: 'Загружаем более ранние…', beginning: 'Здесь начало диалога',
    newBelow: '{n} новое сообщение ниже | {n} новых сообщения ниже | {n} новых сообщений ниже', toBottom: 'К последнему сообщению', unread: 'Новое',
    typing: '{name} печатает…', customerTyping: 'Клиент печатает…', viewing: '{name} тоже здесь | {name} тоже здесь | {name} тоже здесь', missing: 'Такого диалога нет, или он вам не виден.',
  },
  message: {
    note: 'Заметка', edited: 'изменено', editedTitle: 'Прежние версии', deleted: 'Сообщение удалено', deletedAt: 'удалено {time}', deletedBy: 'Клиент удалил это сообщение. В нём было:',
    late: 'пришло с опозданием', lateHelp: 'Оно пришло позже сообщений под ним и поставлено на своё место.', forwarded: 'Переслано', forwardedFrom: 'Переслано от {name}',
    pressed: 'Нажато: {label}', pressedMark: 'нажата', replyTo: 'Ответить', react: 'Реакция', copy: 'Копировать текст', edit: 'Изменить', remove: 'Удалить', actions: 'Действия с сообщением',
    removeAsk: 'Удалить это сообщение?', removeHelp: 'Оно исчезнет и у клиента, если канал это умеет.', removeNote: 'Коллеги больше его не увидят.', editTitle: 'Изменить сообщение',
    original: 'Исходное сообщение', otherThread: 'из другого чата', raw: 'Исходные данные', unsupported: 'Пока не умеем показывать: {name}', spoiler: 'Скрыто. Нажмите, чтобы показать',
    noReaction: 'Убрать реакцию', reactions: 'Реакции: {list}', subject: 'Тема: {subject}', quoted: 'Предыдущая переписка', bot: 'бот', automatic: 'написано автоматически', app: 'из приложения',
  },
  delivery: {
    queued: 'В очереди', queuedIn: 'Уйдёт через {n} с', scheduled: 'Уйдёт {time}', sending: 'Отправляется', held: 'Задержано: предыдущая часть не дошла', unknown: 'Возможно, не доставлено', sent: 'Отправлено', delivered: 'Доставлено', read: 'Прочитано', failed: 'Не доставлено',
    cancelled: 'Отозвано, не отправлено', failedBecause: 'Не доставлено: {reason}', unknownHelp: 'Связь оборвалась во время отправки. Сообщение могло дойти: спросите или отправьте ещё раз.',
    resend: 'Отправить снова', sendAgain: 'Отправить ещё раз', offline: 'Ждёт связи', waiting: 'Принято, сохраняется', takeBack: 'Вернуть', undo: 'Отменить',
    reasons: { rejected: 'платформа отказала', window_closed: 'окно ответа закрыто', contact_gone: 'клиент больше недоступен', channel_broken: 'канал остановлен', deadline: 'прошло слишком много времени', unknown: 'исход неизвестен', internal: 'сбой хаба' },
  },
  attachment: {
    pending: 'Файл загружается', failed: 'Не удалось получить файл', expired: 'На платформе файла больше нет', too_big: 'Файл слишком большой',
    download: 'Скачать {name}', open: 'Открыть {name}', play: 'Слушать', pause: 'Пауза', position: 'Позиция', untitled: 'без имени', image: 'Картинка {name}', speed: 'Скорость {n}×', viewer: 'Картинка', notPlayable: 'Здесь это не проиграть.',
  },
  block: {
    openMap: 'Открыть на карте', live: 'в движении до {time}', votes: '{n} голос | {n} голоса | {n} голосов', closed: 'закрыт', rolled: 'выпало {value}', order: 'Заказ', callIn: 'Входящий звонок', callOut: 'Исходящий звонок', missed: 'Пропущенный звонок', form: 'Анкета', pieces: '{n} × {title}', liveOver: 'было в движении',
    services: {
      member_joined: '{name} теперь в чате', member_left: '{name} больше не в чате', title_changed: 'Новое название: «{title}»', photo_changed: 'Фото изменено', photo_removed: 'Фото удалено', chat_created: 'Чат создан', chat_migrated: 'Чат переехал',
      message_pinned: 'Закреплено сообщение', message_deleted: 'Удалено сообщение, которого у нас нет', reaction: 'Реакция на сообщение, которого у нас нет: {emoji}', topic_created: 'Тема открыта', topic_renamed: 'Тема переименована', topic_closed: 'Тема закрыта', topic_reopened: 'Тема снова открыта',
      blocked: 'Клиент заблокировал канал', unblocked: 'Клиент вернулся', started: 'Клиент нажал «Старт»', payment: 'Оплата', payment_refunded: 'Оплата возвращена', gift: 'Подарок', writing_allowed: 'Клиент разрешил писать ему', join_requested: 'Кто-то просится в чат', username_changed: 'Имя пользователя изменено', other: 'Служебное сообщение: {name}',
    },
  },
  system: {
    assigned: '{actor}: назначено — {agent}', assignedSelf: '{actor} берёт диалог', unassigned: '{actor}: снова без исполнителя', resolved: '{actor}: решено', reopened: '{actor}: открыто снова', reopenedByCustomer: 'Открыто снова: клиент написал',
    snoozed: '{actor}: отложено до {until}', woke: 'Время вернуться к диалогу', pending: '{actor}: {for}', priority: '{actor}: приоритет — {priority}',
    labels: '{actor}: метки {change}', handOff: '{actor}: передано людям — {reason}', handOffPlain: '{actor}: передано людям', gap: 'Здесь что-то пришло, но обработать не удалось. Оно в разделе «Необработанное».', gapReason: 'Здесь что-то пришло, но обработать не удалось: {reason}',
    created: 'Диалог начался', hub: 'Хаб', merged: 'Объединено с другим диалогом', unreachable: 'Клиент недоступен: {reason}', reachable: 'Клиент снова доступен',
  },
  compose: {
    reply: 'Ответ', note: 'Заметка', replyHint: 'Напишите: {name}…', noteHint: 'Это увидят только коллеги…', send: 'Отправить', addNote: 'Добавить', attach: 'Прикрепить файлы', drop: 'Отпустите файлы здесь',
    meter: '{n} / {max}', over: 'Уйдёт {n} сообщением | Уйдёт {n} сообщениями | Уйдёт {n} сообщениями', removeFile: 'Убрать {name}', uploading: '{name}: {n} %', tooBig: '{name}: слишком большой файл для этого канала, не больше {max}.', notCarried: 'Этот канал не передаёт такие файлы: {name}.',
    replying: 'Ответ: {name}', cancelReply: 'Не цитировать', sendingIn: 'Уйдёт через {n} с', undo: 'Отменить', takenBack: 'Отозвано. Текст снова в поле.',
    windowClosed: 'Окно ответа закрыто: платформа не примет сообщений, пока клиент не напишет.', unreachable: 'Клиент недоступен: {reason}', resolved: 'Решено. Ответ откроет диалог снова.',
    windowLeft: 'Окно ответа закроется через {time}', channelPaused: 'Канал на паузе: ответы подождут.', channelBroken: 'Канал остановлен: ответы подождут.', label: 'Сообщение', toolbar: 'Поле ответа', noQuote: 'Этот канал не показывает цитат: ответ уйдёт без неё.', emoji: 'Вставить эмодзи', characters: 'Знаков: {n} из {max}', tooMany: 'Не больше {n} файла в сообщении | Не больше {n} файлов в сообщении | Не больше {n} файлов в сообщении', filesWait: 'Файлы ещё загружаются',
  },
}
