"""Buttons under a message, and the value that a press brings back.

Telegram carries at most 64 bytes of data with an inline button. A longer value travels as its
token (``Button.token``); the press then brings the token and the button's label, and whoever keeps
the message finds the value among its buttons.
"""

from collections.abc import Sequence

from aiogram.types import (
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    KeyboardButton,
    ReplyKeyboardMarkup,
)

from connectors.payload import Payload
from shared.model.content import Button, ButtonKind, ButtonRow

MAX_DATA_BYTES = 64


def keyboard(
    rows: Sequence[ButtonRow],
) -> InlineKeyboardMarkup | ReplyKeyboardMarkup | None:
    """The keyboard for the buttons: below the input field if all only write their label."""
    filled = [row for row in rows if row]
    if not filled:
        return None
    if all(button.kind is ButtonKind.REPLY for row in filled for button in row):
        return ReplyKeyboardMarkup(
            keyboard=[[KeyboardButton(text=button.label) for button in row] for row in filled],
            resize_keyboard=True,
            one_time_keyboard=True,
        )
    return InlineKeyboardMarkup(
        inline_keyboard=[[_inline(button) for button in row] for row in filled]
    )


def _inline(button: Button) -> InlineKeyboardButton:
    if button.kind is ButtonKind.LINK and button.url is not None:
        return InlineKeyboardButton(text=button.label, url=button.url)
    return InlineKeyboardButton(text=button.label, callback_data=data_of(button))


def data_of(button: Button) -> str:
    """What a press of the button brings back."""
    value = button.value or button.label
    return value if len(value.encode()) <= MAX_DATA_BYTES else button.token()


def label_of(message: Payload, data: str | None) -> str | None:
    """The label of the pressed button, as the message that was pressed still shows it."""
    markup = message.child("reply_markup")
    rows = markup.raw.get("inline_keyboard") if markup is not None else None
    if data is None or not isinstance(rows, list):
        return None
    for row in rows:
        for button in row if isinstance(row, list) else ():
            if isinstance(button, dict) and button.get("callback_data") == data:
                return Payload(button).text("text")
    return None
