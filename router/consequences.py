"""What follows from what an item changed: decided and written in the same commit as the item.

Each consequence is told what has happened so far and changes more of the unit, in a fixed order;
those later in the order see what the earlier ones did. An item that changed nothing has none.
"""

from collections.abc import Sequence
from typing import Final

from router import loads
from router.bots.hold import hold
from router.bots.suggestions import outdate
from router.commands import acts, schedules
from router.contacts.facts import facts
from router.deadlines.acknowledge import acknowledge
from router.deadlines.keep import keep as keep_deadlines
from router.figures.counting import count
from router.happening import Change, Consequence, Happening
from router.notifications.notifying import notify
from router.queueing.telling import tell_place
from router.rules import counting, following
from router.unit import Mark
from router.work import Work
from shared.collections import CONVERSATIONS

CONSEQUENCES: Final[tuple[Consequence, ...]] = (
    facts,
    schedules.recall,
    following.follow,
    hold,
    keep_deadlines,
    following.follow_deadlines,
    acknowledge,
    tell_place,
    outdate,
    loads.carry,
    counting.count,
    count,
    acts.remember,
    notify,
)
"""In their order. Loads are carried after everything that changes who holds a conversation, and
people are told last, of what has come of it all."""


async def settle(
    work: Work, since: Mark, consequences: Sequence[Consequence] = CONSEQUENCES
) -> None:
    """Let everything follow from what the unit holds since the mark. Raises ``Unavailable``."""
    happening, told_at = _happened(work, since), work.unit.progress
    for consequence in consequences:
        if work.unit.progress != told_at:
            happening, told_at = _happened(work, since), work.unit.progress
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
