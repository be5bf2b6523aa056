"""Reading a menu bot's file; one that cannot work is refused with its table and key."""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from shared.bots.menu.model import EVERY, Item, Menu, Words
from shared.errors import BadRequest

_LABEL: Final = 80
"""What a button holds."""
_PLACE: Final = re.compile(r"\{(\w*)\}")


def read_menu(path: Path) -> Menu:
    """The menu of the file. Raises ``BadRequest`` naming table and key."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadRequest(f"{path}: cannot be read: {type(error).__name__}") from None
    try:
        return parse_menu(text)
    except BadRequest as error:
        raise BadRequest(f"{path}: {error}", field=error.field) from None


def parse_menu(text: str) -> Menu:
    """The menu of a TOML text. Raises ``BadRequest`` naming table and key."""
    try:
        menu = Menu.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise BadRequest(f"no TOML: {error}") from None
    except ValidationError as error:
        first = error.errors()[0]
        steps = [str(step) for step in first["loc"] if step != "[key]"]
        raise _wrong(".".join(steps) or "the file", first["msg"]) from None
    for where, words in _all_words(menu):
        _check_words(menu, where, words)
    for name, item in menu.items.items():
        _check_item(menu, name, item)
    _check_choices(menu, "start.choices", menu.start.choices)
    _check_reached(menu)
    for name, field in menu.fields.items():
        try:
            re.compile(field.pattern or "")
        except re.error as error:
            raise _wrong(f"fields.{name}.pattern", f"no regular expression: {error}") from None
    return menu


def _wrong(where: str, reason: str) -> BadRequest:
    return BadRequest(f"{where}: {reason}", field=where)


def _all_words(menu: Menu) -> Iterator[tuple[str, Words]]:
    yield "start.text", menu.start.text
    for name in type(menu.phrases).model_fields:
        yield f"phrases.{name}", getattr(menu.phrases, name)
    for id, item in menu.items.items():
        yield f"items.{id}.label", item.label
        if item.text is not None:
            yield f"items.{id}.text", item.text
    for id, field in menu.fields.items():
        yield f"fields.{id}.question", field.question
        if field.error is not None:
            yield f"fields.{id}.error", field.error


def _check_words(menu: Menu, where: str, words: Words) -> None:
    own_phrases = where.startswith("phrases.")
    for language in words:
        if language not in (*menu.languages, EVERY) and not own_phrases:
            raise _wrong(f"{where}.{language}", "is none of the languages")
    for language in menu.languages:
        if language not in words and EVERY not in words:
            raise _wrong(where, f"has no text in {language!r}")


def _check_item(menu: Menu, id: str, item: Item) -> None:
    table = f"items.{id}"
    if item.choices and item.hand_off is not None:
        raise _wrong(f"{table}.hand_off", "a menu of choices does not hand over")
    if item.choices and item.ask:
        raise _wrong(f"{table}.ask", "a menu of choices asks for nothing")
    if item.text is None and item.hand_off is None:
        raise _wrong(table, "needs a text (with or without choices) or hand_off")
    for number, name in enumerate(item.ask):
        if name not in menu.fields:
            raise _wrong(f"{table}.ask.{number}", f"there is no field {name!r}")
    _check_choices(menu, f"{table}.choices", item.choices)
    for label in item.label.values():
        if len(label) + len(item.icon) + 1 > _LABEL:
            raise _wrong(f"{table}.label", f"a button holds {_LABEL} characters")
    for text in (item.text or {}).values():
        for name in _PLACE.findall(text):
            if name not in menu.fields:
                raise _wrong(f"{table}.text", f"there is no field {name!r} to fill in")


def _check_choices(menu: Menu, where: str, choices: Sequence[str]) -> None:
    for number, id in enumerate(choices):
        if id not in menu.items:
            raise _wrong(f"{where}.{number}", f"there is no item {id!r}")
    if len(set(choices)) < len(choices):
        raise _wrong(where, "names an item twice")
    for language in menu.languages:
        labels = [_text(menu.items[id].label, language).casefold() for id in choices]
        double = next((label for label in labels if labels.count(label) > 1), None)
        if double is not None:
            raise _wrong(where, f"two of them are called {double!r}")


def _check_reached(menu: Menu) -> None:
    reached: set[str] = set()
    waiting = list(menu.start.choices)
    while waiting:
        id = waiting.pop()
        if id not in reached:
            reached.add(id)
            waiting.extend(menu.items[id].choices)
    for id, item in menu.items.items():
        if id not in reached and not item.words:
            raise _wrong(f"items.{id}", "nothing leads to it")


def _text(words: Mapping[str, Any], language: str) -> str:
    return str(words.get(language) or words[EVERY])
