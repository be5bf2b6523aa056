"""Whether the customer is there to read an answer, as the channel tells it. Pure."""

from datetime import datetime

from shared.model.conversation import Conversation
from shared.model.deadlines import CustomerPresence


def seen(conversation: Conversation, at: datetime) -> CustomerPresence:
    """The customer is there at the moment: wrote, or opened the chat."""
    known = conversation.presence
    if known is None:
        return CustomerPresence(since=at, told_at=at)
    since = known.since if known.holds(at) else None
    return CustomerPresence(since=since or at, told_at=max(at, known.told_at))


def left(conversation: Conversation, at: datetime) -> CustomerPresence | None:
    """The customer closed the chat; what is told late changes nothing."""
    known = conversation.presence
    if known is None or at < known.told_at:
        return known
    return CustomerPresence(since=None, told_at=at)
