"""What a menu bot is told by its file. A text is one for all, or one for each language."""

from typing import Annotated, Any, Final, Literal

from pydantic import BeforeValidator, Field

from shared.model.base import Strict
from shared.model.bots import LEASE_S, MISSES

_LANGUAGE: Final = r"^[a-z]{2,3}$"
EVERY: Final = "*"
"""The language of a text that is one for all."""


def _by_language(value: Any) -> Any:
    return {EVERY: value} if isinstance(value, str) else value


_Said = Annotated[str, Field(min_length=1, max_length=4000)]
Words = Annotated[dict[str, _Said], BeforeValidator(_by_language), Field(min_length=1)]
"""A text by its language."""


class Phrases(Strict):
    """What the bot says beside its items."""

    not_understood: Words = Field(
        default={
            "ru": "Не понял. Выберите, пожалуйста, из списка или напишите «оператор».",
            "en": "I did not understand. Please choose from the list or write “operator”.",
            EVERY: "?",
        }
    )
    back: Words = Field(default={"ru": "Назад", "en": "Back", EVERY: "<"})
    start: Words = Field(default={"ru": "В начало", "en": "To the start", EVERY: "<<"})
    handed_off: Words = Field(
        default={
            "ru": "Передаю вас сотруднику.",
            "en": "I am passing you on to a colleague.",
            EVERY: "...",
        }
    )


class StartMenu(Strict):
    """What a conversation begins with."""

    text: Words
    choices: tuple[str, ...] = Field(min_length=1, max_length=20)


class HandOffEntry(Strict):
    """To whom an item hands over."""

    topic: str | None = Field(default=None, max_length=100)
    """The id of a topic of the hub."""
    team: str | None = Field(default=None, max_length=100)
    reason: str = Field(default="", max_length=2000)
    """For the agents; the item's label where it is empty."""


class Item(Strict):
    """One thing to choose: a menu of more, an answer, or people."""

    label: Words
    icon: str = Field(default="", max_length=8)
    """Stands before the label where the file says ``emoji = true``."""
    words: tuple[Annotated[str, Field(min_length=2, max_length=60)], ...] = ()
    """A message with one of these chooses it, wherever the customer is."""
    ask: tuple[str, ...] = Field(default=(), max_length=20)
    """Fields to ask for first."""
    text: Words | None = None
    """The answer, with ``{field}`` for what was asked; of a menu what stands above it."""
    choices: tuple[str, ...] = Field(default=(), max_length=20)
    hand_off: HandOffEntry | None = None


class AskedField(Strict):
    """A question whose answer is kept with the conversation."""

    question: Words
    kind: Literal["text", "number", "phone", "email"] = "text"
    pattern: str | None = Field(default=None, max_length=500)
    """The whole answer must match it, beside the kind."""
    error: Words | None = None
    """What is said to an answer that does not fit."""


class Menu(Strict):
    """The whole file."""

    languages: tuple[Annotated[str, Field(pattern=_LANGUAGE)], ...] = Field(
        default=("ru", "en"), min_length=1, max_length=20
    )
    """The first is for customers of whom nobody knows better."""
    emoji: bool = False
    lease_s: float = Field(default=LEASE_S, ge=1, le=3600)
    misses: int = Field(default=MISSES, ge=1, le=10)
    person_words: tuple[Annotated[str, Field(min_length=1, max_length=60)], ...] | None = None
    """What asks for a person, in place of the hub's own list."""
    phrases: Phrases = Phrases()
    start: StartMenu
    items: dict[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")], Item] = Field(
        min_length=1, max_length=500
    )
    fields: dict[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")], AskedField] = Field(
        default_factory=dict, max_length=100
    )
