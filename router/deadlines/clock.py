"""How a case stands to its deadlines now: what runs, what is paused, what is over. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from router.deadlines import promises
from router.deadlines.choose import Counted, Rules, strictest
from shared.model.conversation import Conversation, PendingFor, Status
from shared.model.deadlines import Deadline, Deadlines, Pause, Promise, Target

NONE: Final = Deadlines()
_MOST_PAUSES: Final = 100
"""More of them do not count: time goes on then."""


class Answer(StrEnum):
    """Who answered the customer just now."""

    NOBODY = "nobody"
    TAKEN_BACK = "taken_back"
    """Nobody: the last answer was taken back before it left."""
    BOT = "bot"
    PERSON = "person"


_ANSWERS: Final = frozenset({Answer.BOT, Answer.PERSON})


class NoticeKind(StrEnum):
    """What is to be told."""

    WARNED = "warned"
    BREACHED = "breached"


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that is to be told of a deadline."""

    kind: NoticeKind
    target: Target
    deadline: Deadline
    percent: int | None = None


@dataclass(frozen=True, slots=True)
class Stand:
    """How the case stands, what is to be told, and when to look again."""

    deadlines: Deadlines
    notices: tuple[Notice, ...] = ()
    next_at: datetime | None = None
    promise: Promise | None = None
    """Set when it was kept or broken just now."""

    @property
    def due_at(self) -> datetime | None:
        """The earliest of what is open."""
        return earliest(self.deadlines)


@dataclass(frozen=True, slots=True)
class _Found:
    """One target, as it stands."""

    deadline: Deadline | None = None
    notices: tuple[Notice, ...] = ()
    looks: tuple[datetime, ...] = ()


def advance(
    conversation: Conversation, rules: Rules, now: datetime, answer: Answer = Answer.NOBODY
) -> Stand:
    """Bring the case's deadlines to the present. Done twice, the second changes nothing."""
    before = conversation.deadlines or NONE
    over = conversation.status is Status.RESOLVED or conversation.merged_into is not None
    asked_at = None if over else conversation.waiting_since
    if answer is Answer.TAKEN_BACK:
        before = promises.taken_back(before, asked_at)
    before = promises.resumed(before, asked_at)
    moved = _moved(before, conversation, now, over=over, answer=answer)
    first = before.answered_at is None
    targets = {
        Target.FIRST_REPLY: asked_at if first else None,
        Target.NEXT_REPLY: None if first else asked_at,
        Target.RESOLUTION: moved["opened_at"],
    }
    found = {
        target: _stand(
            _Question(conversation, rules, now, moved["paused_at"], moved["pauses"]),
            target,
            before.of(target),
            started_at,
            ended=_ended(target, conversation, answer, over=over),
        )
        for target, started_at in targets.items()
    }
    promise = promises.settled(before.promise, now, answered=answer is Answer.PERSON, over=over)
    deadlines = before.model_copy(
        update={**moved, **{target.value: one.deadline for target, one in found.items()}}
        | {"promise": promise}
    )
    return Stand(
        deadlines=deadlines,
        notices=tuple(notice for one in found.values() for notice in one.notices),
        next_at=_next(deadlines, [at for one in found.values() for at in one.looks]),
        promise=promise if promises.is_news(before.promise, promise) else None,
    )


def earliest(deadlines: Deadlines) -> datetime | None:
    """When the first of the open deadlines is due."""
    open_ones = [deadlines.of(target) for target in Target]
    times = [one.due_at for one in open_ones if one is not None and one.met_at is None]
    return min((at for at in (*times, deadlines.call_back_at) if at is not None), default=None)


def _next(deadlines: Deadlines, looks: Sequence[datetime]) -> datetime | None:
    times = [*looks]
    if deadlines.acknowledge_at is not None:
        times.append(deadlines.acknowledge_at)
    promised = promises.open_until(deadlines.promise)
    if promised is not None:
        times.append(promised)
    return min(times, default=None)


