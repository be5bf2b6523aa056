"""A working day: ten agents, a thousand conversations, four languages, three lines, a bot that
answers first in the morning and dies now and then. Rules say from the link by which a customer came
what the case needs; language, deadlines and promises follow as they do in any hub."""

from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Final

import pytest

from inbox.reports.reports import Reports
from shared.collections import (
    ACKNOWLEDGEMENTS,
    AGENT_LOADS,
    BOT_DUTIES,
    MESSAGES,
    RULES,
    SLA_POLICIES,
)
from shared.ids import PARTITIONS, Partition
from shared.model.bots import BotDuty
from shared.model.conversation import Priority, Status
from shared.model.deadlines import PromiseState
from shared.model.figures import day_of
from shared.model.people import Agent
from shared.model.rule import Rule
from tests.router.answering import acknowledgement, sla
from tests.router.day import LEFT_AFTER_S, Day
from tests.router.office import agent, kept, open_office
from tests.router.routers import Routers
from tests.router.world import START, World, a_world
from tests.shared.ruling import condition, on, rule

MEMORY: Final = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - only test data
CASES: Final = 1_000
FEW: Final = 120
DAY_S: Final = 8 * 3600
WORDS: Final = {
    "ru": "Здравствуйте, где мой заказ?",
    "en": "Hello, where is my order?",
    "kk": "Сәлеметсіз бе, тапсырысым қайда?",
    "de": "Guten Tag, wann kommt meine Bestellung?",
}
SKILLS: Final = ("refunds", "repairs")
LINES: Final = ("L1", "L2", "L3")
NEEDS: Final = ("any", *(f"{skill}{level}" for skill in SKILLS for level in (1, 2)))


@asynccontextmanager
async def in_memory() -> AsyncIterator[World]:
    """Kept in memory, where the machine has a place for that: nobody pulls the plug here."""
    with TemporaryDirectory(dir=MEMORY) as folder:
        async with a_world(Path(folder)) as made:
            yield made


def staff(random: Random) -> list[Agent]:
    """Ten people; for everything that is asked for there is somebody."""
    languages, people = tuple(WORDS), []
    for number in range(10):
        first, second = languages[number % 4], languages[(number + 1) % 4]
        people.append(
            agent(
                f"agent{number}",
                languages=(first, second),
                lines=dict.fromkeys(LINES if number < 4 else LINES[:2], 1.0),
                skills={skill: random.randint(1, 5) for skill in SKILLS} if number % 2 else {},
                capacity=random.randint(3, 6),
            )
        )
    return people


def rules() -> Iterator[Rule]:
    """What a link says becomes line, skills and priority; who was let down goes first."""

    def by(*refs: str) -> list[object]:
        return [condition(type="entry", kinds=["deep_link"], refs=refs)]

    for line in LINES:
        action = {"type": "line", "line": line}
        yield rule(f"line {line}", on("created"), action, conditions=by(f"{line}-*"))
    for need in NEEDS[1:]:
        asked = {"type": "skills", "skills": [f"{need[:-1]}:{need[-1]}"]}
        refs = (f"{line}-{need}-*" for line in LINES)
        yield rule(f"needs {need}", on("created"), asked, conditions=by(*refs))
    for level in Priority:
        refs = (f"{line}-{need}-{level.value}" for line in LINES for need in NEEDS)
        action = {"type": "priority", "priority": level.value}
        yield rule(f"priority {level.value}", on("created"), action, conditions=by(*refs))
    late = {"type": "priority", "priority": "urgent"}
    yield rule("late", on("deadline_breached"), late)


def decree(world: World) -> None:
    """An answer within five minutes, told to the customer after one; a bot until one o'clock."""
    world.decree(RULES, *rules())
    world.decree(SLA_POLICIES, sla(first_reply_s=300, next_reply_s=300, warn_at=(80,)))
    world.decree(ACKNOWLEDGEMENTS, acknowledgement(wait_s=60))
    hours = ({"begin": "09:00", "end": "13:00"},)
    world.decree(BOT_DUTIES, kept(BotDuty, "menu", bot="menu", lease_s=30, hours=hours))


