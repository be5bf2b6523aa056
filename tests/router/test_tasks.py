"""Escalation: tasks for the next line, the owner who stays, hops, and colleagues who are waited
for."""

from datetime import timedelta
from typing import Any

import pytest

from router.timers import Timers
from shared.collections import AGENTS, CONVERSATIONS, FIELDS, TASKS, TOPICS
from shared.commands import (
    Assign,
    Escalate,
    FinishTask,
    HandOff,
    Hold,
    Note,
    Pend,
    Reply,
    Resolve,
    SetFields,
    SetPriority,
    Snooze,
    TakeTask,
)
from shared.ids import AgentId, TeamId
from shared.model.conversation import Conversation, PendingFor, Priority, Status
from shared.model.field import FieldDefinition, FieldKind
from shared.model.people import Actor, ActorKind, Agent
from shared.model.records import Outcome
from shared.model.task import Hop, HopKind, Task, TaskState, is_ping_pong
from shared.model.topic import Topic
from shared.ports.store import Put, Update
from tests.router.world import AGENT, BOT, START, World, inbound

OLEG = Actor(kind=ActorKind.AGENT, id="oleg", name="Oleg")
VERA = Actor(kind=ActorKind.AGENT, id="vera", name="Vera")
T = timedelta(hours=2)


async def owned(world: World, **fields: Any) -> Conversation:
    """A conversation that Anna holds, on a topic that needs two facts."""
    people = (Agent(id=one.id or "", email=f"{one.id}@example.com", name=one.name or "",
                    created_at=START) for one in (AGENT, OLEG, VERA))  # fmt: skip
    await world.store.commit([Put(AGENTS, agent) for agent in people])
    world.decree(
        TOPICS,
        Topic(id="repairs", name="Repairs", required=("serial",), created_at=START,
              updated_at=START),
        Topic(id="boilers", name="Boilers", parent_id="repairs", required=("model",),
              responsible_team_id=TeamId("boiler-people"), created_at=START, updated_at=START),
    )  # fmt: skip
    await world.tell(inbound())
    id = (await world.conversation()).id
    await world.ask(Assign(conversation_id=id, actor=AGENT, agent_id=AgentId("anna")))
    await world.store.commit(
        [Update(CONVERSATIONS, id, {"topic": "boilers", "line": "l1"} | fields)]
    )
    return await world.conversation()


async def escalate(world: World, by: Actor = AGENT, line: str = "l2", **fields: Any) -> Outcome:
    id = (await world.conversation()).id
    values: dict[str, Any] = {"summary": "it leaks", "facts": {"serial": "17", "model": "X"}}
    command = Escalate(conversation_id=id, actor=by, line=line, **(values | fields))
    return await world.ask(command)


def task_of(outcome: Outcome) -> Task:
    return Task.model_validate(outcome.result["task"])


async def take_and_finish(world: World, task: Task, by: Actor, result: str = "fixed") -> Outcome:
    about = {"conversation_id": task.conversation_id, "actor": by, "task_id": task.id}
    await world.ask(TakeTask.model_validate(about))
    return await world.ask(FinishTask.model_validate(about | {"result": result}))


async def fire(world: World) -> None:
    await Timers(world.bus, world.store, world.clock).fire()
    await world.settle()


async def test_a_task_without_what_its_topic_needs_is_refused_with_the_list(world: World) -> None:
    await owned(world)

    outcome = await escalate(world, facts={"serial": " "})

    assert (outcome.code, outcome.field) == (422, "facts")
    assert outcome.reason == "missing facts: model, serial"
    assert outcome.reason_values == {"missing": "model, serial"}
    assert (await world.conversation()).escalation.open == ()


async def test_an_escalated_conversation_stays_with_its_owner_who_alone_writes(
    world: World,
) -> None:
    before = await owned(world)
    task = task_of(await escalate(world, links=("https://example.com/manual",)))

    other = await world.ask(Reply(conversation_id=before.id, actor=OLEG, text="hello"))
    note = await world.ask(Note(conversation_id=before.id, actor=OLEG, text="looking"))
    own = await world.ask(Reply(conversation_id=before.id, actor=AGENT, text="we look"))

    after = await world.conversation()
    assert (after.assignee_id, after.line) == ("anna", "l1")
    assert (task.line, task.from_line, task.team_id) == ("l2", "l1", "boiler-people")
    assert task.links == ("https://example.com/manual",)
    assert (other.code, note.code, own.code) == (409, 201, 201)
    assert "Anna" in (other.reason or "")


