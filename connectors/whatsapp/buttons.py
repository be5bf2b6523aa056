"""Buttons under a message: up to three beside each other, more as a list, one link alone.

What a press brings back is an id of at most 256 (in a list 200) characters. A longer value travels
as its token (``Button.token``), and whoever keeps the message finds the value among its buttons.
"""

from collections.abc import Sequence
from typing import Any, Final

from shared.delivery.announce import language_of
from shared.delivery.measure import measure
from shared.errors import Rejected
from shared.model.content import Button, ButtonKind, ButtonRow

_BUTTONS: Final = 3
_BUTTON_LABEL: Final = 20
_BUTTON_ID: Final = 256
_BUTTON_BODY: Final = 1024
_ROWS: Final = 10
_ROW_LABEL: Final = 24
_ROW_ID: Final = 200
_LIST_BODY: Final = 4096
_OPEN: Final = {"ru": "Выбрать", "en": "Choose"}
_ASK: Final = {"ru": "Выберите:", "en": "Choose:"}


def interactive(
    text: str,
    rows: Sequence[ButtonRow],
    *,
    header: dict[str, Any] | None = None,
    language: str | None = None,
) -> dict[str, Any] | None:
    """The interactive part of a message; None when there are no buttons.

    Raises ``Rejected`` for what WhatsApp has no form for.
    """
    flat = [button for row in rows for button in row]
    if not flat:
        return None
    links = [button for button in flat if button.kind is ButtonKind.LINK and button.url]
    presses = [button for button in flat if button not in links]
    words = _ASK[language_of(text or flat[0].label, language)]
    if not presses and len(links) == 1 and _fits(links, text):
        return _dressed(_link(links[0]), text or words, header)
    body = _with_links(text, links)
    if not presses:
        raise Rejected("WhatsApp takes one link under a message: write the others into the text")
    if len(presses) > _ROWS:
        raise Rejected(f"WhatsApp takes {_ROWS} buttons, not {len(presses)}")
    if len(presses) <= _BUTTONS and _fits(presses, body):
        return _dressed(_buttons(presses), body or words, header)
    if header is not None:
        raise Rejected(
            "WhatsApp takes three short buttons and 1024 characters under a file: send it apart"
        )
    if measure(body, "utf16") > _LIST_BODY:
        raise Rejected("the text with its links is longer than WhatsApp takes above a list")
    return _dressed(_list(presses, language_of(body, language)), body or words, None)


def _fits(buttons: Sequence[Button], body: str) -> bool:
    return measure(body, "utf16") <= _BUTTON_BODY and all(
        measure(button.label, "utf16") <= _BUTTON_LABEL for button in buttons
    )


def _dressed(form: dict[str, Any], body: str, header: dict[str, Any] | None) -> dict[str, Any]:
    dressed = form | {"body": {"text": body}}
    return dressed | {"header": header} if header is not None else dressed


def _link(button: Button) -> dict[str, Any]:
    parameters = {"display_text": button.label, "url": button.url}
    return {"type": "cta_url", "action": {"name": "cta_url", "parameters": parameters}}


def _buttons(buttons: Sequence[Button]) -> dict[str, Any]:
    items = [
        {"type": "reply", "reply": {"id": _id(button, _BUTTON_ID), "title": button.label}}
        for button in buttons
    ]
    return {"type": "button", "action": {"buttons": items}}


def _list(buttons: Sequence[Button], language: str) -> dict[str, Any]:
    rows = [{"id": _id(button, _ROW_ID), "title": _shortened(button.label)} for button in buttons]
    action = {"button": _OPEN[language], "sections": [{"title": _OPEN[language], "rows": rows}]}
    return {"type": "list", "action": action}


def _with_links(text: str, links: Sequence[Button]) -> str:
    lines = "\n".join(f"{button.label}: {button.url}" for button in links)
    return "\n\n".join(part for part in (text, lines) if part)


def _id(button: Button, most: int) -> str:
    value = button.value or button.label
    plain = len(value) <= most and value == value.strip()
    return value if plain else button.token()


def _shortened(label: str) -> str:
    if measure(label, "utf16") <= _ROW_LABEL:
        return label
    while label and measure(label, "utf16") > _ROW_LABEL - 1:
        label = label[:-1]
    return f"{label}…"