def _moved(
    before: Deadlines, conversation: Conversation, now: datetime, *, over: bool, answer: Answer
) -> dict[str, Any]:
    """What does not belong to one target: pauses, when it was opened and answered."""
    paused = (
        not over
        and conversation.status is Status.PENDING
        and conversation.pending_for is PendingFor.CUSTOMER
    )
    pauses = before.pauses
    if before.opened_at is None and not over:
        # Opened again: only what still waits has been waiting before.
        asked_at = conversation.waiting_since
        pauses = tuple(one for one in pauses if asked_at is not None and one.end_at > asked_at)
    if before.paused_at is not None and not paused and len(pauses) < _MOST_PAUSES:
        pauses = (*pauses, Pause(start_at=before.paused_at, end_at=now))
    answered = answer in _ANSWERS
    waits = conversation.waiting_since is not None and not over and not answered
    opened_at = before.opened_at or (now if conversation.last_inbound_at is not None else None)
    return {
        "answered_at": before.answered_at or (now if answered else None),
        "opened_at": None if over else opened_at,
        "paused_at": (before.paused_at or now) if paused else None,
        "pauses": pauses,
        "call_back_at": None if over or answered else before.call_back_at,
        "acknowledge_at": before.acknowledge_at if waits else None,
    }


def _ended(target: Target, conversation: Conversation, answer: Answer, *, over: bool) -> bool:
    """Whether what the target asks for has happened."""
    if target is Target.RESOLUTION:
        return over and conversation.merged_into is None
    return answer in _ANSWERS


@dataclass(frozen=True, slots=True)
class _Question:
    """What all targets of a case are looked at with."""

    conversation: Conversation
    rules: Rules
    now: datetime
    paused_at: datetime | None
    pauses: tuple[Pause, ...]


def _stand(
    question: _Question,
    target: Target,
    old: Deadline | None,
    started_at: datetime | None,
    *,
    ended: bool,
) -> _Found:
    is_open = old is not None and old.met_at is None
    if old is not None and is_open and (ended or started_at is None):
        return _closed(question, target, old, met=ended)
    if started_at is None or ended:
        return _Found(old)
    # Closed as broken, and opened again: it stays broken, and is not told twice.
    goes_on = old is not None and (is_open or old.breached_at is not None)
    same = old if goes_on and old is not None and old.started_at == started_at else None
    counted = _counted(question, target, started_at)
    if counted is None:
        # No policy asks for it any more; what was broken stays so.
        return _Found(same if same is not None and same.breached_at is not None else None)
    return _running(question, target, same, started_at, counted)


def _counted(question: _Question, target: Target, started_at: datetime) -> Counted | None:
    conversation, now = question.conversation, question.now
    presence = conversation.presence
    online = presence is not None and presence.holds(now)
    pauses = question.pauses
    if question.paused_at is not None:
        # As if it went on now.
        pauses = (*pauses, Pause(start_at=question.paused_at, end_at=now))
    return strictest(
        question.rules,
        target,
        conversation,
        started_at=started_at,
        pauses=pauses,
        online_since=presence.since if presence is not None and online else None,
    )


def _closed(question: _Question, target: Target, old: Deadline, *, met: bool) -> _Found:
    """It happened, or nobody waits for it any more. Being late shows at the latest now."""
    notices: tuple[Notice, ...] = ()
    if old.breached_at is None and old.due_at is not None and old.due_at <= question.now:
        old = old.model_copy(update={"breached_at": old.due_at})
        notices = (Notice(NoticeKind.BREACHED, target, old),)
    if not met and old.breached_at is None:
        return _Found(None)
    return _Found(old.model_copy(update={"met_at": question.now}), notices)


def _running(
    question: _Question,
    target: Target,
    old: Deadline | None,
    started_at: datetime,
    counted: Counted,
) -> _Found:
    now, policy = question.now, counted.policy
    same = old is not None and old.policy_id == policy.id and old.within_s == counted.within_s
    warned = old.warned if old is not None and same else ()
    late = counted.due_at <= now
    paused = question.paused_at is not None and not late
    marks = [(percent, counted.reached_at(percent)) for percent in policy.warn_at]
    passed = [percent for percent, at in marks if at <= now and percent not in warned]
    breached_at = old.breached_at if old is not None else None
    told = breached_at is not None
    deadline = Deadline(
        policy_id=policy.id,
        within_s=counted.within_s,
        started_at=started_at,
        due_at=None if paused else counted.due_at,
        left_s=counted.left_at(now).total_seconds() if paused else None,
        warned=(*warned, *passed),
        breached_at=breached_at or (counted.due_at if late else None),
    )
    notices: tuple[Notice, ...] = ()
    if late and not told:
        notices = (Notice(NoticeKind.BREACHED, target, deadline),)
    elif passed and not told and not paused:
        notices = (Notice(NoticeKind.WARNED, target, deadline, max(passed)),)
    ahead = [at for _, at in marks if at > now] + ([] if late else [counted.due_at])
    return _Found(deadline, notices, () if told or late or paused else tuple(ahead))
