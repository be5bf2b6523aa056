"""A suggested answer is outdated once an agent has answered, or the case is done."""

from router import timeline
from router.happening import Happening
from router.work import Work
from shared.collections import DRAFTS
from shared.events import MessageAdded
from shared.model.conversation import Conversation, Status
from shared.model.message import Direction
from shared.model.people import ActorKind, is_hub


async def outdate(work: Work, happening: Happening) -> None:
    """Take away what nobody needs any more."""
    for change in happening.changes:
        after = change.after
        if after.drafted_at is None:
            continue  # nearly all
        if after.status is Status.RESOLVED or _is_answered(happening, after):
            await work.unit.get(DRAFTS, after.id)
            work.unit.delete(DRAFTS, after.id)
            timeline.change(work, after, "draft", {"drafted_at": None})


def _is_answered(happening: Happening, conversation: Conversation) -> bool:
    return any(
        isinstance(event, MessageAdded)
        and event.conversation.id == conversation.id
        and event.message.direction is Direction.OUTBOUND
        and event.message.author.kind is not ActorKind.BOT
        and not is_hub(event.message.author)
        for event in happening.events
    )
