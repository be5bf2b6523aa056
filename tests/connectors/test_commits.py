"""What several threads write at the same moment goes in one commit, and stands by itself."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors.commits import Commits
from connectors.reporter import Reporter
from connectors.rows import PartRows
from shared.clock import SystemClock
from shared.collections import COUNTERS, PARTS
from shared.errors import Conflict, Unavailable
from shared.ids import Partition
from shared.leases import Leases
from shared.model.delivery import Delivery, Part
from shared.model.records import Counter, Lease
from shared.ports.store import ABSENT, Change, Put, Store, Update
from tests.connectors.rig import SHOP, Rig, end, rig, until_stored
from tests.support.stores import Embedded, open_embedded

WAY_BELOW_THE_SWEEP_S = 1.0


class Counted:
    """A store that remembers its commits, and is away when it is told so."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.commits: list[Sequence[Change]] = []
        self.away = False
        self.get = store.get
        self.get_many = store.get_many
        self.find = store.find
        self.search = store.search

    async def commit(self, changes: Sequence[Change]) -> None:
        self.commits.append(changes)
        if self.away:
            raise Unavailable("the store is away")
        await self._store.commit(changes)


@asynccontextmanager
async def gathering(folder: Path) -> AsyncIterator[tuple[Embedded, Counted, Commits, Lease]]:
    """Commits under a lease, at work."""
    async with open_embedded(folder) as hub, asyncio.TaskGroup() as group:
        lease = await Leases(hub.store, SystemClock(), "test").claim("dispatch/shop")
        assert lease is not None
        store = Counted(hub.store)
        commits = Commits(store, lease)
        task = group.create_task(commits.run())
        await asyncio.sleep(0)
        try:
            yield hub, store, commits, lease
        finally:
            await end(task)


@asynccontextmanager
async def reporting(made: Rig, store: Any) -> AsyncIterator[Reporter]:
    """A reporter at work under the dispatcher's lease."""
    lease = await made.resources.leases.claim("dispatch/shop")
    assert lease is not None
    rows = PartRows(store, made.clock, lease, SHOP)
    reporter = Reporter(made.hub.bus, rows, made.clock, SHOP)
    async with asyncio.TaskGroup() as group:
        task = group.create_task(reporter.run())
        try:
            yield reporter
        finally:
            await end(task)


def sent(made: Rig, thread: str) -> Part:
    """A part that the platform has and the router has not heard of."""
    return made.message(
        thread, "x", state=Delivery.SENT, open=False, unreported=True, planned=True, attempt=1
    )


def once(id: str) -> Put[Counter]:
    """A document that must be new."""
    return Put(COUNTERS, Counter(id=id, key="test", partition=Partition(0)), expect=ABSENT)


async def test_what_waits_at_the_same_moment_goes_in_one_commit(tmp_path: Path) -> None:
    async with gathering(tmp_path) as (hub, store, commits, _):
        await asyncio.gather(*(commits.commit([once(f"n{n}")]) for n in range(10)))

        assert len(store.commits) == 1
        assert len(await hub.store.get_many(COUNTERS, [f"n{n}" for n in range(10)])) == 10


async def test_one_that_cannot_be_does_not_disturb_the_others(tmp_path: Path) -> None:
    async with gathering(tmp_path) as (hub, _, commits, _):
        await hub.store.commit([once("taken")])

        outcomes = await asyncio.gather(
            commits.commit([once("before")]),
            commits.commit([once("half"), once("taken")]),
            commits.commit([once("after")]),
            return_exceptions=True,
        )

        assert [type(outcome) for outcome in outcomes] == [type(None), Conflict, type(None)]
        stored = await hub.store.get_many(COUNTERS, ["before", "half", "after"])
        assert set(stored) == {"before", "after"}


async def test_nobody_writes_once_the_lease_is_lost(tmp_path: Path) -> None:
    async with gathering(tmp_path) as (hub, _, commits, _):
        taken = await Leases(hub.store, SystemClock(), "other", exclusive=True).claim(
            "dispatch/shop"
        )
        assert taken is not None

        outcomes = await asyncio.gather(
            commits.commit([once("a")]), commits.commit([once("b")]), return_exceptions=True
        )

        assert [type(outcome) for outcome in outcomes] == [Conflict, Conflict]
        assert await hub.store.get_many(COUNTERS, ["a", "b"]) == {}


