"""Peak mode and time rules that are new, on a clock that is moved."""

from datetime import timedelta

from router.peaks import PeakWatch
from router.rules.arming import Arming
from router.timers import Timers
from shared.collections import HOUR_COUNTS, PEAK_STATE, PEAKS, RULES
from shared.ids import Partition
from shared.model.conversation import Status
from shared.model.peak import HourCount, Peak
from shared.policies.book import read_book
from shared.ports.store import Put
from shared.rules.peaks import days_before, hour_of
from tests.router.world import START, World, inbound
from tests.shared.ruling import KEPT, after, condition, on, rule

PEAK = Peak(id="peak", name="Peak", factor=2, least=5, **KEPT)


def watch(world: World) -> PeakWatch:
    return PeakWatch(world.bus, world.store, world.clock, world.policy.shelf)


async def four_weeks(world: World, mean: int) -> None:
    """So many messages in this hour, and those around it, of each of the days before."""
    rows = [
        HourCount(id=f"{hour:%Y-%m-%dT%H}/0", hour=hour, partition=Partition(0), messages=mean)
        for ahead in range(4)
        for hour in days_before(hour_of(START) + timedelta(hours=ahead))
    ]
    await world.store.commit([Put(HOUR_COUNTS, row) for row in rows])


async def take_over(world: World) -> None:
    """What the store's book says of the peak, as the shelf would."""
    state = (await read_book(world.store)).all(PEAK_STATE)
    world.decree(PEAK_STATE, *state)


async def test_a_peak_begins_at_twice_the_mean_and_ends_after_a_quiet_hour(world: World) -> None:
    world.decree(PEAKS, PEAK)
    await four_weeks(world, 4)
    watching = watch(world)

    await world.tell(*(inbound(f"chat-{n}") for n in range(7)))
    await watching.look()
    seven = await world.store.get(PEAK_STATE, "now")
    await world.tell(inbound("chat-8"))
    await watching.look()
    eight = await world.store.get(PEAK_STATE, "now")
    await world.clock.advance(3600)
    await watching.look()
    next_hour = await world.store.get(PEAK_STATE, "now")
    await world.clock.advance(3600)
    await watching.look()
    later = await world.store.get(PEAK_STATE, "now")

    assert seven is None
    assert eight is not None
    assert (eight.on, eight.messages, eight.mean) == (True, 8, 4)
    assert next_hour == eight
    assert later is not None
    assert (later.on, later.version) == (False, 2)


async def test_rules_know_of_the_peak(world: World) -> None:
    world.decree(PEAKS, PEAK)
    await four_weeks(world, 1)
    busy = rule(
        "busy", on("message"), {"type": "add_labels", "labels": ["peak"]},
        conditions=[condition(type="peak")],
    )  # fmt: skip
    world.decree(RULES, busy)
    await world.tell(*(inbound(f"chat-{n}") for n in range(6)))

    await watch(world).look()
    await take_over(world)
    await world.tell(inbound("late"))

    assert (await world.conversation("chat-1")).labels == ()
    assert (await world.conversation("late")).labels == ("peak",)


async def test_nothing_is_counted_where_no_peak_is_asked_for(world: World) -> None:
    await world.tell(inbound())

    assert (await world.store.find(HOUR_COUNTS, equal={}, order="hour")).items == []


async def test_conversations_from_before_a_time_rule_get_their_timer(world: World) -> None:
    await world.tell(inbound())
    await world.clock.advance(7200)
    world.decree(RULES, rule("idle", after("idle", 3600), {"type": "resolve"}))
    arming = Arming(world.store, world.clock, world.policy.shelf)

    await arming.arm()
    await world.clock.advance(1)
    await Timers(world.bus, world.store, world.clock).fire()
    await world.settle()

    assert (await world.conversation()).status is Status.RESOLVED
