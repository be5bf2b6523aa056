"""The customer came to the chat, or left it."""

from router import presence, timeline
from router.inbound.times import happened_at
from router.places import Place
from router.work import Work
from shared.ids import MessageId
from shared.model.conversation import Status
from shared.model.inbound import Inbound


async def change(work: Work, item: Inbound, place: Place) -> MessageId | None:
    """Note it with the case that is open, without a line: it comes and goes."""
    conversation = place.conversation
    if conversation is None or conversation.status is Status.RESOLVED:
        return None
    at = happened_at(work, item)
    now = presence.seen(conversation, at) if item.present else presence.left(conversation, at)
    if now != conversation.presence:
        timeline.change(work, conversation, "presence", {"presence": now})
    return None
