"""Several actions in one commit, and putting back what a bulk request changed."""

from typing import Any

import pytest

from router.commands.acts import RESTORED
from shared.collections import AGENT_LOADS, AGENTS, LINES, QUEUEING, RULES, TEAMS, TIMERS, TOPICS
from shared.commands import Act, Note, SetLabels, Snooze, UndoAct
from shared.model.conversation import Conversation, Priority, Status
from shared.model.line import Line
from shared.model.people import Agent
from shared.model.team import Team
from shared.ports.store import Put, Update
from tests.router.office import kept as kept_document
from tests.router.office import queueing
from tests.router.world import AGENT, START, World, inbound
from tests.shared.ruling import on, rule, topic


def acting(about: Conversation, *actions: dict[str, Any], **fields: Any) -> Act:
    return Act.model_validate(
        {"conversation_id": about.id, "actor": AGENT, "actions": actions, **fields}
    )


async def begun(world: World) -> Conversation:
    """A conversation in a hub with an agent and a topic."""
    agent = Agent(id="anna", email="anna@example.org", name="Anna", created_at=START)
    await world.store.commit([Put(AGENTS, agent)])
    world.decree(TOPICS, topic("money"))
    await world.tell(inbound())
    return await world.conversation()


def kept(about: Conversation) -> dict[str, Any]:
    return about.model_dump(include=set(RESTORED) - {"ruled"})


async def test_a_macro_does_all_of_it_in_one_commit(world: World) -> None:
    about = await begun(world)

    outcome = await world.ask(
        acting(
            about,
            {"type": "reply", "text": "Hello, {{contact.first_name}}"},
            {"type": "add_labels", "labels": ["done"]},
            {"type": "topic", "topic": "money"},
            {"type": "assign", "agent_id": "me"},
            {"type": "resolve"},
            name="Close politely",
        )
    )

    after = await world.conversation()
    assert outcome.code == 200
    assert (after.labels, after.topic, after.assignee_id) == (("done",), "money", "anna")
    assert after.status is Status.RESOLVED
    texts = await world.texts()
    assert texts[:3] == ["hello", "[macro]", "[assigned]"]
    assert "Hello, Boris" in texts


async def test_a_macro_of_which_something_cannot_be_done_does_nothing(world: World) -> None:
    about = await begun(world)

    outcome = await world.ask(
        acting(
            about,
            {"type": "add_labels", "labels": ["done"]},
            {"type": "topic", "topic": "nowhere"},
            name="Broken",
        )
    )

    assert (outcome.code, outcome.field) == (422, "actions.1.topic")
    assert (await world.conversation()).labels == ()
    assert await world.texts() == ["hello"]


async def test_an_undo_restores_the_exact_state_before(world: World) -> None:
    about = await begun(world)
    await world.ask(
        Snooze(conversation_id=about.id, actor=AGENT, until=START.replace(hour=20)), id="s"
    )
    before = await world.conversation()

    await world.ask(
        acting(
            before,
            {"type": "assign", "agent_id": "anna"},
            {"type": "priority", "priority": "urgent"},
            {"type": "add_labels", "labels": ["x"]},
            {"type": "resolve"},
            bulk_id="b1",
        ),
        id="anna.b1-c0000",
    )
    changed = await world.conversation()
    undone = await world.ask(
        UndoAct(conversation_id=about.id, actor=AGENT, step_id="anna.b1-c0000"), id="u"
    )

    after = await world.conversation()
    assert changed.status is Status.RESOLVED
    assert undone.code == 200
    assert kept(after) == kept(before)
    assert after.ruled.pinned is False
    timers = await world.store.find(TIMERS, equal={}, order="due_at")
    assert [(timer.kind, timer.due_at) for timer in timers.items] == [
        ("wake", START.replace(hour=20))
    ]


async def test_what_somebody_has_changed_since_is_left_alone(world: World) -> None:
    about = await begun(world)
    act = acting(about, {"type": "resolve"}, bulk_id="b1")
    await world.ask(act, id="anna.b1-c0000")
    await world.ask(SetLabels(conversation_id=about.id, actor=AGENT, add=("mine",)))

    outcome = await world.ask(
        UndoAct(conversation_id=about.id, actor=AGENT, step_id="anna.b1-c0000")
    )

    assert outcome.code == 409
    assert (await world.conversation()).status is Status.RESOLVED


