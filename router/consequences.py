"""What follows from what an item changed: decided and written in the same commit as the item.

Each consequence is told what has happened so far and changes more of the unit, in a fixed order;
those later in the order see what the earlier ones did. An item that changed nothing has none.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final

from router.unit import Mark
from router.work import Work
from shared.collections import CONVERSATIONS
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

CONSEQUENCES: Final[tuple[Consequence, ...]] = ()
"""In their order."""


async def settle(
    work: Work, since: Mark, consequences: Sequence[Consequence] = CONSEQUENCES
) -> None:
    """Let everything follow from what the unit holds since the mark. Raises ``Unavailable``."""
    for consequence in consequences:
        happening = _happened(work, since)
        if not happening.events:
            return
        await consequence(work, happening)


def _happened(work: Work, since: Mark) -> Happening:
    return Happening(
        events=[emitted.event for emitted in work.unit.events[since.events :]],
        changes=[
            Change(before, after)
            for before, after in work.unit.changed_since(since, CONVERSATIONS)
            if after is not None
        ],
    )
