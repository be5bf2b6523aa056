"""The assigner with the real router and store: what waits finds those who can have it."""

from typing import Any

import pytest

from shared.collections import QUEUES, RESERVATIONS, TEAMS
from shared.commands import HandOff, Pend, Reply, SetPriority
from shared.ids import TeamId
from shared.model.conversation import PendingFor, Priority, Status
from shared.model.people import Role
from shared.model.presence import PresenceState
from shared.model.records import OutcomeStatus
from shared.model.team import Team
from tests.router.office import actor, agent, kept, open_office
from tests.router.world import BOT, START, World


async def test_what_arrives_is_given_to_somebody_who_is_there_and_the_line_says_why(
    world: World,
) -> None:
    office = await open_office(world, agent("anna"), agent("boris"))
    await office.come("anna")

    await office.arrive("c1")
    await office.work()

    conversation = await world.conversation("c1")
    assert conversation.assignee_id == "anna"
    assert await office.why("c1") == ["least_loaded_with"]
    assert await office.loads() == {"anna": 1}
    assert (await world.store.find(RESERVATIONS, equal={})).items == []


async def test_nobody_online_it_waits_and_then_comes_by_itself(world: World) -> None:
    office = await open_office(world, agent("anna"))
    await office.arrive("c1")
    await office.work()
    assert await office.holder("c1") is None

    await office.come("anna")
    await office.work()

    assert await office.holder("c1") == "anna"


async def test_nobody_gets_more_than_fits_and_the_next_comes_when_there_is_room(
    world: World,
) -> None:
    office = await open_office(world, agent("anna", capacity=2))
    await office.come("anna")
    await office.arrive("c1", "c2", "c3")
    await office.work()
    waiting = [chat for chat in ("c1", "c2", "c3") if await office.holder(chat) is None]
    assert len(waiting) == 1

    done = next(chat for chat in ("c1", "c2", "c3") if chat not in waiting)
    await office.resolve(done)
    await office.work()

    assert await office.holder(waiting[0]) == "anna"
    assert await office.loads() == {"anna": 2}


async def test_a_heavy_channel_type_takes_more_of_the_capacity(world: World) -> None:
    office = await open_office(world, agent("anna", capacity=5), weights={"telegram": 2})
    await office.come("anna")

    await office.arrive("c1", "c2", "c3")
    await office.work()

    assert await office.held() == {"anna": 4}


async def test_priority_comes_before_deadline_and_deadline_before_age(world: World) -> None:
    office = await open_office(world, agent("anna", capacity=1))
    for chat in ("old", "due", "urgent"):
        await office.arrive(chat)
        await office.clock.advance(60)
    await office.stamp("due", due_at=START)
    urgent = await world.conversation("urgent")
    await world.ask(
        SetPriority(conversation_id=urgent.id, actor=actor("anna"), priority=Priority.URGENT)
    )
    await office.succeed()
    await office.come("anna")

    order = []
    for _ in range(3):
        await office.work()
        held = [
            c.thread
            for c in await office.conversations()
            if c.assignee_id and c.resolved_at is None
        ]
        order += held
        await office.resolve(held[0])

    assert order == ["urgent", "due", "old"]


async def test_the_contacts_last_agent_comes_before_the_least_loaded(world: World) -> None:
    office = await open_office(world, agent("anna"), agent("boris"))
    await office.come("anna", "boris")
    await office.arrive("c1", "c2")
    await office.work()
    holder = await office.holder("c1")
    other = "boris" if holder == "anna" else "anna"
    await office.resolve("c1")
    await office.resolve("c2")
    await office.work()
    await office.clock.advance(8 * 24 * 3600)
    await office.come("anna", "boris")
    await office.arrive("c3", "c4", "c5")
    await office.work()

    await office.arrive("c1")
    await office.work()

    assert (await world.conversation("c1")).status is Status.OPEN
    assert await office.holder("c1") == holder != other
    assert (await office.why("c1"))[-1] == "sticky"


@pytest.mark.parametrize(
    "asks, can, gets",
    [
        ({"skills": ("refunds:2",)}, {"skills": {"refunds": 2}}, True),
        ({"skills": ("refunds:2",)}, {"skills": {"refunds": 1}}, False),
        ({"skills": ("refunds", "repairs")}, {"skills": {"refunds": 5}}, False),
        ({"skills": ("unheard-of",)}, {}, True),
        ({"language": "ru-RU"}, {"languages": ("ru",)}, True),
        ({"language": "ru"}, {"languages": ("en",)}, False),
        ({"language": "ru"}, {}, True),
        ({"line": "L2"}, {"lines": {"L1": 1}}, False),
        ({"line": "L2"}, {"lines": {"L1": 1, "L2": 0.5}}, True),
        ({"line": "L9"}, {"lines": {"L1": 1}}, True),
        ({"team_id": TeamId("shop")}, {"team_ids": ("shop",)}, True),
        ({"team_id": TeamId("shop")}, {"team_ids": ("helpers",)}, False),
        ({"team_id": TeamId("removed")}, {}, True),
        ({}, {"channel_types": ("email",)}, False),
        ({}, {"channel_types": ("email", "telegram")}, True),
        ({}, {"accepts": False}, False),
    ],
)
async def test_only_who_fits_gets_it(
    world: World, asks: dict[str, Any], can: dict[str, Any], gets: bool
) -> None:
    office = await open_office(world, agent("anna", **can))
    await office.arrive("c1")
    await office.stamp("c1", **asks)
    await office.succeed()
    await office.come("anna")

    await office.work()

    assert (await office.holder("c1") == "anna") is gets