async def test_a_note_or_a_look_is_no_change_that_stops_an_undo(world: World) -> None:
    about = await begun(world)
    act = acting(about, {"type": "priority", "priority": "high"}, bulk_id="b1")
    await world.ask(act, id="anna.b1-c0000")
    await world.ask(Note(conversation_id=about.id, actor=AGENT, text="hm"))

    await world.ask(UndoAct(conversation_id=about.id, actor=AGENT, step_id="anna.b1-c0000"))

    assert (await world.conversation()).priority is Priority.NORMAL


async def test_what_rules_did_to_a_piece_of_a_bulk_request_is_put_back_with_it(
    world: World,
) -> None:
    world.decree(RULES, rule("done", on("resolved"), {"type": "add_labels", "labels": ["done"]}))
    about = await begun(world)
    act = acting(about, {"type": "resolve"}, bulk_id="b1")
    await world.ask(act, id="anna.b1-c0000")
    changed = await world.conversation()

    await world.ask(UndoAct(conversation_id=about.id, actor=AGENT, step_id="anna.b1-c0000"))

    after = await world.conversation()
    assert changed.labels == ("done",)
    assert (after.labels, after.status) == ((), Status.OPEN)


async def test_an_undo_twice_is_an_undo_once(world: World) -> None:
    about = await begun(world)
    act = acting(about, {"type": "priority", "priority": "high"}, bulk_id="b1")
    await world.ask(act, id="anna.b1-c0000")
    undo = UndoAct(conversation_id=about.id, actor=AGENT, step_id="anna.b1-c0000")

    await world.ask(undo, id="u1")
    lines = len(await world.messages())
    again = await world.ask(undo, id="u2")

    assert again.code == 200
    assert len(await world.messages()) == lines


async def test_an_undo_gives_nothing_back_to_somebody_who_has_left(world: World) -> None:
    about = await begun(world)
    await world.ask(acting(about, {"type": "assign", "agent_id": "anna"}))
    act = acting(about, {"type": "team", "team_id": None}, bulk_id="b1")
    await world.ask(act, id="anna.b1-c0000")
    await world.store.commit([Update(AGENTS, "anna", {"active": False})])

    undone = await world.ask(
        UndoAct(conversation_id=about.id, actor=AGENT, step_id="anna.b1-c0000")
    )

    assert (undone.code, undone.field) == (409, "step_id")
    assert (await world.conversation()).assignee_id is None


async def test_an_undo_gives_nobody_more_than_fits(world: World) -> None:
    world.decree(QUEUEING, queueing(capacity=1))
    about = await begun(world)
    await world.ask(acting(about, {"type": "assign", "agent_id": "anna"}))
    act = acting(about, {"type": "team", "team_id": None}, bulk_id="b1")
    await world.ask(act, id="anna.b1-c0000")
    await world.tell(inbound("chat-2"))
    other = await world.conversation("chat-2")
    await world.ask(acting(other, {"type": "assign", "agent_id": "anna"}))

    undone = await world.ask(
        UndoAct(conversation_id=about.id, actor=AGENT, step_id="anna.b1-c0000")
    )

    assert (undone.code, undone.field) == (409, "step_id")
    assert "has no room" in (undone.reason or "")
    load = await world.store.get(AGENT_LOADS, "anna")
    assert load is not None
    assert load.weight == 1


@pytest.mark.parametrize(
    "actions, field",
    [
        ([{"type": "line", "line": "nowhere"}], "actions.0.line"),
        ([{"type": "team", "team_id": "nobody"}], "actions.0.team_id"),
        ([{"type": "note", "text": "{{nothing.like.it}}"}], "actions.0.text"),
        ([{"type": "resolve"}, {"type": "reopen"}], "actions.1"),
        (
            [{"type": "add_labels", "labels": ["x"]}, {"type": "remove_labels", "labels": ["x"]}],
            "actions.1.labels",
        ),
    ],
)
async def test_actions_that_come_by_the_bus_are_checked_like_those_of_the_api(
    world: World, actions: list[dict[str, Any]], field: str
) -> None:
    about = await begun(world)
    world.decree(LINES, kept_document(Line, "L1"))
    world.decree(TEAMS, kept_document(Team, "shop"))

    outcome = await world.ask(acting(about, *actions))

    assert (outcome.code, outcome.field) == (422, field)
    assert await world.texts() == ["hello"]
