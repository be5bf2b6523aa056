"""The assigner killed at its worst moments, and two of them at once: nobody is given too much and
nothing to two."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.collections import AUDIT, RESERVATIONS
from shared.commands import Assign, Seen
from shared.errors import Conflict
from shared.ids import AgentId
from shared.model.records import OutcomeStatus
from shared.ports.bus import Publication
from tests.router.office import Office, agent, begin, open_office
from tests.router.world import BOT, World, a_world
from tests.support.around import AroundBus

CHATS = tuple(f"c{n}" for n in range(6))


class KilledBus(AroundBus):
    """The process ends when it is to publish; before that, or right after."""

    published_first = False

    async def publish(self, publications: Sequence[Publication]) -> None:
        if self.published_first:
            await self.inner.publish(publications)
        raise asyncio.CancelledError


async def killed(office: Office, *, published_first: bool) -> None:
    """The assigner decides, writes the places down, and ends at its publication."""
    bus = KilledBus(office.world.bus)
    bus.published_first = published_first
    await office.succeed(bus=bus)
    with pytest.raises(asyncio.CancelledError):
        await office.tenure.step()


@pytest.mark.parametrize("published_first", [False, True])
async def test_killed_between_place_and_command_or_after_it_the_next_one_goes_on(
    world: World, published_first: bool
) -> None:
    office = await open_office(world, agent("anna", capacity=3))
    await office.come("anna")
    await office.arrive(*CHATS)

    await killed(office, published_first=published_first)
    kept = await world.store.find(RESERVATIONS, equal={})
    await office.succeed()
    await office.work()
    await office.work()

    assert len(kept.items) == 3
    assert await office.held() == {"anna": 3}
    assert await assignments(world) == 3
    assert (await world.store.find(RESERVATIONS, equal={})).items == []


async def test_killed_between_command_and_outcome_what_was_done_meanwhile_counts(
    world: World,
) -> None:
    office = await open_office(world, agent("anna", capacity=3))
    await office.come("anna")
    await office.arrive(*CHATS)
    await killed(office, published_first=True)

    await world.settle()
    await office.succeed()
    await office.work()

    assert await office.held() == {"anna": 3}
    assert await assignments(world) == 3


async def test_places_of_a_silent_partition_are_free_again_and_the_late_command_is_refused(
    world: World,
) -> None:
    office = await open_office(world, agent("anna", capacity=1))
    await office.come("anna")
    await office.arrive("c1")
    await office.hear()
    await office.clock.advance(1)
    await office.tenure.step()
    assert office.tenure.floor.loads.of("anna") == 1

    await office.clock.advance(10)
    await office.tenure.step()
    free_again = office.tenure.floor.loads.of("anna")
    await world.settle()

    assert free_again == 0
    assert await office.holder("c1") is None
    await office.work(60)
    assert await office.holder("c1") == "anna"


async def test_an_assigner_that_was_replaced_writes_nothing(world: World) -> None:
    office = await open_office(world, agent("anna"))
    await office.come("anna")
    await office.arrive("c1")
    old = office.tenure
    await office.succeed()
    await office.arrive("c2")
    await office.clock.advance(2)

    await office.hear()
    office.tenure, current = old, office.tenure
    await office.hear()
    office.positions = {}
    await office.hear()
    with pytest.raises(Conflict):
        await old.step()
    office.tenure = current
    await office.work()

    assert await office.held() == {"anna": 2}
    assert await assignments(world) == 2


async def test_two_who_decide_at_once_give_nothing_to_two_and_nobody_too_much(
    world: World,
) -> None:
    office = await open_office(world, agent("anna", capacity=2), agent("boris", capacity=2))
    await office.come("anna", "boris")
    await office.arrive(*CHATS)
    first, _ = await begin(world)
    await office.clock.advance(2)
    await first.step()
    second, _ = await begin(world)
    second.floor.asked.clear()
    for chat in CHATS:
        second.floor.saw(await world.conversation(chat))
    await second.step()

    await world.settle()
    await office.succeed()
    await office.work(10)

    assert await office.held() == {"anna": 2, "boris": 2}
    assert await office.loads() == {"anna": 2, "boris": 2}


async def test_somebody_elses_decision_stands_only_while_what_it_saw_is_so(world: World) -> None:
    """A program that reads events may assign by itself."""
    office = await open_office(world, agent("anna"), agent("boris"), assignment=False)
    await office.arrive("c1")
    seen = Seen.of(await world.conversation("c1"))
    await office.arrive("c1", text="are you there?")

    first = await office.take("c1", "anna", actor=BOT, seen=seen, cause="knows the model best")
    second = await office.take("c1", "boris", actor=BOT, seen=seen)

    assert first.status is OutcomeStatus.DONE
    assert (second.status, second.field) == (OutcomeStatus.REFUSED, "seen")
    assert await office.why("c1") == ["knows the model best"]


async def assignments(world: World) -> int:
    """How often somebody was given a conversation, as the audit has it."""
    page = await world.store.find(AUDIT, equal={}, order="at", limit=500)
    return sum(bool(e.action == "assign" and e.details.get("agent_id")) for e in page.items)


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("arrive"), st.sampled_from(CHATS)),
        st.tuples(st.just("take"), st.sampled_from(CHATS), st.sampled_from(["anna", "boris"])),
        st.tuples(st.just("resolve"), st.sampled_from(CHATS)),
        st.tuples(st.just("come"), st.sampled_from(["anna", "boris"])),
        st.tuples(st.just("leave"), st.sampled_from(["anna", "boris"])),
        st.tuples(st.just("work"), st.sampled_from([1.1, 90.0, 700.0])),
        st.tuples(st.just("crash")),
        st.tuples(st.just("decide")),
    ),
    min_size=5,
    max_size=25,
)


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(steps=STEPS)
async def test_whatever_happens_nobody_holds_more_than_fits(steps: list[tuple[str, ...]]) -> None:
    with TemporaryDirectory() as folder:
        async with a_world(Path(folder)) as world:
            office = await open_office(
                world,
                agent("anna", capacity=2),
                agent("boris", capacity=3),
                weights={"telegram": 1},
                left_after_s=60,
                silent_after_s=300,
                over_capacity="nobody",
            )
            await office.come("anna", "boris")
            for step in steps:
                await happen(office, *step)
                held = await office.held()
                assert held.get("anna", 0) <= 2
                assert held.get("boris", 0) <= 3
                assert await office.loads() == held
                assert all(
                    office.tenure.floor.loads.of(id) <= worker.capacity
                    for id, worker in office.tenure.floor.workers.items()
                )


async def happen(office: Office, what: str, *about: str | float) -> None:
    """One step of a story."""
    match what, *about:
        case "arrive", str(chat):
            await office.arrive(chat)
        case "take", str(chat), str(who):
            if await exists(office, chat):
                await office.take(chat, who)
        case "resolve", str(chat):
            if await exists(office, chat):
                await office.resolve(chat)
        case "come", str(who):
            await office.come(who)
        case "leave", str(who):
            await office.come(who)
            await office.leave(who)
        case "work", float(after_s):
            await office.work(after_s)
        case "crash", *_:
            await office.succeed()
        case "decide", *_:
            await office.hear()
            await office.clock.advance(1.1)
            await office.tenure.step()


async def exists(office: Office, chat: str) -> bool:
    return any(one.thread == chat for one in await office.conversations())


async def test_a_command_of_the_assigner_names_who_and_why(world: World) -> None:
    office = await open_office(world, agent("anna", skills={"refunds": 3}))
    await office.arrive("c1")
    await office.stamp("c1", skills=("refunds:2",))
    await office.succeed()
    await office.come("anna")
    await office.clock.advance(1.1)
    await office.tenure.step()

    kept = (await world.store.find(RESERVATIONS, equal={})).items[0]
    command = Assign.model_validate(kept.command)
    assert (command.agent_id, command.cause) == (AgentId("anna"), "least_loaded_with")
    assert command.cause_values == {"among": "1", "needs": "refunds:2, en"}
    assert command.seen is not None
    assert command.valid_until == kept.valid_until
