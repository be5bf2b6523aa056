"""Priority, topic, labels, and how far agents have read."""

from typing import Final

from router import timeline
from router.commands.done import Done, Refused, with_conversation
from router.work import Work
from shared.collections import MESSAGES, TOPICS
from shared.commands import MarkRead, SetLabels, SetPriority, SetTopic
from shared.model.conversation import Conversation
from shared.model.message import Direction
from shared.ports.store import Range

_LABELS: Final = 50
_LABEL_LENGTH: Final = 50
_COUNTED: Final = 200


async def set_priority(work: Work, conversation: Conversation, command: SetPriority) -> Done:
    """How soon it wants an answer."""
    if conversation.priority is command.priority:
        return with_conversation(conversation, changed=False)
    # Whoever sets it knows better than the score.
    pinned = conversation.ruled.model_copy(update={"pinned": True})
    fields = {"priority": command.priority, "ruled": pinned}
    after = timeline.change(work, conversation, "priority", fields, command.actor)
    details = {"priority": command.priority.value}
    by = {"by": command.actor.name}
    after = timeline.line(work, after, "priority", command.actor, {**details, **by})
    return with_conversation(after, details=details)


async def set_labels(work: Work, conversation: Conversation, command: SetLabels) -> Done:
    """Add and remove labels."""
    add = _cleaned(command.add)
    gone = set(_cleaned(command.remove)) - set(add)
    kept = [label for label in conversation.labels if label not in gone]
    labels = tuple(dict.fromkeys([*kept, *add]))
    if len(labels) > _LABELS:
        raise Refused(f"more than {_LABELS} labels", code=422, field="add")
    if labels == conversation.labels:
        return with_conversation(conversation, changed=False)
    after = timeline.change(work, conversation, "labels", {"labels": labels}, command.actor)
    added = [label for label in labels if label not in conversation.labels]
    removed = [label for label in conversation.labels if label not in labels]
    details = {"added": ", ".join(added) or None, "removed": ", ".join(removed) or None}
    by = {"by": command.actor.name}
    after = timeline.line(work, after, "labels", command.actor, {**details, **by})
    return with_conversation(after, details={"added": added, "removed": removed})


async def set_topic(work: Work, conversation: Conversation, command: SetTopic) -> Done:
    """What it is about: a topic of the book."""
    topic = work.policy.book.get(TOPICS, command.topic)
    if command.topic is not None and topic is None:
        raise Refused("there is no such topic", code=422, field="topic")
    if conversation.topic == command.topic:
        return with_conversation(conversation, changed=False)
    after = timeline.change(work, conversation, "topic", {"topic": command.topic}, command.actor)
    details = {"topic": topic.name if topic is not None else None, "by": command.actor.name}
    after = timeline.line(work, after, "topic", command.actor, details)
    return with_conversation(after, details={"topic": command.topic})


async def mark_read(work: Work, conversation: Conversation, command: MarkRead) -> Done:
    """An agent has read everything up to a message."""
    unread = 0
    if command.up_to < conversation.messages - 1:
        newer = await work.unit.find(
            MESSAGES,
            equal={"conversation_id": conversation.id},
            range=Range("seq", gt=command.up_to),
            order="seq",
            limit=_COUNTED,
        )
        unread = sum(message.direction is Direction.INBOUND for message in newer)
    # Two agents read at their own pace: reading less than a colleague changes nothing.
    if unread >= conversation.unread:
        return with_conversation(conversation, changed=False)
    after = timeline.change(work, conversation, "read", {"unread": unread}, command.actor)
    return with_conversation(after, details={"up_to": command.up_to})


def _cleaned(labels: tuple[str, ...]) -> tuple[str, ...]:
    cleaned = tuple(dict.fromkeys(" ".join(label.split()) for label in labels))
    if any(not label or len(label) > _LABEL_LENGTH for label in cleaned):
        raise Refused(f"a label has 1 to {_LABEL_LENGTH} characters", code=422, field="add")
    return cleaned
