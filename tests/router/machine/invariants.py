"""What is always so of a conversation, whatever was done. Each check says what is wrong."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from shared.events import count_keys
from shared.model.conversation import Conversation, PendingFor, Status
from shared.model.deadlines import PromiseState, Target
from shared.model.delivery import FINAL, Delivery
from shared.model.message import Direction, Message
from shared.model.people import ActorKind, is_hub
from tests.router.machine.desk import Held, Told

CAPACITY: Final = 2
SECRET: Final = "psst"
"""Every note says it, and nothing that leaves may."""
_CALLING: Final = ("agree", "part", "stir")
_JOINING: Final = frozenset({"joined", "parted", "unmerged", "undone", "handed_off"})
_ENDS: Final = frozenset({"resolved", "merged"})
_NEXT: Final = {
    Status.OPEN: frozenset(Status),
    Status.PENDING: frozenset(Status),
    Status.SNOOZED: frozenset(Status),
    Status.RESOLVED: frozenset({Status.RESOLVED, Status.OPEN}),
}


def wrongs(held: Held) -> Iterator[str]:
    """Everything that is not as it must be."""
    yield from _counters(held)
    yield from _loads(held)
    yield from _threads(held)
    for one in held.conversations.values():
        messages = held.messages[one.id]
        for check in (_status, _timers, _deadlines, _merged):
            yield from (f"{one.thread}: {wrong}" for wrong in check(held, one))
        yield from (f"{one.thread}: {wrong}" for wrong in _messages(one, messages))
        if held.resent.isdisjoint(message.id for message in messages):
            yield from (f"{one.thread}: {wrong}" for wrong in _unanswered(one, messages))
        for message in messages:
            yield from (f"{one.thread}: {wrong}" for wrong in _leaves(held, message))


def wrongly_told(told: Told, held: Conversation) -> Iterator[str]:
    """What the log told of a conversation, from its beginning."""
    before = None
    for now in told.conversations:
        if before is not None:
            if now.version < before.version:
                yield f"{now.thread}: version {now.version} is told after {before.version}"
            if now.version == before.version and now != before:
                yield f"{now.thread}: version {now.version} is told in two ways"
            if now.status not in _NEXT[before.status]:
                yield f"{now.thread}: went from {before.status} to {now.status}"
        before = now
    if before is not None and before.version > held.version:
        yield f"{held.thread}: version {before.version} was told and {held.version} is stored"
    if before is not None and _shown(before) != _shown(held):
        names = [name for name, value in _shown(held).items() if _shown(before)[name] != value]
        yield f"{held.thread}: {names} changed and nobody was told"


def _shown(one: Conversation) -> dict[str, object]:
    """Without what is kept for the router alone."""
    return one.model_dump(exclude={"version", "ruled", "bots", "out_order"})


def _status(held: Held, one: Conversation) -> Iterator[str]:
    status = one.status
    if (one.pending_for is not None) is not (status is Status.PENDING):
        yield f"{status} and pending for {one.pending_for}"
    if one.awaited is not None and one.pending_for is not PendingFor.COLLEAGUE:
        yield "a colleague is awaited, and it does not wait for one"
    if (one.snoozed_until is not None) is not (status is Status.SNOOZED):
        yield f"{status} and snoozed until {one.snoozed_until}"
    if (one.resolved_at is not None) is not (status is Status.RESOLVED):
        yield f"{status} and resolved at {one.resolved_at}"
    if status is Status.RESOLVED and (one.unread or one.waiting_since):
        yield f"resolved, {one.unread} unread, waiting since {one.waiting_since}"
    if one.bot_id is not None and one.assignee_id is not None:
        yield "a bot and a person hold it"
    if (one.assigned_at is not None) is not (one.assignee_id is not None):
        yield f"assigned at {one.assigned_at} to {one.assignee_id}"
    identity = held.identities.get(one.identity_id)
    asked = f"facts/{one.id}" in held.timers
    if identity is not None and identity.contact_id != one.contact_id and not asked:
        yield "its contact is another one"


def _timers(held: Held, one: Conversation) -> Iterator[str]:
    wake = held.timers.get(f"wake/{one.id}")
    if (wake and wake.due_at) != one.snoozed_until:
        yield f"wakes at {wake and wake.due_at}, snoozed until {one.snoozed_until}"
    if one.awaited is not None:
        timer = held.timers.get(f"colleague/{one.id}")
        if timer is None or timer.due_at <= held.now:  # type: ignore[operator]
            yield "a colleague is awaited for ever"
    standing = one.bots
    if one.bot_id is not None and standing and standing.answer_until and one.resolved_at is None:
        timer = held.timers.get(f"bot/{one.id}")
        if timer is None or timer.due_at > standing.answer_until:
            yield f"the bot may take for ever: {timer and timer.due_at}"
    wakes = one.ruled.wakes_at
    if wakes is not None and wakes > held.now:  # type: ignore[operator]
        timer = held.timers.get(f"rules/{one.id}")
        if timer is None or timer.due_at > wakes:
            yield f"rules wake at {timer and timer.due_at}, not {wakes}"


def _deadlines(held: Held, one: Conversation) -> Iterator[str]:
    deadlines = one.deadlines
    if deadlines is None:
        if one.due_at is not None:
            yield f"due at {one.due_at} without a deadline"
        return
    running = {target: deadlines.of(target) for target in Target}
    open_ = [d for d in running.values() if d is not None and d.met_at is None]
    due = [d.due_at for d in open_ if d.due_at is not None]
    if one.due_at != min(due, default=None):
        yield f"due at {one.due_at}, its deadlines at {due}"
    if one.status is Status.RESOLVED and open_:
        yield f"resolved with open deadlines {open_}"
    late = [d for d in open_ if d.due_at and d.due_at <= held.now and not d.breached_at]  # type: ignore[operator]
    if late:
        yield f"nobody was told of {late}"
    ahead = [at for at in due if at > held.now]  # type: ignore[operator]
    if deadlines.acknowledge_at is not None:
        ahead.append(deadlines.acknowledge_at)
    promise = deadlines.promise
    if promise is not None and promise.state is PromiseState.OPEN and promise.due_at is not None:
        ahead.append(promise.due_at)
        if promise.due_at <= held.now:  # type: ignore[operator]
            yield "a promise is open after its time"
    timer = held.timers.get(f"deadline/{one.id}")
    if ahead and (timer is None or timer.due_at > min(ahead)):
        yield f"nobody looks at {min(ahead)}: {timer and timer.due_at}"


def _merged(held: Held, one: Conversation) -> Iterator[str]:
    if one.merged_into is not None and one.status is not Status.RESOLVED:
        yield f"merged and {one.status}"
    if any(timer.kind in _CALLING for timer in held.timers.values()):
        return
    into = held.conversations.get(one.merged_into or "")
    if one.merged_into is not None and (into is None or one.id not in into.joined):
        yield "merged, and the other does not know it"
    for id in one.joined:
        if held.conversations[id].merged_into != one.id:
            yield "joined by one that is not merged into it"


def _messages(one: Conversation, messages: Sequence[Message]) -> Iterator[str]:
    if [message.seq for message in messages] != list(range(one.messages)):
        yield f"{one.messages} messages, of which are {[m.seq for m in messages]}"
    if len({message.sort for message in messages}) != len(messages):
        yield "two messages stand in one place"
    shown = [m for m in messages if m.direction is not Direction.SYSTEM and not m.late]
    if shown and (one.preview is None or one.preview.direction is not shown[-1].direction):
        yield f"shows {one.preview} and not {shown[-1].content.text}"


def _unanswered(one: Conversation, messages: Sequence[Message]) -> Iterator[str]:
    """Counted once more from the messages, where nothing was joined or handed over."""
    names = {message.system.name for message in messages if message.system is not None}
    if one.merged_into is not None or one.status is Status.RESOLVED or names & _JOINING:
        return
    since, unread = None, 0
    for message in messages:
        said_by = message.author.kind
        if message.system is not None and message.system.name in _ENDS:
            since, unread = None, 0
        if message.direction is Direction.OUTBOUND:
            if message.delivery is not Delivery.CANCELLED and not is_hub(message.author):
                since = None
            if said_by in (ActorKind.AGENT, ActorKind.PLATFORM):
                unread = 0
        if message.direction is Direction.INBOUND and not message.muted:
            unread += 1
            since = since or message.at
    if (one.waiting_since is None) is not (since is None):
        yield f"the customer waits since {one.waiting_since}, by the messages since {since}"
    if one.unread > unread:
        yield f"{one.unread} unread of {unread}"


def _leaves(held: Held, message: Message) -> Iterator[str]:
    part = held.parts.get(f"p{message.id[1:]}-000") or next(
        (one for one in held.parts.values() if one.message_id == message.id), None
    )
    if message.direction is not Direction.OUTBOUND:
        if part is not None:
            yield f"{message.direction} {message.content.text} is to leave"
        return
    if SECRET in message.content.text:
        yield f"a note leaves: {message.content.text}"
    if message.author.kind is ActorKind.PLATFORM:
        return
    if part is None or message.delivery is None:
        yield f"nothing carries {message.content.text}"
        return
    if (message.delivery in FINAL) is part.open:
        yield f"{message.delivery} while its part is {part.state}"
    if part.state is not message.delivery or part.content.text != message.content.text:
        yield f"{message.delivery} {message.content.text}, and its part {part.state}"


def _threads(held: Held) -> Iterator[str]:
    for chat, row in held.threads.items():
        cases = [one for one in held.conversations.values() if one.thread == chat]
        unresolved = [one for one in cases if one.status is not Status.RESOLVED]
        if len(unresolved) > 1:
            yield f"{chat} has {len(unresolved)} cases that are not resolved"
        if unresolved and row.conversation_id != unresolved[0].id:
            yield f"{chat} goes on in another case than the one that is open"


def _loads(held: Held) -> Iterator[str]:
    weights: Counter[str] = Counter()
    for one in held.conversations.values():
        counts = one.status in (Status.OPEN, Status.PENDING) and one.merged_into is None
        if one.assignee_id is not None and counts:
            weights[one.assignee_id] += one.assignment.weight
    for id in {*weights, *held.loads}:
        load = held.loads.get(id)
        if (load.weight if load else 0) != weights[id]:
            yield f"{id} holds {weights[id]}, and {load} is kept"
        if weights[id] > CAPACITY:
            yield f"{id} holds {weights[id]}, and {CAPACITY} fit"


def _counters(held: Held) -> Iterator[str]:
    counted: Counter[str] = Counter()
    for one in held.conversations.values():
        counted.update(count_keys(one))
    for key in {*counted, *held.counters}:
        if counted[key] != held.counters.get(key, 0):
            yield f"{counted[key]} count as {key}, and {held.counters.get(key, 0)} are kept"
