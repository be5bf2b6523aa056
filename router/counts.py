"""Which counters a change of a conversation moves. Pure."""

from typing import Final

from shared.events import count_keys
from shared.model.conversation import Conversation

_NOTHING: Final[frozenset[str]] = frozenset()


def moves(
    before: Conversation | None, after: Conversation | None
) -> tuple[frozenset[str], frozenset[str]]:
    """The counters that the conversation leaves and those that it enters."""
    # Most changes move none, and the keys are many.
    if before is not None and after is not None and _is_counted_alike(before, after):
        return _NOTHING, _NOTHING
    left, entered = count_keys(before), count_keys(after)
    return left - entered, entered - left


def _is_counted_alike(before: Conversation, after: Conversation) -> bool:
    return (
        before.status is after.status
        and before.assignee_id == after.assignee_id
        and before.team_id == after.team_id
        and before.line == after.line
        and before.bot_id == after.bot_id
        and before.topic == after.topic
        and before.labels == after.labels
        and before.followers == after.followers
        and before.merged_into == after.merged_into
    )
