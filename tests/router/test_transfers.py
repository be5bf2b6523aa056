"""Transfers to a team: it waits in that team's queue, and the line says why and by whom."""

from typing import Any

import pytest

from shared.collections import QUEUES
from shared.commands import Assign, HandOff, Hold
from shared.ids import TeamId, partition_of
from shared.model.message import SystemLine
from shared.model.records import Outcome, OutcomeStatus
from tests.router.office import Office, actor, agent, open_office
from tests.router.world import BOT, World

SHOP = TeamId("shop")


async def give_to_shop(office: Office, by: str = "anna", **fields: Any) -> Outcome:
    """An agent transfers the conversation to the team ``shop``."""
    conversation = await office.world.conversation("c1")
    values: dict[str, Any] = {"team_id": SHOP, "actor": actor(by)}
    command = Assign(conversation_id=conversation.id, **(values | fields))
    return await office.world.ask(command)


async def last_line(world: World) -> SystemLine:
    """The last system line of the conversation."""
    lines = [one.system for one in await world.messages("c1") if one.system is not None]
    return lines[-1]


async def test_it_waits_in_the_queue_of_a_team_of_which_nobody_is_there(world: World) -> None:
    office = await open_office(world, agent("anna"), agent("boris", team_ids=("shop",)))
    await office.come("anna")
    await office.arrive("c1")
    await office.work()

    outcome = await give_to_shop(office, note="wants a refund", cause="billing knows more")
    await office.work(3)
    state = await world.store.get(QUEUES, "shop/-")
    waiting = await world.conversation("c1")
    await office.come("boris")
    await office.work()

    assert outcome.status is OutcomeStatus.DONE
    assert (waiting.team_id, waiting.assignee_id) == ("shop", None)
    assert state is not None
    assert (state.waiting, state.first) == (1, (waiting.id,))
    assert await office.holder("c1") == "boris"
    assert "wants a refund" in await world.texts("c1")


async def test_the_line_says_to_which_team_why_and_by_whom(world: World) -> None:
    office = await open_office(world, agent("anna"))
    await office.arrive("c1")

    await give_to_shop(office, cause="billing knows more")

    line = await last_line(world)
    assert line.name == "assigned"
    told = {name: line.details[name] for name in ("team", "team_id", "cause", "by")}
    assert told == {
        "team": "shop",
        "team_id": "shop",
        "cause": "billing knows more",
        "by": "Anna",
    }


async def test_the_event_tells_who_holds_it_now_and_who_decided(world: World) -> None:
    office = await open_office(world, agent("anna"))
    await office.arrive("c1")

    await give_to_shop(office)

    events = await world.events(partition_of((await world.conversation("c1")).id))
    told = [one["payload"] for one in events if one["payload"].get("cause") == "assign"]
    assert [(one["conversation"]["team_id"], one["actor"]["id"]) for one in told] == [
        ("shop", "anna")
    ]


async def test_whoever_transferred_it_does_not_get_it_back_at_once(world: World) -> None:
    office = await open_office(world, agent("anna", team_ids=("shop",)))
    await office.come("anna")
    await office.arrive("c1")
    await office.work()

    await give_to_shop(office)
    await office.work()
    at_once = await office.holder("c1")
    await office.work(130)

    assert (at_once, await office.holder("c1")) == (None, "anna")


@pytest.mark.parametrize("assignment", [True, False])
async def test_a_team_that_there_is_not_is_refused_by_name_and_nothing_is_changed(
    world: World, assignment: bool
) -> None:
    office = await open_office(world, agent("anna"), assignment=assignment)
    await office.arrive("c1")
    before = await world.conversation("c1")

    outcome = await give_to_shop(office, team_id=TeamId("sohp"), note="for the shop")

    assert (outcome.status, outcome.code) == (OutcomeStatus.REFUSED, 422)
    assert (outcome.field, outcome.reason) == ("team_id", "there is no such team: sohp")
    assert await world.conversation("c1") == before
    assert await world.texts("c1") == ["hello"]


async def test_a_bot_hands_to_a_team_and_the_line_names_it(world: World) -> None:
    office = await open_office(world, agent("anna"), agent("boris", team_ids=("shop",)))
    await office.come("anna", "boris")
    await office.arrive("c1")
    conversation = await world.conversation("c1")
    await world.ask(Hold(conversation_id=conversation.id, actor=BOT))

    await world.ask(
        HandOff(conversation_id=conversation.id, actor=BOT, team_id=SHOP, reason="a refund")
    )
    line = await last_line(world)
    await office.work()

    assert (line.name, line.details["team"], line.details["reason"]) == (
        "handed_off",
        "shop",
        "a refund",
    )
    assert await office.holder("c1") == "boris"


async def test_a_bot_that_hands_to_a_team_that_there_is_not_goes_on_holding_it(
    world: World,
) -> None:
    office = await open_office(world)
    await office.arrive("c1")
    conversation = await world.conversation("c1")
    await world.ask(Hold(conversation_id=conversation.id, actor=BOT))

    outcome = await world.ask(
        HandOff(conversation_id=conversation.id, actor=BOT, team_id=TeamId("sohp"))
    )

    after = await world.conversation("c1")
    assert (outcome.code, outcome.field) == (422, "team_id")
    assert outcome.reason == "there is no such team: sohp"
    assert (after.bot_id, after.team_id) == (BOT.id, None)
