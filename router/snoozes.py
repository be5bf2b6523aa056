"""The timer by which a snooze ends."""

from router.work import Work
from shared.collections import TIMERS
from shared.ids import ConversationId
from shared.model.conversation import Conversation, Status


def wake_id(conversation_id: ConversationId) -> str:
    """The id of the timer that ends a conversation's snooze."""
    return f"wake/{conversation_id}"


def forget_snooze(work: Work, conversation: Conversation) -> None:
    """Remove the timer of a snooze that is over."""
    if conversation.status is Status.SNOOZED:
        work.unit.delete(TIMERS, wake_id(conversation.id))
