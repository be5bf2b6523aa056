"""One conversation goes on in another: what ends in it, and how the other one learns of it.

The truth is what the one that is merged says. The other may stand in another partition: a timer in
this commit makes it look.
"""

from datetime import datetime
from typing import Any, Final

from router import timeline
from router.bots.duty import given_to_people
from router.snoozes import forget_snooze
from router.work import Work
from shared.collections import CONVERSATIONS, TIMERS
from shared.ids import ConversationId
from shared.model.conversation import Conversation, Status
from shared.model.people import Actor
from shared.model.records import Timer

AGREE: Final = "agree"
"""The kind of the timer by which the other one looks at the merged one."""
_DEEP: Final = 50
Waiting = tuple[datetime | None, int]
"""Since when the customer waits, and how many messages are unread."""


def end_into(
    work: Work,
    conversation: Conversation,
    into_id: ConversationId,
    actor: Actor,
    *,
    cause: str,
    renamed: bool = False,
    waiting: Waiting | None = None,
) -> Conversation:
    """End the case in favour of another, which takes over who waits and what is unread.

    ``renamed``: the platform gave both threads one name, so that neither can refuse. ``waiting``:
    what waits in its thread, where it went on in a third one till now; that one parts with it.
    """
    former = conversation.merged_into
    since, unread = waiting or (conversation.waiting_since, conversation.unread)
    forget_snooze(work, conversation)
    fields: dict[str, Any] = {
        "merged_into": into_id,
        "status": Status.RESOLVED,
        "resolved_at": work.now,
        "pending_for": None,
        "awaited": None,
        "snoozed_until": None,
        "waiting_since": None,
        "due_at": None,
        "unread": 0,
    }
    if conversation.bot_id is not None:
        fields |= {"bot_id": None, "bots": given_to_people(conversation, work.now)}
    after = timeline.change(work, conversation, cause, fields, actor)
    details = {"conversation_id": into_id, "by": actor.name}
    after = timeline.line(work, after, "merged", actor, details)
    extra = {
        "source": conversation.id,
        "actor": actor.model_dump(mode="json"),
        "waiting_since": text_of(since),
        "unread": unread,
        "renamed": renamed,
    }
    arm(work, AGREE, f"{conversation.id}/{into_id}", into_id, extra)
    if former is not None and former != into_id:
        told = {"source": conversation.id, "actor": actor.model_dump(mode="json")}
        arm(work, AGREE, f"{conversation.id}/{former}", former, told)
    return after


async def end_of(work: Work, conversation: Conversation) -> Conversation:
    """Where the case goes on in the end, through all that it was merged into."""
    for _ in range(_DEEP):
        further = conversation.merged_into
        into = await work.unit.get(CONVERSATIONS, further) if further is not None else None
        if into is None:
            break
        conversation = into
    return conversation


def arm(work: Work, kind: str, of: str, to: ConversationId, extra: dict[str, Any]) -> None:
    """Put a timer that fires in the other conversation's partition at once."""
    timer = Timer.model_validate(
        {"id": f"{kind}/{of}", "kind": kind, "conversation_id": to, "due_at": work.now} | extra
    )
    work.unit.put(TIMERS, timer)


def text_of(at: datetime | None) -> str | None:
    """A time as a timer carries it."""
    return at.isoformat() if at is not None else None
