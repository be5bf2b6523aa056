"""Kept figures: what counts, for whom, on which day, and that folding changes no sum."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox.reports.reports import Reports
from inbox.reports.summing import ReportLine
from inbox.reports.table import table
from router.figures.folding import Folding
from shared.collections import AGENTS, FIGURES
from shared.commands import Assign, Escalate, FinishTask, HandOff, Hold, Reopen, Reply, Resolve
from shared.ids import AgentId
from shared.model.figures import Dimension, Grain, day_of, month_of
from shared.model.histogram import bounds_of, bucket_of, quantile
from shared.model.people import Actor, ActorKind, Agent
from shared.ports.store import Put
from tests.router.world import AGENT, BOT, START, World, inbound

BORIS = Actor(kind=ActorKind.AGENT, id="boris", name="Boris")


async def report(world: World, by: Dimension = Dimension.ALL) -> Sequence[ReportLine]:
    """The whole month of the test."""
    since = month_of(day_of(START))
    return await Reports(world.store).make(since, since + timedelta(days=31), by=by)


async def totals(world: World) -> ReportLine:
    (line,) = await report(world)
    return line


async def answer(world: World, by: Actor = AGENT) -> None:
    conversation = await world.conversation()
    await world.ask(Reply(conversation_id=conversation.id, actor=by, text="answer"))


async def resolve(world: World, by: Actor = AGENT) -> None:
    conversation = await world.conversation()
    await world.ask(Resolve(conversation_id=conversation.id, actor=by))


async def test_the_first_answer_is_timed_from_the_beginning_and_later_ones_from_the_question(
    world: World,
) -> None:
    await world.tell(inbound(external_id="1"))
    await world.clock.advance(60)
    await answer(world)
    await world.clock.advance(600)
    later = world.clock.now()
    await world.tell(inbound(external_id="2", occurred_at=later, received_at=later))
    await world.clock.advance(30)
    await answer(world)
    await answer(world)

    line = await totals(world)

    assert (line.opened, line.replies) == (1, 2)
    assert line.first_reply is not None
    assert line.next_reply is not None
    assert (line.first_reply.count, line.first_reply.mean_s) == (1, 60)
    assert (line.next_reply.count, line.next_reply.mean_s) == (1, 30)


async def test_what_a_bot_says_is_no_answer_of_ours(world: World) -> None:
    await world.tell(inbound(external_id="1"))
    await answer(world, BOT)
    await world.clock.advance(60)
    await answer(world)

    line = await totals(world)

    assert line.replies == 1
    assert line.first_reply is not None
    assert line.first_reply.mean_s == 60


async def test_a_case_that_one_person_answered_and_closed_was_solved_at_the_first_contact(
    world: World,
) -> None:
    await world.tell(inbound(external_id="1"))
    await answer(world)
    await world.clock.advance(120)
    await resolve(world)

    line = await totals(world)

    assert (line.resolved, line.first_contact, line.first_contact_rate) == (1, 1, 1.0)
    assert line.resolution is not None
    assert line.resolution.mean_s == 120
    assert line.handling is not None
    assert line.handling.mean_s == 120


async def test_two_people_who_answered_are_no_first_contact(world: World) -> None:
    await world.tell(inbound(external_id="1"))
    await answer(world)
    await answer(world, BORIS)
    await resolve(world)

    line = await totals(world)

    assert (line.resolved, line.first_contact) == (1, 0)


async def test_a_case_opened_again_within_a_week_counts_against_the_day_it_was_closed(
    world: World,
) -> None:
    await world.tell(inbound(external_id="1"))
    await answer(world)
    await resolve(world)
    await world.clock.advance(3 * 86_400)
    conversation = await world.conversation()
    await world.ask(Reopen(conversation_id=conversation.id, actor=AGENT))

    since = day_of(START)
    (line,) = await Reports(world.store).make(since, since + timedelta(days=1))

    assert (line.resolved, line.reopened, line.first_contact) == (1, 1, 0)
    assert line.reopen_rate == 1.0


async def test_a_case_opened_again_after_a_week_was_solved_all_the_same(world: World) -> None:
    await world.tell(inbound(external_id="1"))
    await answer(world)
    await resolve(world)
    await world.clock.advance(8 * 86_400)
    conversation = await world.conversation()
    await world.ask(Reopen(conversation_id=conversation.id, actor=AGENT))

    line = await totals(world)

    assert (line.reopened, line.first_contact) == (0, 1)


async def test_the_wait_ends_when_somebody_holds_the_conversation(world: World) -> None:
    agent = Agent(id="anna", email="a@example.org", name="Anna", created_at=START)
    await world.store.commit([Put(AGENTS, agent)])
    await world.tell(inbound(external_id="1"))
    await world.clock.advance(45)
    conversation = await world.conversation()
    await world.ask(Assign(conversation_id=conversation.id, actor=BORIS, agent_id=AgentId("anna")))

    (line,) = await report(world, Dimension.AGENT)

    assert (line.value, line.name, line.assigned) == ("anna", "Anna", 1)
    assert line.wait is not None
    assert line.wait.mean_s == 45


async def test_a_refused_command_counts_nothing(world: World) -> None:
    await world.tell(inbound(external_id="1"))
    conversation = await world.conversation()
    before = await totals(world)
    await world.ask(Reply(conversation_id=conversation.id, actor=AGENT, text=" "))

    assert await totals(world) == before


async def test_a_repeated_message_and_command_count_once(world: World) -> None:
    await world.tell(inbound(key="e1", external_id="1"), inbound(key="e1", external_id="1"))
    conversation = await world.conversation()
    reply = Reply(conversation_id=conversation.id, actor=AGENT, text="answer")
    await world.ask(reply, id="same")
    await world.ask(reply, id="same")

    line = await totals(world)

    assert (line.opened, line.replies) == (1, 1)


async def test_folding_changes_no_sum_and_leaves_one_row_per_day_and_month(world: World) -> None:
    for chat in range(8):
        await world.tell(inbound(f"chat-{chat}", external_id=str(chat)))
    before = await report(world)
    await world.clock.advance(2 * 86_400)

    await Folding(world.store, world.clock).fold()
    await Folding(world.store, world.clock).fold()

    rows = [await rows_of(world, grain) for grain in Grain]
    assert await report(world) == before
    assert rows == [0, 2, 2]  # for all, and for the one channel


async def test_what_is_counted_after_folding_is_added(world: World) -> None:
    await world.tell(inbound(external_id="1"))
    await answer(world)
    await resolve(world)
    await world.clock.advance(2 * 86_400)
    await Folding(world.store, world.clock).fold()
    conversation = await world.conversation()
    await world.ask(Reopen(conversation_id=conversation.id, actor=AGENT))
    await world.clock.advance(2 * 86_400)
    await Folding(world.store, world.clock).fold()

    line = await totals(world)

    assert (line.opened, line.resolved, line.reopened, line.first_contact) == (1, 1, 1, 0)


async def test_today_is_not_folded(world: World) -> None:
    await world.tell(inbound(external_id="1"))

    await Folding(world.store, world.clock).fold()

    assert await rows_of(world, Grain.DAY) == 0


async def rows_of(world: World, grain: Grain) -> int:
    page = await world.store.find(FIGURES, equal={"grain": grain.value}, order="start", limit=500)
    return len(page.items)


@given(st.lists(st.floats(0, 5_000_000), min_size=1, max_size=200), st.sampled_from([0.5, 0.9]))
def test_a_quantile_is_at_most_a_bucket_off(durations: list[float], share: float) -> None:
    counts: dict[int, int] = {}
    for duration in durations:
        counts[bucket_of(duration)] = counts.get(bucket_of(duration), 0) + 1
    ordered = sorted(durations)
    exact = ordered[max(0, -(-int(share * len(ordered) * 10) // 10) - 1)]

    found = quantile(counts, share)

    assert found is not None
    low, high = bounds_of(bucket_of(exact))
    assert low / 1.2 <= found <= high * 1.2 + 1


@given(st.floats(0, 30_000_000))
def test_a_duration_lies_in_its_bucket(seconds: float) -> None:
    low, high = bounds_of(bucket_of(seconds))

    assert low <= seconds <= high * 1.000_001


async def hold(world: World) -> None:
    """A bot takes the case."""
    conversation = await world.conversation()
    await world.ask(Hold(conversation_id=conversation.id, actor=BOT, lease_s=3600))


async def hand_off(world: World) -> None:
    """The bot gives it to people."""
    conversation = await world.conversation()
    await world.ask(HandOff(conversation_id=conversation.id, actor=BOT))


async def test_what_ends_with_a_bot_alone_was_self_served(world: World) -> None:
    await world.tell(inbound(external_id="1"))
    await hold(world)
    await answer(world, BOT)
    await resolve(world, BOT)

    line = await totals(world)

    assert (line.bot_sessions, line.self_served, line.self_service_rate) == (1, 1, 1.0)


async def test_what_a_bot_gives_to_people_was_not_and_counts_once(world: World) -> None:
    await world.tell(inbound(external_id="1"))
    await hold(world)
    await hand_off(world)
    await answer(world)
    await resolve(world)

    line = await totals(world)

    assert (line.bot_sessions, line.self_served, line.self_service_rate) == (1, 0, 0.0)


@pytest.mark.parametrize("hours, sessions, served", [(23, 1, 0), (25, 2, 1)])
async def test_who_needs_people_within_a_day_after_all_was_not_served_by_the_bot(
    world: World, hours: int, sessions: int, served: int
) -> None:
    await world.tell(inbound(external_id="1"))
    await hold(world)
    await resolve(world, BOT)
    await world.clock.advance(hours * 3600)
    await world.tell(inbound(external_id="2", text="it did not work"))
    await hand_off(world)
    await answer(world)

    line = await totals(world)

    assert (line.bot_sessions, line.self_served) == (sessions, served)


async def test_what_an_agent_takes_or_closes_was_not_served_by_the_bot(world: World) -> None:
    await world.tell(inbound("taken", external_id="1"), inbound("closed", external_id="2"))
    for chat in ("taken", "closed"):
        conversation = await world.conversation(chat)
        await world.ask(Hold(conversation_id=conversation.id, actor=BOT, lease_s=3600))
    taken, closed = await world.conversation("taken"), await world.conversation("closed")
    await world.ask(Reply(conversation_id=taken.id, actor=AGENT, text="let me see"))
    await world.ask(Resolve(conversation_id=closed.id, actor=AGENT))

    line = await totals(world)

    assert (line.bot_sessions, line.self_served) == (1, 0)


async def test_a_case_without_a_bot_is_no_session(world: World) -> None:
    await world.tell(inbound(external_id="1"))
    await answer(world)
    await resolve(world)

    line = await totals(world)

    assert (line.bot_sessions, line.self_served, line.self_service_rate) == (0, 0, None)


async def test_hops_are_counted_for_each_case_that_was_escalated(world: World) -> None:
    """One goes to the second line and back, another to the second and the third."""
    await world.tell(inbound("chat-1"), inbound("chat-2"), inbound("chat-3"))

    async def escalate(chat: str, line: str) -> str:
        id = (await world.conversation(chat)).id
        command = Escalate(conversation_id=id, actor=AGENT, line=line, summary="look")
        outcome = await world.ask(command, id=f"{chat}-{line}")
        await world.ask(command, id=f"{chat}-{line}")
        return str(outcome.result["task"]["id"])

    task_id = await escalate("chat-1", "l2")
    id = (await world.conversation("chat-1")).id
    await world.ask(FinishTask(conversation_id=id, actor=BORIS, task_id=task_id, result="done"))
    await escalate("chat-2", "l2")
    await escalate("chat-2", "l3")

    line = await totals(world)
    text = table([line])

    assert (line.escalated, line.hops, line.hops_per_case) == (2, 4, 2.0)
    titles, values = (row.split(",") for row in text.splitlines())
    shown = dict(zip(titles, values, strict=True))
    assert (shown["escalated"], shown["hops"], shown["hops_per_case"]) == ("2", "4", "2")
