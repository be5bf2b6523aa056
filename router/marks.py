"""Read marks: a state that holds for everything we sent up to a message."""

from datetime import datetime
from typing import Final

from router import timeline
from router.delivery import delivery_of, with_news
from router.work import Work
from shared.collections import MESSAGES
from shared.ids import ConversationId
from shared.model.delivery import Delivery
from shared.model.message import Direction, Message
from shared.ports.store import Range

_PAGE: Final = 50
_PAGES: Final = 10
_ARRIVED: Final = frozenset({Delivery.SENT, Delivery.DELIVERED})


async def mark_up_to(
    work: Work, conversation_id: ConversationId, seq: int | None, state: Delivery, at: datetime
) -> None:
    """Advance what was sent up to ``seq`` (None: everything), looking back from there.

    What has not left, failed or is unknown stays as it is. Stops at a page of messages that are all
    marked, so that a mark costs little in a long conversation.
    """
    below = seq
    for _ in range(_PAGES):
        page = await work.unit.find(
            MESSAGES,
            equal={"conversation_id": conversation_id},
            range=None if below is None else Range("seq", le=below),
            order="seq",
            descending=True,
            limit=_PAGE,
        )
        changed = [message for message in page if _is_marked_by(message, state)]
        for message in changed:
            await _mark(work, message, state, at)
        if not changed or len(page) < _PAGE:
            return
        below = page[-1].seq - 1


def _is_marked_by(message: Message, state: Delivery) -> bool:
    return message.direction is Direction.OUTBOUND and any(
        part.state in _ARRIVED and part.state is not state for part in message.parts
    )


async def _mark(work: Work, message: Message, state: Delivery, at: datetime) -> None:
    parts = message.parts
    for part in message.parts:
        if part.state in _ARRIVED:
            parts = with_news(parts, part.index, state, at=at)
    if parts != message.parts:
        await timeline.amend(work, message, {"parts": parts, "delivery": delivery_of(parts)})
