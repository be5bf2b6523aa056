"""Which conversation of a thread a new message belongs to. Pure."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

from shared.model.conversation import Conversation, PendingFor, Status
from shared.model.delivery import Delivery
from shared.model.message import Direction, Message
from shared.model.people import is_hub


class Choice(Enum):
    """What to do with the thread's latest conversation."""

    CONTINUE = "continue"
    REOPEN = "reopen"
    NEW = "new"


def choose(
    latest: Conversation | None, now: datetime, reopen_for: timedelta, *, quiet: bool
) -> Choice:
    """Go on in the latest conversation, reopen it, or begin a new one.

    What is ``quiet`` (a system line, an answer from the platform's own app) never reopens a case.
    """
    if latest is None:
        return Choice.NEW
    if latest.status is not Status.RESOLVED or latest.merged_into is not None or quiet:
        return Choice.CONTINUE
    over_for = now - latest.resolved_at if latest.resolved_at is not None else None
    if over_for is not None and (not reopen_for or over_for > reopen_for):
        return Choice.NEW
    return Choice.REOPEN


def after_customer_wrote(conversation: Conversation) -> dict[str, Any]:
    """The status fields that change because the customer wrote: it no longer waits for them."""
    snoozed = conversation.status is Status.SNOOZED
    awaited = (
        conversation.status is Status.PENDING and conversation.pending_for is PendingFor.CUSTOMER
    )
    if not (snoozed or awaited):
        return {}
    return {"status": Status.OPEN, "pending_for": None, "snoozed_until": None}


def waiting_since(latest_first: Sequence[Message]) -> datetime | None:
    """When the oldest customer message came that no answer and no end of the case follows, looking
    back from the end. What a machine or a blocked contact wrote asks for no answer."""
    since = None
    for message in latest_first:
        ours = message.direction is Direction.OUTBOUND and not is_hub(message.author)
        if ours and message.delivery is not Delivery.CANCELLED:
            break
        if message.system is not None and message.system.name == "resolved":
            break
        if message.direction is Direction.INBOUND and not (message.muted or message.automatic):
            since = message.at
    return since