def planned(day: Day, cases: int) -> None:
    """When everybody comes and goes, and the customers' messages through the day."""
    for number, id in enumerate(day.people):
        day.plan(60.0 * number, "come", id)
        noon = DAY_S / 2 + day.random.uniform(-3600, 3600)
        day.plan(noon, "lunch", id)
        day.plan(noon + 1800, "back", id)
    day.plan(DAY_S / 4, "leave", "agent9")
    for minutes in range(0, DAY_S // 60 + 60, 4):
        day.plan(60.0 * minutes, "look")
    for at in (1 / 3, 0.7):
        day.plan(DAY_S * at, "crash")
        day.plan(DAY_S * at + 600, "router_dies", int(at * PARTITIONS))
    for at_s in (1800, 7200, 12_000):
        day.plan(at_s, "bot_dies")
        day.plan(at_s + 900, "bot_is_back")
    for number in range(cases):
        draw = day.random
        line = draw.choices(LINES, (6, 3, 1))[0]
        need = draw.choice(NEEDS[1:]) if draw.random() < 0.2 else NEEDS[0]
        ref = f"{line}-{need}-{draw.choice(tuple(Priority)).value}"
        text = WORDS[draw.choice(tuple(WORDS))]
        day.plan(draw.uniform(0, DAY_S * 0.9), "arrive", f"customer{number}", text, ref)


async def lived(world: World, *, seed: int, cases: int) -> Day:
    """A day to its end; during it nobody had too much, and nobody waited in vain."""
    random = Random(seed)
    people = staff(random)
    async with AsyncExitStack() as stack:
        routers = Routers(world, [Partition(number) for number in range(PARTITIONS)], stack)
        office = await open_office(world, *people, idle_after_s=1e6, left_after_s=LEFT_AFTER_S)
        decree(world)
        await routers.begin()
        day = Day(office, routers, {one.id: one for one in people}, random)
        planned(day, cases)

        await day.pass_by()
    return day


@pytest.mark.timeout(300)
async def test_a_working_day() -> None:
    async with in_memory() as world:
        day = await lived(world, seed=2026, cases=CASES)

        cases = day.seen.values()
        assert Counter(one.status for one in cases) == {Status.RESOLVED: CASES}
        loads = await world.store.find(AGENT_LOADS, equal={}, limit=50)
        assert [load.weight for load in loads.items] == [0] * len(loads.items)
        assert day.causes["least_loaded_with"] >= CASES
        assert day.returned > 0
        await check_promises(world, day)
        await check_bots(world, day)


@pytest.mark.timeout(300)
async def test_the_same_day_goes_the_same_way_twice() -> None:
    """A seed says all: ids that differ from run to run decide nothing."""
    async with in_memory() as world:
        first = (await lived(world, seed=7, cases=FEW)).story
    async with in_memory() as world:
        second = (await lived(world, seed=7, cases=FEW)).story

    assert len(first) > 5 * FEW
    assert first == second


async def check_promises(world: World, day: Day) -> None:
    """Every time that a customer was told is kept or reported broken, once and for all."""
    states: Counter[PromiseState] = Counter()
    for one in day.seen.values():
        promise = one.deadlines.promise if one.deadlines is not None else None
        if promise is None:
            continue
        states[promise.state] += 1
        told = await world.store.get(MESSAGES, promise.message_id)
        assert told is not None
        assert promise.words is not None
        assert promise.words in told.content.text
    since = day_of(START)
    (figures,) = await Reports(world.store).make(since, since + timedelta(days=1))

    assert set(states) == {PromiseState.KEPT, PromiseState.BROKEN}
    assert states == day.settled
    assert figures.promises_kept == states[PromiseState.KEPT]
    assert figures.promises_broken == states[PromiseState.BROKEN]


async def check_bots(world: World, day: Day) -> None:
    """Whatever a bot was given is with people: by its hand, or because it was silent."""
    first = [one for one in day.seen.values() if one.bots is not None]
    assert day.handed["itself"] > 0
    assert day.handed["silent"] > 0
    assert sum(day.handed.values()) == len(first)
    assert all(one.bot_id is None for one in first)
    collected = [one for one in first if one.fields.get("order") == "7"]
    assert len(collected) == day.handed["itself"]
