"""The settings in Russian."""

from collections.abc import Mapping
from typing import Final

from shared.model.channel import SettingWords

RUSSIAN: Final[Mapping[str, SettingWords]] = {
    "secret": SettingWords(
        title="Секрет подписи",
        description=(
            "Подписывает то, что отправляют обе стороны. Создайте его командой `hub "
            "connector secret` (whsec_ и base64 от 32 случайных байт), укажите здесь и в "
            "вашей системе."
        ),
    ),
    "previous_secret": SettingWords(
        title="Прежний секрет",
        description=(
            "Только пока меняете секрет: впишите сюда старый. Принимаются оба, а обратные "
            "вызовы подписаны каждым, пока вы не очистите это поле."
        ),
    ),
    "callback_url": SettingWords(
        title="Адрес обратного вызова",
        description=(
            "Куда ваша система принимает сообщения операторов методом POST. Пусто: канал "
            "только принимает. Хранится как секрет: в таких адресах часто есть ключ."
        ),
    ),
    "idempotent_receiver": SettingWords(
        title="Получатель узнаёт повторы",
        description=(
            "Ваша система считает уже виденный webhook-id выполненным, поэтому вызов без "
            "ответа повторяется. Выключите, если это не так: тогда такое сообщение показано "
            "как неизвестное, и решает оператор."
        ),
    ),
    "buttons": SettingWords(
        title="Кнопки",
        description=("Ваша система показывает кнопки. Выключено: они становятся строками текста."),
    ),
    "changes": SettingWords(
        title="Правки и удаления",
        description=("Ваша система умеет менять и удалять показанное."),
    ),
    "typing": SettingWords(
        title="Печатает",
        description=("Сообщать вашей системе, что оператор печатает, не чаще чем раз в 4 секунды."),
    ),
    "max_text": SettingWords(
        title="Самый длинный текст",
        description=(
            "В единицах UTF-16, сколько принимает ваша система; более длинные сообщения делятся."
        ),
    ),
    "timeout_s": SettingWords(
        title="Предел времени вызова, секунды",
        description=("За это время ваша система должна ответить; стандарт советует от 15 до 30."),
    ),
}
