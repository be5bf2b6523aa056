"""System lines for what happens beside the messages."""

from collections.abc import Mapping

from router import timeline
from router.places import Place
from router.work import Work
from shared.ids import MessageId
from shared.model.message import Direction, SystemLine
from shared.model.people import Actor


def add_quiet_line(
    work: Work, place: Place, name: str, actor: Actor, details: Mapping[str, str | None]
) -> MessageId | None:
    """Tell of it in the thread's latest conversation, which it neither reopens nor begins."""
    if place.conversation is None:
        return None
    values = {key: value for key, value in details.items() if value is not None}
    draft = timeline.Draft(
        direction=Direction.SYSTEM,
        author=actor,
        at=work.now,
        system=SystemLine(name=name, details=values),
    )
    message, _ = timeline.append(work, place.conversation, draft)
    return message.id
