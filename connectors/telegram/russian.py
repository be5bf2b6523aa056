"""The settings in Russian."""

from collections.abc import Mapping
from typing import Final

from shared.model.channel import SettingWords

RUSSIAN: Final[Mapping[str, SettingWords]] = {
    "token": SettingWords(
        title="Токен бота",
        description=(
            "Откройте в Telegram @BotFather, отправьте /newbot (или /mybots, ваш бот, API "
            "Token) и скопируйте строку вида 123456789:AAE... Кто ею владеет, тот и "
            "управляет ботом: держите её в секрете."
        ),
    ),
    "mode": SettingWords(
        title="Как приходят сообщения",
        description=(
            "polling работает везде, и без публичного адреса. Для webhook хаб должен быть "
            "доступен по HTTPS на порту 443, 80, 88 или 8443."
        ),
    ),
    "api_base": SettingWords(
        title="Адрес API",
        description=("Меняйте только для собственного сервера Bot API."),
    ),
    "webhook_secret": SettingWords(
        title="Секрет вебхука",
        description=(
            "Хаб создаёт его сам; задайте, только если его проверяет ещё и прокси перед хабом."
        ),
    ),
    "poll_timeout_s": SettingWords(
        title="Длинный опрос, секунды",
        description=("Сколько один запрос ждёт новостей; Telegram разрешает до 50."),
    ),
    "send_timeout_s": SettingWords(
        title="Предел времени вызова, секунды",
        description=("Загрузкам файлов даётся больше, по их размеру."),
    ),
    "calls_per_s": SettingWords(
        title="Вызовов в секунду",
        description=(
            "Только для собственного сервера Bot API со своими пределами: столько сообщений "
            "всего и столько же в один чат. Пусто: пределы Telegram, 30 всего и 1 в один "
            "чат."
        ),
    ),
}
