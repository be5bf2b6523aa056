"""Hints that bring the part itself: nothing is read for them, and nothing goes out of turn."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from connectors.board import Board
from shared.clock import SystemClock
from shared.collections import PARTS
from shared.hints import Added, hint
from shared.ids import ExternalId
from shared.model.delivery import Delivery, Part
from shared.ports.store import Put, Store, Update
from tests.connectors.rig import SHOP, Rig, rig, until_stored

NOW = SystemClock().now()


class RemembersReads:
    """A store that remembers which threads were read."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.threads: list[str] = []
        self.get = store.get
        self.get_many = store.get_many
        self.search = store.search
        self.commit = store.commit

    async def find(self, collection: Any, **asked: Any) -> Any:
        self.threads.append(asked["equal"].get("thread"))
        return await self._store.find(collection, **asked)


@asynccontextmanager
async def counting(folder: Path) -> AsyncIterator[tuple[Rig, RemembersReads]]:
    """A channel whose dispatcher hears hints."""
    stores: list[RemembersReads] = []

    def counted(store: Store) -> Any:
        stores.append(RemembersReads(store))
        return stores[0]

    async with rig(folder, store=counted) as made:
        await made.add_channel()
        await made.live()

        async def hears() -> bool:
            await made.hub.bus.publish([hint(SHOP, [ExternalId("+1")], at=NOW, source="test")])
            return "+1" in stores[0].threads

        await until_stored(hears)
        yield made, stores[0]


async def add(made: Rig, part: Part, *, turn_from: int, turn_to: int) -> None:
    """Store a part and tell of it with all there is to say."""
    await made.hub.store.commit([Put(PARTS, part)])
    await tell(made, part, turn_from=turn_from, turn_to=turn_to)


async def tell(made: Rig, part: Part, *, turn_from: int, turn_to: int) -> None:
    added = Added(part=part, turn_from=turn_from, turn_to=turn_to)
    news = hint(SHOP, [part.thread], at=made.clock.now(), source="test", added=added)
    await made.hub.bus.publish([news])


async def test_parts_that_follow_each_other_are_sent_without_being_read(tmp_path: Path) -> None:
    async with counting(tmp_path) as (made, store):
        first, second = made.message("+7", "first"), made.message("+7", "second")

        await add(made, first, turn_from=0, turn_to=10)
        await made.settled(first)
        await add(made, second, turn_from=10, turn_to=20)

        assert await made.settled(second) == [Delivery.SENT]
        assert "+7" not in store.threads


async def test_after_a_lost_hint_the_thread_is_read_and_its_order_kept(tmp_path: Path) -> None:
    async with counting(tmp_path) as (made, store):
        lost, told = made.message("+7", "lost"), made.message("+7", "told")
        await made.hub.store.commit([Put(PARTS, lost)])

        await add(made, told, turn_from=10, turn_to=20)

        assert await made.settled(lost, told) == [Delivery.SENT] * 2
        assert made.sent() == ["lost", "told"]
        assert "+7" in store.threads


async def test_a_part_that_was_taken_back_before_its_hint_came_is_not_sent(tmp_path: Path) -> None:
    async with counting(tmp_path) as (made, _):
        part, later = made.message("+7", "taken back"), made.message("+7", "later")
        await made.hub.store.commit([Put(PARTS, part)])
        taken_back = {"state": Delivery.CANCELLED, "open": False}
        await made.hub.store.commit([Update(PARTS, part.id, taken_back)])

        await tell(made, part, turn_from=0, turn_to=10)
        await add(made, later, turn_from=10, turn_to=20)

        assert await made.settled(later) == [Delivery.SENT]
        assert made.sent() == ["later"]


async def test_a_part_that_is_told_of_while_another_is_under_way_waits_for_it(
    tmp_path: Path,
) -> None:
    async with counting(tmp_path) as (made, _):
        made.simulator.fault("hang", 1)
        first, second = made.message("+7", "first"), made.message("+7", "second")
        await add(made, first, turn_from=0, turn_to=10)
        await until_stored(lambda: made.is_sending(first))
        await add(made, second, turn_from=10, turn_to=20)

        made.simulator.release.set()

        assert await made.settled(first, second) == [Delivery.UNKNOWN, Delivery.SENT]


async def test_nothing_goes_ahead_of_what_is_yet_to_be_read(tmp_path: Path) -> None:
    async with counting(tmp_path) as (made, _):
        board = Board()
        first, second = made.message("+7", "first"), made.message("+7", "second")
        missed = board.add(Added(part=first, turn_from=5, turn_to=10), NOW)

        taken = board.add(Added(part=second, turn_from=10, turn_to=20), NOW, read_first=True)

        assert (missed, taken) == (False, False)
        assert len(board) == 0


async def test_what_is_known_of_a_part_is_not_put_back_by_a_late_hint(tmp_path: Path) -> None:
    async with counting(tmp_path) as (made, _):
        board = Board()
        part = made.message("+7", "x")
        sending = part.model_copy(update={"state": Delivery.SENDING, "attempt": 1})
        board.merge([sending], read_at=board.tick, now=NOW)

        board.add(Added(part=part, turn_from=0, turn_to=10), NOW)

        assert board.take(NOW) is None
