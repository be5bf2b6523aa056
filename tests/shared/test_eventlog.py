"""Following the events: the bus wakes, and the log is read only where something was missed."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from shared.collections import EVENT_LOG
from shared.envelope import Envelope
from shared.errors import Unavailable
from shared.eventlog import EventLog
from shared.events import SettingsChanged, logged
from shared.ids import PARTITIONS, Partition
from shared.model.records import LoggedEvent
from shared.ports.bus import Exchange, Publication
from shared.ports.store import Page, Put
from tests.support.stores import Embedded, open_embedded

AT = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
LAST = Partition(PARTITIONS - 1)
BUSY = Partition(1)
OTHER = Partition(2)
QUIET_S = 60.0
"""Longer than the tests: only what is missed makes the log be read."""
SOON_S = 0.2


class WatchedStore:
    """The store's log, with the reads of it counted, and away if told so."""

    def __init__(self, hub: Embedded) -> None:
        self._store = hub.store
        self.reads: list[int] = []
        self.away = False

    async def find(self, *arguments: Any, **named: Any) -> Page[LoggedEvent]:
        if self.away:
            raise Unavailable("the store is away")
        self.reads.append(named["equal"]["partition"])
        return await self._store.find(*arguments, **named)


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[Embedded]:
    async with open_embedded(tmp_path) as embedded:
        yield embedded


@pytest.fixture
def store(hub: Embedded) -> WatchedStore:
    return WatchedStore(hub)


def an_event(partition: Partition, seq: int) -> LoggedEvent:
    return logged(
        SettingsChanged(collection="labels", id="vip"),
        partition=partition,
        seq=seq,
        at=AT,
        trace_id="t",
        source="router",
        key="settings-changed.hub.hub",
    )


async def log(hub: Embedded, *entries: LoggedEvent) -> None:
    await hub.store.commit([Put(EVENT_LOG, entry) for entry in entries])


async def tell(hub: Embedded, *entries: LoggedEvent) -> None:
    """All at once, so that a follower takes them together."""
    await hub.bus.publish(
        [
            Publication(Exchange.EVENTS, entry.routing_key, Envelope.from_text(entry.envelope))
            for entry in entries
        ]
    )


@asynccontextmanager
async def following(
    hub: Embedded, store: WatchedStore, quiet_s: float = QUIET_S
) -> AsyncIterator[AsyncGenerator[Sequence[Envelope], None]]:
    """A follower that has caught up."""
    await log(hub, an_event(LAST, 1))
    events = EventLog(store, hub.bus, quiet_s=quiet_s)  # type: ignore[arg-type]
    async with aclosing(events.follow("test", {})) as follower:
        # The last partition comes last: then it has looked at all of them, and hears the bus.
        await anext(follower)
        await tell(hub, an_event(LAST, 2))
        await anext(follower)
        store.reads.clear()
        yield follower


def places(events: Sequence[Envelope]) -> list[tuple[int | None, int | None]]:
    return [(event.partition, event.seq) for event in events]


async def test_the_log_is_not_read_while_nothing_is_missed(
    hub: Embedded, store: WatchedStore
) -> None:
    async with following(hub, store) as follower:
        for seq in range(1, 21):
            await tell(hub, an_event(BUSY, seq), an_event(OTHER, seq))
            assert places(await anext(follower)) == [(BUSY, seq), (OTHER, seq)]

    assert store.reads == []


async def test_what_was_missed_is_read_and_comes_first(hub: Embedded, store: WatchedStore) -> None:
    entries = [an_event(BUSY, seq) for seq in (1, 2, 3)]
    async with following(hub, store) as follower:
        await log(hub, *entries)
        await tell(hub, entries[2])
        missed, told = await anext(follower), await anext(follower)

    assert places([*missed, *told]) == [(BUSY, 1), (BUSY, 2), (BUSY, 3)]
    assert set(store.reads) == {BUSY}


async def test_a_log_that_is_away_loses_nothing_that_came_before_the_gap(
    hub: Embedded, store: WatchedStore
) -> None:
    entries = [an_event(BUSY, 1), an_event(OTHER, 1), an_event(OTHER, 2)]
    async with following(hub, store) as follower:
        await log(hub, *entries)
        store.away = True
        await tell(hub, entries[0], entries[2])
        before = await anext(follower)
        waiting = asyncio.ensure_future(anext(follower))
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(asyncio.shield(waiting), SOON_S)
        store.away = False
        after = await waiting

    assert places(before) == [(BUSY, 1)]
    assert places(after) == [(OTHER, 1), (OTHER, 2)]


async def test_what_is_told_twice_comes_once(hub: Embedded, store: WatchedStore) -> None:
    async with following(hub, store) as follower:
        await tell(hub, an_event(BUSY, 1), an_event(BUSY, 1), an_event(BUSY, 2))
        events = await anext(follower)

    assert places(events) == [(BUSY, 1), (BUSY, 2)]


async def test_only_partitions_that_are_silent_are_looked_at_again_and_again(
    hub: Embedded, store: WatchedStore
) -> None:
    async with following(hub, store, quiet_s=SOON_S) as follower:
        loop = asyncio.get_running_loop()
        until, seq = loop.time() + 4 * SOON_S, 0
        while loop.time() < until or OTHER not in store.reads:
            seq += 1
            await tell(hub, an_event(BUSY, seq))
            await anext(follower)

    assert OTHER in store.reads
    assert BUSY not in store.reads
