"""Whom an item concerns, and why. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from router.happening import Change, Happening
from shared.events import (
    ConversationChanged,
    DeadlineBreached,
    DeadlineWarned,
    Event,
    MessageAdded,
    MessageChanged,
)
from shared.ids import AgentId, TeamId
from shared.model.content import Mention
from shared.model.conversation import Conversation, Status
from shared.model.message import Direction, Message
from shared.model.notification_settings import NotificationKind
from shared.model.people import Actor
from shared.rules.causes import written

_RANK: Final = {kind: rank for rank, kind in enumerate(NotificationKind)}


@dataclass(frozen=True, slots=True)
class Notice:
    """Somebody is to be told: an agent, or every member of a team."""

    kind: NotificationKind
    conversation: Conversation
    agent_id: AgentId | None = None
    team_id: TeamId | None = None
    message: Message | None = None
    by: Actor | None = None
    details: Mapping[str, str] = field(default_factory=dict)

    @property
    def rank(self) -> int:
        """Of two for the same agent the lower one counts."""
        return _RANK[self.kind]


def notices(happening: Happening, now: datetime) -> list[Notice]:
    """Everybody whom the item concerns, some of them more than once and those who did it
    included."""
    found: list[Notice] = []
    for event in happening.events:
        found.extend(_of_event(event, now))
    for change in happening.changes:
        found.extend(_of_change(change, happening.events))
    return found


def _of_event(event: Event, now: datetime) -> Iterable[Notice]:
    if isinstance(event, MessageAdded):
        message, conversation = event.message, event.conversation
        if message.direction is Direction.NOTE:
            yield from _mentioned(conversation, message, message.content.mentions)
        elif message.system is not None and (mentioned := message.system.details.get("mention")):
            details = {"line": message.system.name}
            yield Notice(
                NotificationKind.TASK, conversation, AgentId(mentioned),
                message=message, by=message.author, details=details,
            )  # fmt: skip
    elif isinstance(event, MessageChanged):
        yield from _edited(event, now)
    elif isinstance(event, DeadlineWarned | DeadlineBreached):
        yield from _deadline(event)


def _edited(event: MessageChanged, now: datetime) -> Iterable[Notice]:
    """Whom an edit of a note names for the first time."""
    message = event.message
    just_now = message.edited_at == now and message.deleted_at is None
    if message.direction is not Direction.NOTE or not just_now or event.conversation is None:
        return
    before = {one.who for revision in message.revisions for one in revision.content.mentions}
    added = [one for one in message.content.mentions if one.who not in before]
    yield from _mentioned(event.conversation, message, added)


def _mentioned(
    conversation: Conversation, message: Message, mentions: Iterable[Mention]
) -> Iterable[Notice]:
    for mention in mentions:
        details = {"team": mention.name} if mention.team_id is not None else {}
        yield Notice(
            NotificationKind.MENTION, conversation, mention.agent_id, mention.team_id,
            message=message, by=message.author, details=details,
        )  # fmt: skip


def _deadline(event: DeadlineWarned | DeadlineBreached) -> Iterable[Notice]:
    conversation, due_at = event.conversation, event.deadline.due_at
    if conversation.assignee_id is None:
        return
    details = {"target": event.target.value}
    if due_at is not None:
        details["due_at"] = due_at.isoformat()
    if isinstance(event, DeadlineWarned):
        details["percent"] = str(event.percent)
    yield Notice(NotificationKind.DEADLINE, conversation, conversation.assignee_id, details=details)


def _of_change(change: Change, events: Sequence[Event]) -> Iterable[Notice]:
    before, after = change.before, change.after
    added = [
        event.message
        for event in events
        if isinstance(event, MessageAdded) and event.message.conversation_id == after.id
    ]
    if _waits(after) and not (before is not None and _waits_alike(before, after)):
        told = next((one for one in added if one.direction is Direction.INBOUND), None)
        by = told.author if told is not None else _who_changed(after, events)
        yield Notice(NotificationKind.UNASSIGNED, after, team_id=after.team_id, message=told, by=by)
    had = before.assignee_id if before is not None else None
    if after.assignee_id not in (None, had):
        yield _assigned(after, added)
    if after.unread > (before.unread if before is not None else 0):
        message = written(added, before, after)[1]
        told = message or next((one for one in added if one.direction is Direction.INBOUND), None)
        by = told.author if told is not None else None
        yield Notice(NotificationKind.MESSAGE, after, after.assignee_id, message=told, by=by)
        for agent_id in after.followers:
            yield Notice(NotificationKind.FOLLOWED, after, agent_id, message=told, by=by)
    elif before is not None and before.status is not after.status:
        by = _who_changed(after, events)
        for agent_id in after.followers:
            details = {"status": after.status.value}
            yield Notice(NotificationKind.STATUS, after, agent_id, by=by, details=details)


def _waits(one: Conversation) -> bool:
    """For somebody of its team to take it."""
    open_ = one.status is Status.OPEN
    return open_ and one.team_id is not None and one.assignee_id is None and one.bot_id is None


def _waits_alike(before: Conversation, after: Conversation) -> bool:
    return _waits(before) and before.team_id == after.team_id


def _assigned(after: Conversation, added: Iterable[Message]) -> Notice:
    lines = [one for one in added if one.system is not None and one.system.name == "assigned"]
    line = lines[-1] if lines else None
    cause = line.system.details.get("cause") if line is not None and line.system else None
    return Notice(
        NotificationKind.ASSIGNED,
        after,
        after.assignee_id,
        message=line,
        by=line.author if line is not None else None,
        details={"cause": cause} if cause is not None else {},
    )


def _who_changed(after: Conversation, events: Iterable[Event]) -> Actor | None:
    actors = [
        event.actor
        for event in events
        if isinstance(event, ConversationChanged)
        and event.conversation.id == after.id
        and event.conversation.status is after.status
    ]
    return next((actor for actor in actors if actor is not None), None)
