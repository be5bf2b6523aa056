"""Buttons under a message, and the value that a press brings back.

VK carries 255 characters with a button. A longer value travels as its token (``Button.token``), and
whoever keeps the message finds the value among its buttons.
"""

import json
from collections.abc import Sequence
from typing import Any

from vk_api.keyboard import VkKeyboard

from shared.errors import Rejected
from shared.model.content import Button, ButtonKind, ButtonRow

_PAYLOAD = 255
_LABEL = 40
_IN_ROW = 5
_INLINE_ROWS, _INLINE = 6, 10
_ROWS, _MOST = 10, 40
_VALUE, _SHOWN = "value", "label"


def keyboard(rows: Sequence[ButtonRow]) -> str | None:
    """The keyboard for the buttons, as JSON; None for none.

    Those that only write their label stand below the input field, as do those that are too many to
    stand under the message. Raises ``Rejected`` for more than VK takes.
    """
    filled = _fitting([row for row in rows if row])
    if not filled:
        return None
    count = sum(len(row) for row in filled)
    if count > _MOST or len(filled) > _ROWS:
        raise Rejected(f"VK takes {_MOST} buttons in {_ROWS} rows")
    writes = all(button.kind is ButtonKind.REPLY for row in filled for button in row)
    inline = not writes and count <= _INLINE and len(filled) <= _INLINE_ROWS
    made = VkKeyboard(one_time=writes, inline=inline)
    for number, row in enumerate(filled):
        if number:
            made.add_line()
        for button in row:
            _add(made, button)
    keys: str = made.get_keyboard()
    return keys


def _fitting(rows: list[ButtonRow]) -> list[ButtonRow]:
    """Rows of at most five; and where that makes too many under a message, as few as can be."""
    cut = [row[start : start + _IN_ROW] for row in rows for start in range(0, len(row), _IN_ROW)]
    flat = [button for row in rows for button in row]
    too_many = len(cut) > _INLINE_ROWS and len(flat) <= _INLINE
    if too_many or len(cut) > _ROWS:
        return [tuple(flat[start : start + _IN_ROW]) for start in range(0, len(flat), _IN_ROW)]
    return cut


def _add(made: VkKeyboard, button: Button) -> None:
    label = button.label[:_LABEL]
    if button.kind is ButtonKind.LINK and button.url:
        made.add_openlink_button(label, button.url)
    elif button.kind is ButtonKind.REPLY:
        made.add_button(label, payload=payload_of(button) if button.value else None)
    else:
        made.add_callback_button(label, payload=payload_of(button))


def payload_of(button: Button) -> str:
    """What a press of the button brings back: its value, and its label where there is room."""
    value = button.value or button.label
    for said in (
        {_VALUE: value, _SHOWN: button.label},
        {_VALUE: value},
        {_VALUE: button.token()},
    ):
        written = json.dumps(said, ensure_ascii=False, separators=(",", ":"))
        if len(written.encode()) <= _PAYLOAD:
            return written
    raise AssertionError("a token is short")


def pressed(payload: Any) -> tuple[str | None, str | None]:
    """(value, label) of a press. Payloads that are not ours are their JSON."""
    if isinstance(payload, str):
        try:
            payload = json.loads(payload)
        except (ValueError, RecursionError):
            return payload or None, None
    if isinstance(payload, dict):
        value, label = payload.get(_VALUE), payload.get(_SHOWN)
        if isinstance(value, str) and set(payload) <= {_VALUE, _SHOWN}:
            return value, label if isinstance(label, str) else None
        command = payload.get("command")
        if isinstance(command, str) and len(payload) == 1:
            return command, None
    if payload in (None, "", {}, []):
        return None, None
    if isinstance(payload, str):
        return payload, None
    try:
        return json.dumps(payload, ensure_ascii=False, separators=(",", ":")), None
    except (ValueError, RecursionError):
        return None, None
