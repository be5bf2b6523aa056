"""Commands about the draft of a conversation: an answer that is suggested and not sent."""

from typing import ClassVar, Literal

from pydantic import Field

from shared.commands.base import Command


class Suggest(Command):
    """Suggest an answer to whoever holds the conversation, in place of an earlier suggestion."""

    kind: ClassVar[str] = "command.suggest"

    text: str = Field(min_length=1, max_length=20_000)


class SettleDraft(Command):
    """The suggestion was taken as it was, taken and changed, or thrown away: it is gone."""

    kind: ClassVar[str] = "command.settle_draft"

    how: Literal["accepted", "edited", "discarded"]
    version: int | None = Field(default=None, ge=1)
    """Which one the caller saw; another one stays."""
