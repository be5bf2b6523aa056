"""The settings in Russian."""

from collections.abc import Mapping
from typing import Final

from shared.model.channel import SettingWords

RUSSIAN: Final[Mapping[str, SettingWords]] = {
    "title": SettingWords(
        title="Заголовок",
        description=("Стоит над окном чата, например название магазина."),
    ),
    "greeting": SettingWords(
        title="Приветствие",
        description=("Что окно говорит до первого сообщения. Пусто: общая фраза."),
    ),
    "colour": SettingWords(
        title="Цвет",
        description=("Кнопки и сообщений клиента, в виде #rrggbb."),
    ),
    "language": SettingWords(
        title="Язык",
        description=("auto: язык страницы из data-lang, иначе язык браузера."),
    ),
    "theme": SettingWords(
        title="Тема",
        description=("auto: как настроена система клиента."),
    ),
    "position": SettingWords(
        title="Место",
        description=("В каком нижнем углу стоит кнопка."),
    ),
    "offline": SettingWords(
        title="Никого нет",
        description=("Сказать, что сейчас никого нет; сообщения всё равно принимаются."),
    ),
    "offline_notice": SettingWords(
        title="Что сказать, когда никого нет",
        description=("Пусто: общая фраза."),
    ),
    "show_agent_names": SettingWords(
        title="Показывать имена операторов",
        description=("Иначе каждый ответ подписан заголовком чата."),
    ),
    "allowed_origins": SettingWords(
        title="Разрешённые сайты",
        description=(
            "Адреса сайтов, на которых может стоять чат, например https://shop.example. "
            "Пусто: любые."
        ),
    ),
    "email_channel": SettingWords(
        title="Канал почты для тех, кто ушёл",
        description=(
            "Его идентификатор. Непрочитанный ответ уходит письмом посетителю, который оставил "
            "адрес, а его ответ возвращается в чат. Пусто: писем нет."
        ),
    ),
    "email_after_s": SettingWords(
        title="Через сколько секунд слать непрочитанное письмом",
        description="Открытое окно чата, в котором виден ответ, отмечает его прочитанным.",
    ),
    "chat_page": SettingWords(
        title="Страница с чатом",
        description=(
            "На неё ведёт ссылка из письма, например https://shop.example/contact. Пусто: "
            "страница, с которой писал посетитель, если это один из разрешённых сайтов; иначе "
            "ссылки нет."
        ),
    ),
    "identity_secret": SettingWords(
        title="Секрет подписи",
        description=(
            "Общий с сервером вашего сайта: он подписывает им идентификаторы своих "
            "пользователей (HMAC-SHA256, шестнадцатеричный), и здесь их узнают. Придумайте "
            "длинный и случайный."
        ),
    ),
    "require_signed": SettingWords(
        title="Только подписанные пользователи",
        description=("Не принимать посетителей, которых сайт не подписал."),
    ),
    "max_file_bytes": SettingWords(
        title="Наибольший файл",
        description=("В байтах, для файлов от клиентов."),
    ),
    "messages_per_minute": SettingWords(
        title="Сообщений в минуту",
        description=("От одного посетителя; с одного адреса впятеро больше."),
    ),
    "ask_name": SettingWords(
        title="Спрашивать имя",
        description="У посетителей, которых сайт не подписал, перед первым сообщением.",
    ),
    "ask_email": SettingWords(
        title="Спрашивать адрес почты",
        description="Оператор видит его как слова посетителя: адрес никто не проверял.",
    ),
    "ask_phone": SettingWords(
        title="Спрашивать телефон",
        description="Оператор видит его как слова посетителя: номер никто не проверял.",
    ),
    "consent": SettingWords(
        title="Согласие",
        description=(
            "С чем посетитель должен согласиться, прежде чем писать, например с обработкой данных. "
            "Пусто: ни с чем."
        ),
    ),
    "voice": SettingWords(
        title="Голосовые сообщения",
        description="Клиенты могут записать голос, если их браузер умеет.",
    ),
}