async def test_whoever_is_away_idle_or_absent_gets_nothing(world: World) -> None:
    office = await open_office(world, agent("anna"), agent("boris"), agent("clara"))
    await office.come("clara")
    await office.clock.advance(1000)
    await office.come("anna", "boris")
    await office.choose("anna", PresenceState.AWAY)
    await office.choose("boris", PresenceState.ABSENT)

    await office.arrive("c1")
    await office.work()
    assert await office.holder("c1") is None

    await office.choose("anna", PresenceState.ONLINE)
    await office.work()
    assert await office.holder("c1") == "anna"


async def test_a_deactivated_agents_conversations_all_go_back(world: World) -> None:
    office = await open_office(world, agent("anna"), agent("boris"))
    await office.come("anna")
    await office.arrive("c1", "c2", "c3")
    await office.work()
    pending = await world.conversation("c2")
    await world.ask(
        Pend(conversation_id=pending.id, actor=actor("anna"), waits_for=PendingFor.CUSTOMER)
    )

    await office.block("anna")
    await office.work()
    await office.come("boris")
    await office.work()
    await office.work()

    assert [c.thread for c in await office.conversations() if c.assignee_id == "anna"] == []
    assert [await office.holder(chat) for chat in ("c1", "c2", "c3")] == ["boris", None, "boris"]
    assert await office.loads() == {"boris": 2}


async def test_who_left_loses_what_customers_wait_for_and_keeps_what_is_answered(
    world: World,
) -> None:
    office = await open_office(world, agent("anna"), agent("boris"), left_after_s=60)
    await office.come("anna")
    await office.arrive("c1", "c2")
    await office.work()
    answered = await world.conversation("c2")
    await world.ask(Reply(conversation_id=answered.id, actor=actor("anna"), text="hello"))
    await office.come("boris")

    await office.leave("anna")
    await office.work(30)
    assert await office.holder("c1") == "anna"
    await office.work(60)
    await office.work()

    assert await office.holder("c1") == "boris"
    assert await office.holder("c2") == "anna"
    assert await office.why("c1") == ["least_loaded_with", "left", "least_loaded_with"]


async def test_the_absent_lose_it_at_once(world: World) -> None:
    office = await open_office(world, agent("anna"), agent("boris"))
    await office.come("anna")
    await office.arrive("c1")
    await office.work()
    await office.come("boris")

    await office.choose("anna", PresenceState.ABSENT)
    await office.work()
    await office.work()

    assert await office.holder("c1") == "boris"


async def test_a_silent_assignee_loses_it_to_somebody_who_is_free(world: World) -> None:
    office = await open_office(world, agent("anna"), agent("boris"), silent_after_s=300)
    await office.come("anna")
    await office.arrive("c1")
    await office.work()

    await office.work(400)
    assert await office.holder("c1") == "anna"
    await office.come("anna", "boris")
    await office.work()
    await office.work()

    assert await office.holder("c1") == "boris"
    assert "silent" in await office.why("c1")


async def test_whoever_gives_it_back_does_not_get_it_again_at_once(world: World) -> None:
    office = await open_office(world, agent("anna"), agent("boris"), passed_for_s=120)
    await office.come("anna")
    await office.arrive("c1")
    await office.work()

    await office.take("c1", "anna", agent_id=None)
    await office.work()
    assert await office.holder("c1") is None
    await office.work(130)

    assert await office.holder("c1") == "anna"


async def test_what_a_bot_holds_does_not_wait_until_it_is_handed_off(world: World) -> None:
    office = await open_office(world, agent("anna"))
    await office.arrive("c1")
    await office.stamp("c1", bot_id=BOT.id)
    await office.succeed()
    await office.come("anna")
    await office.work()
    assert await office.holder("c1") is None

    conversation = await world.conversation("c1")
    await world.ask(HandOff(conversation_id=conversation.id, actor=BOT, reason="a human, please"))
    await office.work()

    assert await office.holder("c1") == "anna"


async def test_a_take_beyond_the_capacity_is_refused_but_for_those_who_lead(
    world: World,
) -> None:
    office = await open_office(
        world, agent("anna", capacity=1), agent("sofia", Role.SUPERVISOR, capacity=1)
    )
    await office.come("anna")
    await office.arrive("c1", "c2")
    await office.work()
    free = "c1" if await office.holder("c1") is None else "c2"

    own = await office.take(free, "anna")
    given = await office.take(free, "anna", actor=actor("sofia"))

    assert (own.status, own.field) == (OutcomeStatus.REFUSED, "agent_id")
    assert given.status is OutcomeStatus.DONE
    assert await office.held() == {"anna": 2}


