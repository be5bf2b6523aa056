"""Escalation: a task for the next line. The customer stays with the owner of the conversation."""

from collections.abc import Mapping
from typing import Any, Final

from router import timeline
from router.commands.done import Done, Refused
from router.snoozes import forget_snooze
from router.work import Work
from shared.collections import FIELDS, LINES, TASKS, TOPICS
from shared.commands import Escalate, FinishTask, TakeTask
from shared.errors import NotFound, Rejected
from shared.ids import AgentId, new_id
from shared.model.conversation import Conversation, PendingFor, Status
from shared.model.fieldvalues import problem
from shared.model.people import Actor, ActorKind
from shared.model.task import Escalation, Hop, HopKind, OpenTask, Task, TaskState, is_ping_pong
from shared.policies.book import Book

_MOST_HOPS: Final = 50
"""Those before are in the tasks still."""
_MOST_PARENTS: Final = 20
_SHOWN: Final = 500
"""Of a result, in the line that tells of it."""


def required_facts(book: Book, topic_id: str | None) -> tuple[str, ...]:
    """The names of the fields that a task on a topic needs: its own and those of the topics above
    it, and the custom fields that are required for one of them. Pure."""
    names: dict[str, None] = {}
    topics: set[str] = set()
    for _ in range(_MOST_PARENTS):
        topic = book.get(TOPICS, topic_id)
        if topic is None:
            break
        topics.add(topic.id)
        names |= dict.fromkeys(topic.required)
        topic_id = topic.parent_id
    for spec in book.all(FIELDS):
        if not topics.isdisjoint(spec.required_for):
            names[spec.key] = None
    return tuple(names)


async def escalate(work: Work, conversation: Conversation, command: Escalate) -> Done:
    """Make the task, or say what is missing for it."""
    if conversation.status is Status.RESOLVED:
        raise Refused("the conversation is resolved; reopen it first")
    if not command.summary.strip():
        raise Refused("say what is asked", code=422, field="summary")
    book, before = work.policy.book, conversation.escalation
    _require_line(book, command.line)
    told = _told(command.facts)
    _require_fitting(book, told)
    facts = {**conversation.fields, **told}
    missing = [name for name in required_facts(book, conversation.topic) if not facts.get(name)]
    if missing:
        names = ", ".join(missing)
        why = Rejected(values={"missing": names})
        raise Refused(f"missing facts: {names}", code=422, field="facts", why=why)
    if any(one.line == command.line for one in before.open):
        raise Refused("this line has a task of the conversation already", field="line")
    task = _task(work, conversation, command, facts)
    work.unit.put(TASKS, task)
    hop = _hop(work, HopKind.ESCALATED, task.from_line, task.line, task, command.actor)
    opened = OpenTask(task_id=task.id, line=task.line)
    escalation = _after(before, (*before.open, opened), hop)
    fields = {"escalation": escalation, "fields": facts}
    after = timeline.change(work, conversation, "escalate", fields, command.actor)
    details = {"line": task.line, "from_line": task.from_line, "summary": task.summary[:_SHOWN]}
    after = timeline.line(
        work, after, "escalated", command.actor, {**details, "by": command.actor.name}
    )
    if escalation.ping_pong:
        warning = {"line": task.line, "hops": str(len(escalation.hops))}
        after = timeline.line(work, after, "ping_pong", command.actor, warning)
    return _done(after, task, {"line": task.line})


async def take(work: Work, conversation: Conversation, command: TakeTask) -> Done:
    """The task is the actor's. Who takes it from a colleague is seen to do so."""
    task = await _task_in(work, conversation, command.task_id)
    actor = command.actor
    if task.state is TaskState.DONE:
        raise Refused("the task is done already")
    if actor.kind is not ActorKind.AGENT or actor.id is None:
        raise Refused("only an agent takes a task", code=422)
    if task.assignee_id == actor.id:
        return _done(conversation, task, {}, changed=False)
    taken = {
        "state": TaskState.TAKEN,
        "assignee_id": AgentId(actor.id),
        "assignee_name": actor.name,
        "taken_at": work.now,
    }
    task = work.unit.revise(TASKS, task, taken)
    before = conversation.escalation
    open_ = tuple(
        one.model_copy(update={"assignee_id": task.assignee_id}) if one.task_id == task.id else one
        for one in before.open
    )
    fields = {"escalation": before.model_copy(update={"open": open_})}
    after = timeline.change(work, conversation, "take_task", fields, actor)
    details = {"line": task.line, "by": actor.name}
    after = timeline.line(work, after, "task_taken", actor, details)
    return _done(after, task, {"task_id": task.id})


