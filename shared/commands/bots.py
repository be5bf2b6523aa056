"""Commands about who answers, a bot or people. ``HandOff`` stands with the conversation's."""

from typing import ClassVar

from pydantic import Field

from shared.commands.base import Command
from shared.model.bots import LEASE_S, MISSES
from shared.model.content import ButtonRow


class Hold(Command):
    """A bot takes a conversation that nobody holds, for as long as it answers in time."""

    kind: ClassVar[str] = "command.hold"

    lease_s: float = Field(default=LEASE_S, ge=1, le=3600)
    """People get it when the bot leaves a customer's message without an answer for so long."""
    misses: int = Field(default=MISSES, ge=1, le=10)
    """So many misunderstandings in a row hand it over."""
    words: tuple[str, ...] | None = Field(default=None, max_length=200)
    """What asks for a person; None: the hub's own list."""


class Misunderstood(Command):
    """A bot did not understand the customer: say so, or hand over when that is once too often."""

    kind: ClassVar[str] = "command.misunderstood"

    text: str = Field(min_length=1, max_length=100_000)
    buttons: tuple[ButtonRow, ...] = Field(default=(), max_length=20)
    collected: dict[str, str] = Field(default_factory=dict, max_length=100)
    seen: int | None = Field(default=None, ge=0)
    """The ``seq`` of the message that it did not understand."""


class HandBack(Command):
    """People give the conversation to a bot."""

    kind: ClassVar[str] = "command.hand_back"

    bot: str | None = Field(default=None, max_length=40)
    """Its name; None: the one that held it last."""