async def test_two_hops_lose_no_fact(world: World) -> None:
    await owned(world, fields={"city": "Riga"})
    second = task_of(await escalate(world))
    about = {"conversation_id": second.conversation_id, "actor": OLEG, "task_id": second.id}
    await world.ask(TakeTask.model_validate(about))

    third = task_of(await escalate(world, OLEG, "l3", facts={"pressure": "2 bar"}))

    assert third.facts == {"city": "Riga", "serial": "17", "model": "X", "pressure": "2 bar"}
    assert (third.from_line, third.owner_id) == ("l2", "anna")
    hops = (await world.conversation()).escalation.hops
    assert [(hop.from_line, hop.to_line) for hop in hops] == [("l1", "l2"), ("l2", "l3")]
    assert not (await world.conversation()).escalation.ping_pong


async def test_a_task_that_is_done_tells_the_owner_and_wakes_the_conversation(
    world: World,
) -> None:
    conversation = await owned(world)
    task = task_of(await escalate(world))
    until = START + timedelta(days=1)
    await world.ask(Snooze(conversation_id=conversation.id, actor=AGENT, until=until))

    outcome = await take_and_finish(world, task, OLEG, "a new seal")
    again = await take_and_finish(world, task, OLEG, "a new seal")

    after = await world.conversation()
    assert task_of(outcome).state is TaskState.DONE
    assert (after.status, after.escalation.open) == (Status.OPEN, ())
    told = (await world.messages())[-1].system
    assert told is not None
    assert (told.name, told.details["mention"], told.details["result"]) == (
        "task_done",
        "anna",
        "a new seal",
    )
    assert again.code == 200
    assert (await world.texts()).count("[task_done]") == 1


async def test_a_note_of_whoever_has_the_task_tells_the_owner(world: World) -> None:
    conversation = await owned(world)
    task = task_of(await escalate(world, line="l3"))
    await world.ask(TakeTask(conversation_id=conversation.id, actor=VERA, task_id=task.id))
    until = START + timedelta(days=1)
    await world.ask(Snooze(conversation_id=conversation.id, actor=AGENT, until=until))

    await world.ask(Note(conversation_id=conversation.id, actor=VERA, text="ask for a photo"))

    assert (await world.conversation()).status is Status.OPEN
    line = (await world.messages())[-1].system
    assert line is not None
    assert (line.name, line.details["mention"], line.details["by"]) == (
        "colleague_answered",
        "anna",
        "Vera",
    )


async def test_a_case_that_goes_to_and_fro_is_warned_of_at_the_third_hop(world: World) -> None:
    await owned(world)
    await take_and_finish(world, task_of(await escalate(world)), OLEG, "not ours")
    assert "[ping_pong]" not in await world.texts()

    await escalate(world)

    assert (await world.conversation()).escalation.ping_pong
    assert (await world.texts())[-1] == "[ping_pong]"


async def test_a_line_has_one_task_of_a_conversation_at_a_time(world: World) -> None:
    await owned(world)
    await escalate(world)

    again = await escalate(world)

    assert (again.code, again.field) == (409, "line")
    page = await world.store.find(TASKS, equal={"state": "open"}, order="created_at")
    assert len(page.items) == 1


@pytest.mark.parametrize(
    "path, expected",
    [
        (["l1>l2"], False),
        (["l1>l2", "l2>l3", "l3>l4"], False),
        (["l1>l2", "l2<l1", "l1>l2"], True),
        (["l1>l2", "l2<l1", "l1>l3"], False),
        (["l1>l2", "l2>l3", "l3<l2"], False),
    ],
)
def test_hops_to_where_it_was_before_are_ping_pong(path: list[str], expected: bool) -> None:
    hops = [
        Hop(
            kind=HopKind.ESCALATED if one[2] == ">" else HopKind.RETURNED,
            from_line=one[:2], to_line=one[3:], task_id="t", by=AGENT, at=START,
        )
        for one in path
    ]  # fmt: skip

    assert is_ping_pong(hops) is expected


async def pend(world: World, **fields: Any) -> Outcome:
    id = (await world.conversation()).id
    values: dict[str, Any] = {"waits_for": PendingFor.COLLEAGUE, "colleague_id": "oleg"}
    return await world.ask(Pend(conversation_id=id, actor=AGENT, **(values | fields)))


async def test_a_silent_colleague_is_reminded_and_then_somebody_else_has_the_case(
    world: World,
) -> None:
    await owned(world, team_id="shop")
    await pend(world, until=START + T)

    await world.clock.advance(T.total_seconds())
    await fire(world)
    reminded = await world.conversation()
    reminder = (await world.messages())[-1].system
    await world.clock.advance(T.total_seconds())
    await fire(world)

    assert (reminded.status, reminded.assignee_id) == (Status.PENDING, "anna")
    assert reminder is not None
    assert (reminder.name, reminder.details["mention"]) == ("colleague_reminded", "oleg")
    after = await world.conversation()
    assert (after.status, after.assignee_id, after.team_id) == (Status.OPEN, None, "shop")
    assert after.awaited is None
    assert after.assignment.passed_by == ("anna",)
    assert "[colleague_silent]" in await world.texts()


