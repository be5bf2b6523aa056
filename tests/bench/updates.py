"""The update that the bench writes to a webhook: Telegram's shape, Cyrillic, about 550 bytes."""

import re
import time
from typing import Final

TOKEN: Final = "1000001:bench-token-of-nobody"
BOT_ID: Final = 1_000_001
FIRST_CHAT: Final = 700_000_000
_FIRST_UPDATE: Final = 730_000_000
_TEMPLATE: Final = (
    '{"update_id":%d,"message":{"message_id":%d,"from":{"id":%d,"is_bot":false,'
    '"first_name":"Мария","last_name":"Ковалёва","username":"customer_%d","language_code":"ru"},'
    '"chat":{"id":%d,"first_name":"Мария","last_name":"Ковалёва","username":"customer_%d",'
    '"type":"private"},"date":%d,"text":"Здравствуйте! Заказ ещё не пришёл. Подскажите, '
    'пожалуйста, когда его ждать? Заранее спасибо! zq%dqz"}}'
)

MARK: Final = re.compile(rb"zq(\d+)qz")
"""The number of a message in its text; the letters stand for themselves in every encoding."""


def update(number: int, chat: int) -> bytes:
    """The webhook's body for the message with this number, from the customer of this chat."""
    person = FIRST_CHAT + chat
    text = _TEMPLATE % (
        _FIRST_UPDATE + number, 1 + number, person, person, person, person, int(time.time()), number
    )  # fmt: skip
    return text.encode()
