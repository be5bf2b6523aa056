"""What has happened to a conversation, in the words of rules. Pure."""

from collections.abc import Iterable, Mapping
from typing import Final

from shared.events import DeadlineBreached, DeadlineWarned, Event
from shared.model.conversation import Conversation, Status
from shared.model.message import Direction, Message
from shared.model.people import is_hub
from shared.model.rule import Cause

_STATUS: Final = {
    Status.RESOLVED: Cause.RESOLVED,
    Status.PENDING: Cause.PENDING,
    Status.SNOOZED: Cause.SNOOZED,
}
TOLD: Final[Mapping[type[Event], Cause]] = {
    DeadlineWarned: Cause.DEADLINE_WARNED,
    DeadlineBreached: Cause.DEADLINE_BREACHED,
}
"""Events that are causes of rules."""


def causes_of(before: Conversation | None, after: Conversation) -> set[Cause]:
    """What the difference says."""
    if before is None:
        # History that is taken in begins resolved, and nothing follows from it.
        return set() if after.status is Status.RESOLVED else {Cause.CREATED}
    found: set[Cause] = set()
    if after.status is not before.status:
        if after.status in _STATUS:
            found.add(_STATUS[after.status])
        elif before.status is Status.RESOLVED:
            found.add(Cause.REOPENED)
    if after.assignee_id != before.assignee_id:
        found.add(Cause.UNASSIGNED if after.assignee_id is None else Cause.ASSIGNED)
    if after.priority is not before.priority:
        found.add(Cause.PRIORITY)
    if after.topic != before.topic:
        found.add(Cause.TOPIC)
    if after.labels != before.labels:
        found.add(Cause.LABELS)
    if after.fields != before.fields:
        found.add(Cause.FIELDS)
    return found


def written(
    messages: Iterable[Message], before: Conversation | None, after: Conversation
) -> tuple[set[Cause], Message | None]:
    """What new messages say, and the customer's message that rules look at.

    Imported history waits for nobody: it raises no count of the unread.
    """
    found: set[Cause] = set()
    from_customer = None
    is_news = after.unread > (before.unread if before is not None else 0)
    for message in messages:
        if message.direction is Direction.INBOUND and is_news and not message.muted:
            found.add(Cause.MESSAGE)
            from_customer = message
        elif message.direction is Direction.OUTBOUND and not by_rule(message):
            found.add(Cause.REPLY)
    return found, from_customer


def by_rule(message: Message) -> bool:
    """Whether the hub itself wrote it."""
    return is_hub(message.author)