async def finish(work: Work, conversation: Conversation, command: FinishTask) -> Done:
    """The task is done: the conversation is woken, and its owner told."""
    task = await _task_in(work, conversation, command.task_id)
    if task.state is TaskState.DONE:
        return _done(conversation, task, {}, changed=False)
    if not command.result.strip():
        raise Refused("say what came of it", code=422, field="result")
    done = {"state": TaskState.DONE, "result": command.result, "done_at": work.now}
    task = work.unit.revise(TASKS, task, done)
    hop = _hop(work, HopKind.RETURNED, task.line, task.from_line, task, command.actor)
    before = conversation.escalation
    left = tuple(one for one in before.open if one.task_id != task.id)
    fields = {"escalation": _after(before, left, hop)}
    after = timeline.change(work, conversation, "finish_task", fields, command.actor)
    details = {"line": task.line, "result": task.result and task.result[:_SHOWN]}
    return _done(tell_owner(work, after, "task_done", command.actor, details), task, {})


def tell_owner(
    work: Work, conversation: Conversation, name: str, by: Actor, details: Mapping[str, str | None]
) -> Conversation:
    """Wake the conversation if it slept or waited for a colleague, with a line for its owner."""
    waits = conversation.pending_for is PendingFor.COLLEAGUE
    if conversation.status is Status.SNOOZED or (conversation.status is Status.PENDING and waits):
        forget_snooze(work, conversation)
        fields: dict[str, Any] = {
            "status": Status.OPEN,
            "pending_for": None,
            "awaited": None,
            "snoozed_until": None,
        }
        conversation = timeline.change(work, conversation, name, fields, by)
    mention = {"mention": conversation.assignee_id, "mention_name": conversation.assignee_name}
    return timeline.line(work, conversation, name, by, {**details, "by": by.name, **mention})


def is_answer(conversation: Conversation, actor: Actor) -> bool:
    """Whether a note of this author is what the owner of the conversation waits for."""
    if actor.kind is not ActorKind.AGENT or actor.id == conversation.assignee_id:
        return False
    if conversation.awaited is not None and conversation.awaited.colleague_id == actor.id:
        return True
    return any(one.assignee_id == actor.id for one in conversation.escalation.open)


def require_owner(work: Work, conversation: Conversation, actor: Actor) -> None:
    """Nobody else writes to the customer of an escalated conversation. Raises ``Refused``."""
    rule, owner = work.policy.owner_writes, conversation.assignee_id
    if rule == "never" or actor.kind is not ActorKind.AGENT or owner in (None, actor.id):
        return
    if rule == "always" or conversation.escalation.open:
        name = conversation.assignee_name or "its owner"
        raise Refused(f"{name} answers this customer: leave a note, or take the conversation over")


def _task(work: Work, conversation: Conversation, command: Escalate, facts: dict[str, str]) -> Task:
    topic = work.policy.book.get(TOPICS, conversation.topic)
    responsible = topic.responsible_team_id if topic is not None else None
    return Task(
        id=new_id("t"),
        conversation_id=conversation.id,
        line=command.line,
        from_line=_line_of(conversation, command.actor),
        team_id=command.team_id or responsible,
        topic=conversation.topic,
        summary=command.summary,
        facts=facts,
        links=command.links,
        owner_id=conversation.assignee_id,
        owner_name=conversation.assignee_name,
        created_by=command.actor,
        created_at=work.now,
    )


def _line_of(conversation: Conversation, actor: Actor) -> str | None:
    """The line that asks: that of the actor's own task, or the conversation's."""
    own = (one.line for one in conversation.escalation.open if one.assignee_id == actor.id)
    return next(own, conversation.line)


def _after(before: Escalation, open_: tuple[OpenTask, ...], hop: Hop) -> Escalation:
    hops = (*before.hops, hop)[-_MOST_HOPS:]
    return before.model_copy(
        update={
            "open": open_,
            "hops": hops,
            "ping_pong": before.ping_pong or is_ping_pong(hops),
        }
    )


def _hop(
    work: Work, kind: HopKind, from_line: str | None, to_line: str | None, task: Task, by: Actor
) -> Hop:
    return Hop(kind=kind, from_line=from_line, to_line=to_line, task_id=task.id, by=by, at=work.now)


def _told(facts: Mapping[str, str]) -> dict[str, str]:
    return {name: value.strip() for name, value in facts.items() if value.strip()}


def _require_fitting(book: Book, facts: Mapping[str, str]) -> None:
    """Facts become fields: each that admins have defined holds what it is for."""
    for spec in book.all(FIELDS):
        wrong = problem(spec, facts[spec.key]) if spec.key in facts else None
        if wrong is not None:
            raise Refused(wrong, code=422, field=f"facts.{spec.key}")


def _require_line(book: Book, line: str) -> None:
    """The line exists, where lines are kept as documents."""
    if book.all(LINES) and book.get(LINES, line) is None:
        raise Refused("there is no such line", code=422, field="line")


async def _task_in(work: Work, conversation: Conversation, id: str) -> Task:
    task = await work.unit.get(TASKS, id)
    if task is None or task.conversation_id != conversation.id:
        raise NotFound("there is no such task in this conversation")
    return task


def _done(
    conversation: Conversation, task: Task, details: dict[str, Any], *, changed: bool = True
) -> Done:
    result = {
        "conversation": conversation.model_dump(mode="json"),
        "task": task.model_dump(mode="json"),
    }
    return Done(result, changed=changed, details=details)
