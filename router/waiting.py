"""What waits in a case, found anew in its messages, where it goes on in several threads too."""

from collections.abc import Sequence
from datetime import datetime
from itertools import takewhile
from typing import Final

from router.joining import Waiting
from router.threading import waiting_since
from router.work import Work
from shared.collections import CONVERSATIONS, MESSAGES
from shared.model.conversation import Conversation
from shared.model.message import Direction, Message

_LOOKED_AT: Final = 200
"""The newest messages of a thread."""
_MOST_THREADS: Final = 100


async def what_waits(
    work: Work, conversation: Conversation, *, not_before: datetime | None = None
) -> Waiting:
    """What waits in its own thread. Of a case whose customer waits since ``not_before``, all that
    was written earlier is answered, in whichever thread."""
    recent: Sequence[Message] = await work.unit.find(
        MESSAGES,
        equal={"conversation_id": conversation.id},
        order="seq",
        descending=True,
        limit=_LOOKED_AT,
    )
    later = [one for one in recent if not_before is None or one.at >= not_before]
    return waiting_since(later), _unread(recent)


async def waits_in_all(work: Work, conversation: Conversation) -> Waiting:
    """What waits in its thread and in those of all that are joined in it. Never more than it says
    now: what was answered or read stays so."""
    now_since, now_unread = conversation.waiting_since, conversation.unread
    since, unread = None, 0
    for one in await _threads(work, conversation):
        its_since, its_unread = await what_waits(work, one, not_before=now_since)
        since = its_since if since is None else min(since, its_since or since)
        unread += its_unread
    return (since if now_since is not None else None), min(unread, now_unread)


async def _threads(work: Work, conversation: Conversation) -> Sequence[Conversation]:
    """The conversation and all that go on in it, also by way of others."""
    found, seen = [conversation], {conversation.id}
    for one in found:
        for id in one.joined:
            joined = await work.unit.get(CONVERSATIONS, id) if id not in seen else None
            if joined is not None and len(found) < _MOST_THREADS:
                seen.add(id)
                found.append(joined)
    return found


def _unread(latest_first: Sequence[Message]) -> int:
    """How many messages of the customer no answer of ours follows."""
    unanswered = takewhile(lambda one: one.direction is not Direction.OUTBOUND, latest_first)
    return sum(one.direction is Direction.INBOUND and not one.muted for one in unanswered)