async def test_an_outage_is_told_to_all_and_is_over_when_it_is_over(tmp_path: Path) -> None:
    async with gathering(tmp_path) as (_, store, commits, _):
        store.away = True
        outcomes = await asyncio.gather(
            commits.commit([once("a")]), commits.commit([once("b")]), return_exceptions=True
        )
        store.away = False

        await commits.commit([once("a")])

        assert [type(outcome) for outcome in outcomes] == [Unavailable, Unavailable]


async def test_who_does_not_wait_any_more_is_left_out(tmp_path: Path) -> None:
    async with gathering(tmp_path) as (hub, _, commits, _):
        leaving = asyncio.create_task(commits.commit([once("left")]))
        await asyncio.sleep(0)
        leaving.cancel()

        await commits.commit([once("stayed")])

        assert set(await hub.store.get_many(COUNTERS, ["left", "stayed"])) == {"stayed"}


async def test_without_a_gatherer_a_commit_goes_by_itself(tmp_path: Path) -> None:
    async with open_embedded(tmp_path) as hub:
        lease = await Leases(hub.store, SystemClock(), "test").claim("dispatch/shop")
        assert lease is not None
        commits = Commits(hub.store, lease)

        await commits.commit([once("a")])

        with pytest.raises(Conflict):
            await commits.commit([once("a")])


async def test_one_taken_back_among_many_that_are_due_at_once_keeps_none_of_them_back(
    tmp_path: Path,
) -> None:
    async with rig(tmp_path) as made:
        await made.add_channel()
        await made.live()
        soon = made.clock.now() + timedelta(seconds=0.5)
        parts = [made.message(f"+{n}", f"to {n}", due_at=soon) for n in range(12)]
        await made.queue(*parts)
        taken_back = {"state": Delivery.CANCELLED, "open": False}
        await made.hub.store.commit([Update(PARTS, parts[5].id, taken_back)])

        states = await made.settled(*parts)

        assert states.count(Delivery.SENT) == 11
        assert states[5] is Delivery.CANCELLED
        assert sorted(made.sent()) == sorted(f"to {n}" for n in range(12) if n != 5)


async def test_draining_notes_what_was_told_in_one_commit(tmp_path: Path) -> None:
    async with rig(tmp_path) as made:
        store = Counted(made.hub.store)
        parts = [sent(made, f"+{n}") for n in range(10)]
        await made.hub.store.commit([Put(PARTS, part) for part in parts])

        async with reporting(made, store) as reporter:
            for part in parts:
                reporter.report(part)
            await reporter.drained()

        assert [await made.is_told(part) for part in parts] == [True] * 10
        assert len(store.commits) == 1


async def test_one_that_moved_on_does_not_keep_the_others_from_being_noted(
    tmp_path: Path,
) -> None:
    async with rig(tmp_path) as made:
        store = made.hub.store
        parts = [sent(made, f"+{n}") for n in range(5)]
        await made.hub.store.commit([Put(PARTS, part) for part in parts])
        await made.hub.store.commit([Update(PARTS, parts[3].id, {"attempt": 2})])

        async with reporting(made, store) as reporter:
            for part in parts:
                reporter.report(part)
            await reporter.drained()

        assert [await made.is_told(part) for part in parts] == [True, True, True, False, True]


async def test_what_is_written_while_another_part_is_under_way_follows_at_once(
    tmp_path: Path,
) -> None:
    async with rig(tmp_path) as made:
        await made.add_channel()
        await made.live()
        made.simulator.fault("hang", 1)
        first, second = made.message("+7", "first"), made.message("+7", "second")
        await made.queue(first)
        await until_stored(lambda: made.is_sending(first))
        await made.queue(second)

        made.simulator.release.set()

        async with asyncio.timeout(WAY_BELOW_THE_SWEEP_S):
            assert await made.settled(first, second) == [Delivery.UNKNOWN, Delivery.SENT]
