"""What an item has done so far, as its consequences are told of it."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from router.work import Work
from shared.events import Event
from shared.model.conversation import Conversation


@dataclass(frozen=True, slots=True)
class Change:
    """A conversation before the item and as it stands now."""

    before: Conversation | None
    """None: the item began it."""
    after: Conversation


@dataclass(frozen=True, slots=True)
class Happening:
    """What the item has done so far."""

    events: Sequence[Event]
    """In their order; those of earlier consequences included."""
    changes: Sequence[Change]
    """One for each conversation that is another than before."""


Consequence = Callable[[Work, Happening], Awaitable[None]]
