export default {
  channels: {
    title: 'Каналы', intro: 'Учётные записи, через которые вам пишут клиенты.', add: 'Добавить канал', empty: 'Каналов пока нет', emptyHelp: 'Добавьте первый: это займёт минуту.', failed: 'Не удалось загрузить каналы',
    states: { active: 'Работает', paused: 'На паузе', broken: 'Остановлен', removed: 'Удалён' }, simulated: 'симулятор', account: 'Учётная запись', lastIn: 'Входящие', lastOut: 'Исходящие', lastError: 'Сбой', never: 'не было', lag: 'с опозданием {time}', traffic: 'За 24 часа', received: 'принято {n}', sent: 'отправлено {n}', notSent: 'не ушло {n} ({share})', unknown: 'неизвестно {n}', waiting: 'Ждут отправки', waitingSince: '{n} · {time}',
    check: 'Проверить', checking: 'Проверяем…', pause: 'Пауза', resume: 'Включить', remove: 'Удалить', removeAsk: 'Удалить канал «{name}»?', removeHelp: 'Диалоги останутся. Новые сообщения клиентов сюда больше не придут.',
    pickType: 'Что подключаем?', name: 'Название', nameHelp: 'Так его увидят коллеги в списке.', save: 'Добавить канал', saving: 'Проверяем и добавляем…', back: 'Другой тип', required: 'обязательно',
    checkOk: 'Всё работает', checkFailed: 'Нужно ваше внимание', remedy: 'Что сделать', secretSet: 'задано; оставьте пустым, чтобы не менять', wrongJson: 'Это не похоже на JSON.', needed: 'Это поле обязательно.', listHelp: 'По одному в строке', number: '{n} открытый диалог | {n} открытых диалога | {n} открытых диалогов',
    edit: 'Настройки', editTitle: 'Настройки «{name}»', optional: 'Ещё настройки', webhook: 'Адрес для платформы', adminOnly: 'Каналы меняют только администраторы.',
  },
  dead: {
    title: 'Необработанное', intro: 'То, что не удалось обработать. Ничего не потеряно: посмотрите причину и повторите или отбросьте.', empty: 'Здесь пусто', emptyHelp: 'Всё, что пришло, обработано.', failed: 'Не удалось загрузить список',
    states: { open: 'Открытые', replayed: 'Повторённые', dropped: 'Отброшенные' }, source: 'Источник', reason: 'Причина', at: 'Когда', replay: 'Повторить', drop: 'Отбросить', replayed: 'Повторено', dropped: 'Отброшено', dropAsk: 'Отбросить это?', dropHelp: 'Обработано не будет. Запись останется.', details: 'Подробности', envelope: 'Конверт', headers: 'Заголовки', raw: 'Исходные байты', channel: 'Канал', conversation: 'Диалог', openIt: 'Открыть', pick: 'Выберите запись, чтобы увидеть подробности', forbidden: 'Этот раздел видят администраторы и старшие.', filter: 'Состояние',
  },
  settings: {
    title: 'Настройки', profile: 'Профиль', name: 'Имя', language: 'Язык', theme: 'Оформление', themes: { system: 'Как в системе', light: 'Светлое', dark: 'Тёмное', contrast: 'Контрастное' }, keys: 'Клавиши', password: 'Пароль', currentPassword: 'Текущий пароль', newPassword: 'Новый пароль', changePassword: 'Сменить пароль', passwordChanged: 'Пароль изменён', short: 'Не меньше 10 знаков.', passwordHelp: 'Не меньше 10 знаков. Длинный лучше замысловатого.',
    agents: 'Сотрудники', agentsIntro: 'Те, кто отвечает клиентам.', addAgent: 'Добавить сотрудника', email: 'Эл. почта', role: 'Роль', roles: { admin: 'Администратор', supervisor: 'Старший', agent: 'Оператор', bot: 'Бот' }, active: 'Включён', inactive: 'Выключен', deactivate: 'Выключить', activate: 'Включить', firstPassword: 'Первый пароль', firstPasswordHelp: 'Оставьте пустым, и мы придумаем его.', made: 'Теперь может войти: {name}', madePassword: 'Пароль, показываем один раз:', you: 'это вы', about: 'О программе', version: 'Версия {version}', needName: 'Введите имя.', signOut: 'Выйти', roleOf: 'Роль: {name}', loadFailed: 'Не удалось загрузить сотрудников',
  },
}
