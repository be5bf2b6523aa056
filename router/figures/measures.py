"""What of a change counts, and on which day and for whom. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from router.answers import with_people
from shared.events import Event, MessageAdded, PromiseSettled
from shared.model.conversation import Conversation, Status
from shared.model.deadlines import PromiseState
from shared.model.figures import Count, Timing, timed
from shared.model.message import Direction, Message
from shared.model.people import ActorKind

_PEOPLE: Final = frozenset({ActorKind.AGENT, ActorKind.PLATFORM})
TICKET_WITHIN: Final = timedelta(hours=24)
"""Who needs people after a bot within that time was not served by it."""
REOPENS_WITHIN: Final = timedelta(days=7)
"""A case that is opened again later than that was solved all the same."""


@dataclass(frozen=True, slots=True)
class Measure:
    """Something to be added to the figures of a day."""

    at: datetime
    """On the day of this time."""
    of: Conversation
    """Its channel, team, line and topic are counted for."""
    add: dict[str, int] = field(default_factory=dict)
    agent_id: str | None = None
    """Whose it is besides."""


def measures(
    before: Conversation | None, after: Conversation, events: Sequence[Event], now: datetime
) -> Iterator[Measure]:
    """What of a conversation's change counts."""
    if before is None:
        if after.status is not Status.RESOLVED:
            yield Measure(now, after, {Count.OPENED: 1})
        return
    yield from _replies(before, after, events)
    yield from _promises(after, events, now)
    yield from _self_service(before, after, now)
    yield from _hops(before, after, now)
    if after.assignee_id is not None and after.assignee_id != before.assignee_id:
        yield Measure(now, after, _assigned(before, now), after.assignee_id)
    if before.status is not Status.RESOLVED and after.status is Status.RESOLVED:
        yield Measure(now, after, _resolved(before, now), after.assignee_id)
    if before.status is Status.RESOLVED and after.status is not Status.RESOLVED:
        yield from _reopened(before, now)


def _self_service(before: Conversation, after: Conversation, now: datetime) -> Iterator[Measure]:
    """Of what a bot had: that it ended there, or that people got it after all."""
    served_at = before.answers.self_served_at
    if after.answers.self_served_at not in (None, served_at):
        yield Measure(now, after, {Count.BOT_SESSIONS: 1, Count.SELF_SERVED: 1})
    if after.bots is None or with_people(before) or not with_people(after):
        return
    if served_at is not None and now - served_at <= TICKET_WITHIN:
        yield Measure(served_at, before, {Count.SELF_SERVED: -1})
    else:
        yield Measure(now, after, {Count.BOT_SESSIONS: 1})


def _promises(after: Conversation, events: Sequence[Event], now: datetime) -> Iterator[Measure]:
    """Whether what the customer was told came true, on the day on which that showed."""
    for event in events:
        if isinstance(event, PromiseSettled) and event.conversation.id == after.id:
            kept = event.promise.state is PromiseState.KEPT
            count = Count.PROMISES_KEPT if kept else Count.PROMISES_BROKEN
            yield Measure(now, after, {count: 1}, after.assignee_id)


def _hops(before: Conversation, after: Conversation, now: datetime) -> Iterator[Measure]:
    """The steps from line to line, and whether they are the first of the case."""
    if after.escalation is before.escalation:
        return
    known = {(hop.task_id, hop.kind) for hop in before.escalation.hops}
    new = sum((hop.task_id, hop.kind) not in known for hop in after.escalation.hops)
    if new:
        add: dict[str, int] = {Count.HOPS: new}
        if not known:
            add[Count.ESCALATED] = 1
        yield Measure(now, after, add, after.assignee_id)


def _replies(
    before: Conversation, after: Conversation, events: Sequence[Event]
) -> Iterator[Measure]:
    """Only the first answer counts: the customer does not wait for the others."""
    for event in events:
        if isinstance(event, MessageAdded) and event.conversation.id == after.id:
            message = event.message
            if message.direction is Direction.OUTBOUND and message.author.kind in _PEOPLE:
                yield from _reply(before, after, message)
                return


def _reply(before: Conversation, after: Conversation, message: Message) -> Iterator[Measure]:
    if before.last_inbound_at is None:
        return  # we wrote first
    is_first = before.answers.first_at is None
    since = before.created_at if is_first else before.waiting_since
    if since is None:
        return
    timing = Timing.FIRST_REPLY if is_first else Timing.NEXT_REPLY
    add = {Count.REPLIES: 1, **timed(timing, _seconds(since, message.accepted_at))}
    agent = message.author.id if message.author.kind is ActorKind.AGENT else None
    yield Measure(message.accepted_at, after, add, agent)


def _assigned(before: Conversation, now: datetime) -> dict[str, int]:
    waited = before.assignee_id is None and before.waiting_since is not None
    timing = timed(Timing.WAIT, _seconds(before.waiting_since or now, now)) if waited else {}
    return {Count.ASSIGNED: 1, **timing}


def _resolved(before: Conversation, now: datetime) -> dict[str, int]:
    add = {Count.RESOLVED: 1, **timed(Timing.RESOLUTION, _seconds(before.created_at, now))}
    if before.assigned_at is not None:
        add |= timed(Timing.HANDLING, _seconds(before.assigned_at, now))
    if is_first_contact(before):
        add[Count.FIRST_CONTACT] = 1
    return add


def _reopened(before: Conversation, now: datetime) -> Iterator[Measure]:
    resolved_at = before.resolved_at
    if resolved_at is None or now - resolved_at > REOPENS_WITHIN:
        return
    add: dict[str, int] = {Count.REOPENED: 1}
    if is_first_contact(before):
        add[Count.FIRST_CONTACT] = -1
    yield Measure(resolved_at, before, add, before.assignee_id)


def is_first_contact(conversation: Conversation) -> bool:
    """Whether one person alone has answered, and the case was never opened again."""
    answers = conversation.answers
    return answers.first_at is not None and not answers.several and answers.reopened == 0


def _seconds(since: datetime, until: datetime) -> float:
    return max(0.0, (until - since).total_seconds())
