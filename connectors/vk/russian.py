"""The settings in Russian."""

from collections.abc import Mapping
from typing import Final

from shared.model.channel import SettingWords

RUSSIAN: Final[Mapping[str, SettingWords]] = {
    "token": SettingWords(
        title="Ключ доступа",
        description=(
            "Откройте во ВКонтакте сообщество, Управление, Дополнительно (Работа с API), "
            "Ключи доступа, Создать ключ. Разрешите управление сообществом, сообщения, "
            "фотографии и документы; скопируйте строку, которая начинается с vk1.a. Кто ею "
            "владеет, тот пишет от имени сообщества: держите её в секрете."
        ),
    ),
    "group_id": SettingWords(
        title="Номер сообщества",
        description=(
            "Откройте во ВКонтакте сообщество, Управление, Настройки: номер стоит в адресе, "
            "например club123456, и в Дополнительно (Работа с API), Callback API как "
            "group_id."
        ),
    ),
    "mode": SettingWords(
        title="Как приходят сообщения",
        description=(
            "longpoll работает везде, и без публичного адреса. Для callback хаб должен быть "
            "доступен из интернета; в сообществе он настроится сам."
        ),
    ),
    "callback_secret": SettingWords(
        title="Секретный ключ Callback API",
        description=(
            "Хаб создаёт его сам. Задайте, только если сервер вписан вручную: Управление, "
            "Дополнительно (Работа с API), Callback API, Секретный ключ."
        ),
    ),
    "confirmation": SettingWords(
        title="Строка подтверждения",
        description=(
            "Читается из ВКонтакте сама. Задайте, только если ключу нельзя управлять "
            "сообществом: Управление, Дополнительно (Работа с API), Callback API, строка, "
            "которую должен вернуть сервер."
        ),
    ),
    "api_base": SettingWords(
        title="Адрес API",
        description=("Меняйте только для собственного прокси перед API ВКонтакте."),
    ),
    "poll_wait_s": SettingWords(
        title="Длинный опрос, секунды",
        description=("Сколько один запрос ждёт новостей; ВКонтакте разрешает до 90."),
    ),
    "call_timeout_s": SettingWords(
        title="Предел времени вызова, секунды",
        description=("Загрузкам файлов даётся больше, по их размеру."),
    ),
}