async def test_a_colleague_who_answers_is_not_reminded(world: World) -> None:
    conversation = await owned(world)
    await pend(world, until=START + T)

    await world.ask(Note(conversation_id=conversation.id, actor=OLEG, text="yes"))
    await world.clock.advance(2 * T.total_seconds())
    await fire(world)

    after = await world.conversation()
    assert (after.status, after.assignee_id, after.awaited) == (Status.OPEN, "anna", None)
    assert "[colleague_reminded]" not in await world.texts()


async def test_a_case_that_waits_anew_has_its_time_anew(world: World) -> None:
    await owned(world)
    await pend(world, until=START + T)
    await pend(world, colleague_id="vera", until=START + 2 * T)

    await world.clock.advance(T.total_seconds())
    await fire(world)
    early = await world.texts()
    await world.clock.advance(T.total_seconds())
    await fire(world)

    assert "[colleague_reminded]" not in early
    reminder = (await world.messages())[-1].system
    assert reminder is not None
    assert reminder.details["mention"] == "vera"


@pytest.mark.parametrize(
    "fields, field",
    [
        ({"colleague_id": "nobody"}, "colleague_id"),
        ({"colleague_id": "anna"}, "colleague_id"),
        ({"colleague_id": None, "until": START + T}, "colleague_id"),
        ({"until": START}, "until"),
        ({"waits_for": PendingFor.CUSTOMER}, "colleague_id"),
    ],
)
async def test_waiting_that_cannot_work_is_refused(
    world: World, fields: dict[str, Any], field: str
) -> None:
    await owned(world)

    outcome = await pend(world, **fields)

    assert (outcome.code, outcome.field) == (422, field)


async def test_a_resolved_case_waits_for_nobody(world: World) -> None:
    conversation = await owned(world)
    await pend(world, until=START + T)
    await world.ask(Resolve(conversation_id=conversation.id, actor=AGENT))
    await world.ask(
        SetPriority(conversation_id=conversation.id, actor=AGENT, priority=Priority.HIGH)
    )

    await world.clock.advance(T.total_seconds())
    await fire(world)

    after = await world.conversation()
    assert (after.status, after.awaited) == (Status.RESOLVED, None)


async def test_what_a_bot_collected_is_there_at_the_third_line(world: World) -> None:
    """From the bot to the first line, the second and the third: two hops, and no field is lost."""
    await world.tell(inbound())
    id = (await world.conversation()).id
    await world.ask(Hold(conversation_id=id, actor=BOT))
    await world.ask(SetFields(conversation_id=id, actor=BOT, fields={"city": "Riga"}))
    collected = {"serial": "17", "model": "X"}
    await world.ask(HandOff(conversation_id=id, actor=BOT, collected=collected))
    await world.ask(Assign(conversation_id=id, actor=AGENT, line="l1"))

    second = task_of(await escalate(world, facts={}))
    await world.ask(TakeTask(conversation_id=id, actor=OLEG, task_id=second.id))
    third = task_of(await escalate(world, OLEG, "l3", facts={"pressure": "2 bar"}))

    assert second.facts == {"city": "Riga", **collected}
    assert third.facts == {"city": "Riga", **collected, "pressure": "2 bar"}
    assert (await world.conversation()).fields == third.facts


async def test_a_custom_field_that_a_topic_requires_is_missed_like_the_topics_own(
    world: World,
) -> None:
    await owned(world)
    world.decree(
        FIELDS,
        FieldDefinition(id="f1", name="Bought", key="bought", kind=FieldKind.DATE,
                        required_for=("repairs",), created_at=START, updated_at=START),
    )  # fmt: skip

    without = await escalate(world)
    wrong = await escalate(world, facts={"serial": "1", "model": "X", "bought": "long ago"})
    whole = await escalate(world, facts={"serial": "1", "model": "X", "bought": "2025-12-24"})

    assert (without.code, without.reason) == (422, "missing facts: bought")
    assert (wrong.code, wrong.field) == (422, "facts.bought")
    assert whole.code == 200


async def test_what_a_bot_collected_for_a_field_that_cannot_hold_it_is_told_and_not_kept(
    world: World,
) -> None:
    world.decree(
        FIELDS,
        FieldDefinition(id="f1", name="Bought", key="bought", kind=FieldKind.DATE,
                        created_at=START, updated_at=START),
    )  # fmt: skip
    await world.tell(inbound())
    id = (await world.conversation()).id

    await world.ask(HandOff(conversation_id=id, actor=BOT, collected={"bought": "long ago"}))

    assert (await world.conversation()).fields == {}
    line = (await world.messages())[-1].system
    assert line is not None
    assert line.details["collected.bought"] == "long ago"
