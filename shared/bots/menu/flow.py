"""What a menu bot does with a message (pure): where the customer stands, and what is said."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from shared.bots.menu.model import EVERY, AskedField, HandOffEntry, Item, Menu, Words

START: Final = "start"
_GO: Final = "menu:"
"""What the values of the bot's buttons begin with; behind it stands where they lead."""
_WORD: Final = re.compile(r"\w+")
_CYRILLIC: Final = re.compile(r"[Ѐ-ӿ]")
_LATIN: Final = re.compile(r"[A-Za-z]")
_PLACE: Final = re.compile(r"\{(\w+)\}")
_PHONE: Final = re.compile(r"\+?\d{7,15}")
_PHONE_MARKS: Final = re.compile(r"[\s()\-.]")
_KINDS: Final[Mapping[str, re.Pattern[str]]] = {
    "number": re.compile(r"\d+([.,]\d+)?"),
    "email": re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+"),
}
_LONGEST: Final = 500


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a customer is: at an item, or being asked one of its fields."""

    at: str = ""
    """An item, ``start``, or nothing: the bot has not said anything yet."""
    asked: int | None = None
    """Which of the item's fields."""
    language: str = ""


@dataclass(frozen=True, slots=True)
class Turn:
    """What the bot does."""

    standing: Standing
    text: str = ""
    choices: Mapping[str, str] = field(default_factory=dict)
    """The value that each button brings, by its label."""
    understood: bool = True
    collected: Mapping[str, str] = field(default_factory=dict)
    hand_off: HandOffEntry | None = None
    reason: str = ""
    """For the agents."""


def turn(
    menu: Menu, standing: Standing, text: str, choice: str | None, known: Mapping[str, str]
) -> Turn:
    """Answer a message. ``known``: the fields of the conversation."""
    here = Standing(standing.at, standing.asked, standing.language or _language(menu, text))
    wanted = _chosen(menu, here, text, choice)
    if wanted is not None:
        return _enter(menu, wanted, here.language, known)
    if here.asked is not None and here.at in menu.items:
        return _answered(menu, here, text.strip(), known)
    if not here.at:
        return _enter(menu, START, here.language, known)
    return Turn(
        here,
        _said(menu.phrases.not_understood, here.language),
        _buttons(menu, here.at, here.language),
        understood=False,
    )


def _language(menu: Menu, text: str) -> str:
    """Of the first message, by its letters; the first language where they do not tell."""
    if "ru" in menu.languages and _CYRILLIC.search(text):
        return "ru"
    if "en" in menu.languages and _LATIN.search(text) and not _CYRILLIC.search(text):
        return "en"
    return menu.languages[0]


def _chosen(menu: Menu, here: Standing, text: str, choice: str | None) -> str | None:
    """Where the message leads: by a button, a number, a label or a word."""
    if choice is not None and choice.startswith(_GO):
        named = choice.removeprefix(_GO)
        return named if named in menu.items or named == START else None
    said = text.strip().casefold()
    shown = _buttons(menu, here.at, here.language) if here.at else {}
    for number, (label, value) in enumerate(shown.items(), 1):
        # While a field is asked for, a number is its answer.
        if said == label.casefold() or (here.asked is None and said == str(number)):
            return value.removeprefix(_GO)
    return None if here.asked is not None else _by_word(menu, said)


def _by_word(menu: Menu, said: str) -> str | None:
    words = " ".join(_WORD.findall(said))
    for id, item in menu.items.items():
        for word in item.words:
            if f" {word.casefold()} " in f" {words} ":
                return id
    return None


def _enter(menu: Menu, id: str, language: str, known: Mapping[str, str]) -> Turn:
    if id == START:
        standing = Standing(START, None, language)
        return Turn(standing, _said(menu.start.text, language), _buttons(menu, START, language))
    item = menu.items[id]
    if item.ask:
        return _question(menu, Standing(id, 0, language), {})
    return _arrive(menu, Standing(id, None, language), item, known, {})


def _question(menu: Menu, standing: Standing, collected: Mapping[str, str]) -> Turn:
    """Without buttons: as a numbered list they would take numbers for themselves."""
    asked = menu.fields[menu.items[standing.at].ask[standing.asked or 0]]
    return Turn(standing, _said(asked.question, standing.language), collected=collected)


def _answered(menu: Menu, here: Standing, text: str, known: Mapping[str, str]) -> Turn:
    item, number = menu.items[here.at], here.asked or 0
    if number >= len(item.ask):
        return _enter(menu, here.at, here.language, known)  # the file has another menu by now
    name = item.ask[number]
    value = valid(menu.fields[name], text)
    if value is None:
        asked = menu.fields[name]
        words = asked.error or menu.phrases.not_understood
        again = f"{_said(words, here.language)}\n{_said(asked.question, here.language)}"
        return Turn(here, again, understood=False)
    collected = {name: value}
    if number + 1 < len(item.ask):
        return _question(menu, Standing(here.at, number + 1, here.language), collected)
    standing = Standing(here.at, None, here.language)
    return _arrive(menu, standing, item, {**known, **collected}, collected)


def valid(asked: AskedField, text: str) -> str | None:
    """The answer as it is kept, or None when it does not fit."""
    if not text or len(text) > _LONGEST:
        return None
    value = text
    if asked.kind == "phone":
        value = _PHONE_MARKS.sub("", text)
        if _PHONE.fullmatch(value) is None:
            return None
    elif asked.kind in _KINDS and _KINDS[asked.kind].fullmatch(text) is None:
        return None
    if asked.pattern is not None and re.fullmatch(asked.pattern, value) is None:
        return None
    return value


def _arrive(
    menu: Menu,
    standing: Standing,
    item: Item,
    known: Mapping[str, str],
    collected: Mapping[str, str],
) -> Turn:
    """All that the item asks for is there."""
    language = standing.language
    words = item.text or menu.phrases.handed_off
    text = _PLACE.sub(lambda place: known.get(place[1], ""), _said(words, language))
    if item.hand_off is not None:
        reason = item.hand_off.reason or _said(item.label, menu.languages[0])
        return Turn(standing, text, collected=collected, hand_off=item.hand_off, reason=reason)
    return Turn(standing, text, _buttons(menu, standing.at, language), collected=collected)


def _buttons(menu: Menu, id: str, language: str) -> Mapping[str, str]:
    """What can be chosen where the customer stands."""
    if id == START or id not in menu.items:
        return _labels(menu, menu.start.choices, language)
    shown = dict(_labels(menu, menu.items[id].choices, language))
    above = _above(menu, id)
    if above != START:
        shown[_said(menu.phrases.back, language)] = f"{_GO}{above}"
    shown[_said(menu.phrases.start, language)] = f"{_GO}{START}"
    return shown


def _labels(menu: Menu, ids: tuple[str, ...], language: str) -> Mapping[str, str]:
    return {_label(menu, menu.items[id], language): f"{_GO}{id}" for id in ids}


def _label(menu: Menu, item: Item, language: str) -> str:
    label = _said(item.label, language)
    return f"{item.icon} {label}" if menu.emoji and item.icon else label


def _above(menu: Menu, id: str) -> str:
    return next((name for name, item in menu.items.items() if id in item.choices), START)


def _said(words: Words, language: str) -> str:
    return words.get(language) or words.get(EVERY) or next(iter(words.values()))