async def test_a_case_that_opens_again_with_a_full_agent_goes_to_the_queue(world: World) -> None:
    office = await open_office(world, agent("anna", capacity=1))
    await office.come("anna")
    await office.arrive("c1")
    await office.work()
    await office.resolve("c1")
    await office.arrive("c2")
    await office.work()
    assert await office.holder("c2") == "anna"

    await office.arrive("c1", text="one more thing")

    again = await world.conversation("c1")
    assert (again.status, again.assignee_id) == (Status.OPEN, None)
    assert await office.loads() == {"anna": 1}


async def test_a_transfer_tells_its_note_and_reaches_those_who_are_not_there(
    world: World,
) -> None:
    office = await open_office(world, agent("anna"), agent("boris"), assignment=False)
    await office.arrive("c1")

    outcome = await office.take(
        "c1", "boris", actor=actor("anna"), note="asks for a refund", line="L2"
    )

    conversation = await world.conversation("c1")
    assert outcome.status is OutcomeStatus.DONE
    assert (conversation.assignee_id, conversation.line) == ("boris", "L2")
    assert await world.texts("c1") == ["hello", "asks for a refund", "[assigned]"]


@pytest.mark.parametrize(
    "fields, field",
    [({"team_id": TeamId("nowhere")}, "team_id"), ({"line": "L9"}, "line")],
)
async def test_a_transfer_to_what_is_not_there_names_the_field(
    world: World, fields: dict[str, Any], field: str
) -> None:
    office = await open_office(world, agent("anna"))
    await office.arrive("c1")

    outcome = await office.take("c1", "anna", **fields)

    assert (outcome.status, outcome.code, outcome.field) == (OutcomeStatus.REFUSED, 422, field)


@pytest.mark.parametrize("who, may", [("anna", True), ("boris", False), ("sofia", True)])
async def test_where_only_assignees_answer_others_are_refused(
    world: World, who: str, may: bool
) -> None:
    office = await open_office(
        world,
        agent("anna"),
        agent("boris"),
        agent("sofia", Role.SUPERVISOR),
        only_assignee_replies=True,
    )
    await office.arrive("c1")
    await office.take("c1", "anna")

    conversation = await world.conversation("c1")
    outcome = await world.ask(
        Reply(conversation_id=conversation.id, actor=actor(who), text="hello")
    )

    assert (outcome.status is OutcomeStatus.DONE) is may
    assert outcome.code == (201 if may else 403)


async def test_the_queues_tell_how_long_the_next_one_waits(world: World) -> None:
    office = await open_office(world, agent("anna", capacity=1), agent("boris", capacity=1))
    await office.come("anna", "boris")
    await office.arrive(*(f"c{n}" for n in range(5)))
    await office.work(3)
    await office.work(3)

    state = await world.store.get(QUEUES, "-/-")
    assert state is not None
    assert (state.waiting, state.agents, state.handle_s) == (3, 2, 600)
    assert state.wait_s == 3 * 600 / 2
    assert len(state.first) == 3


async def test_a_queue_that_waits_too_long_is_helped_by_another_team(world: World) -> None:
    office = await open_office(
        world, agent("anna", team_ids=("shop",), capacity=1), agent("boris", team_ids=("helpers",))
    )
    await office.come("anna", "boris")
    for chat in ("c1", "c2", "c3"):
        await office.arrive(chat)
        await office.stamp(chat, team_id=TeamId("shop"))
    await office.succeed()
    await office.work()
    assert await office.held() == {"anna": 1}

    helped = kept(Team, "shop", overflow_wait_s=600, overflow_team_id="helpers")
    world.decree(TEAMS, helped, kept(Team, "helpers"))
    await office.work()
    await office.work()

    assert await office.held() == {"anna": 1, "boris": 2}


async def test_rebalancing_lowers_the_spread_and_moves_no_dialog(world: World) -> None:
    office = await open_office(
        world, agent("anna", capacity=6), agent("boris", capacity=6), rebalance_every_s=60
    )
    await office.come("anna")
    await office.arrive(*(f"c{n}" for n in range(6)))
    await office.work()
    dialog = await world.conversation("c0")
    await world.ask(Reply(conversation_id=dialog.id, actor=actor("anna"), text="hello"))
    await office.arrive("c0", text="thank you, and")
    await office.come("boris")
    assert await office.held() == {"anna": 6}

    await office.work(70)

    assert await office.held() == {"anna": 3, "boris": 3}
    assert await office.holder("c0") == "anna"


async def test_nothing_is_assigned_until_an_admin_switches_it_on(world: World) -> None:
    office = await open_office(world, agent("anna"), assignment=False)
    await office.come("anna")
    await office.arrive("c1")

    await office.work()

    assert await office.holder("c1") is None
