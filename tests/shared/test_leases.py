"""Leases: one holder at a time, and a late one writes nothing."""

from pathlib import Path

import pytest

from shared.clock import ManualClock
from shared.collections import CURSORS
from shared.errors import Conflict
from shared.leases import Leases
from shared.model.records import Cursor
from shared.ports.store import Put
from tests.support.stores import open_embedded


async def test_a_held_lease_is_refused_until_it_ends(tmp_path: Path) -> None:
    clock = ManualClock()
    async with open_embedded(tmp_path) as hub:
        one, two = Leases(hub.store, clock, "one"), Leases(hub.store, clock, "two")

        first = await one.claim("pull/shop")
        refused = await two.claim("pull/shop")
        await clock.advance(5)
        taken = await two.claim("pull/shop")

        assert first is not None
        assert refused is None
        assert taken is not None
        assert taken.epoch == first.epoch + 1


async def test_a_renewed_lease_stays_and_a_released_one_is_free_at_once(tmp_path: Path) -> None:
    clock = ManualClock()
    async with open_embedded(tmp_path) as hub:
        one, two = Leases(hub.store, clock, "one"), Leases(hub.store, clock, "two")
        lease = await one.claim("pull/shop")
        assert lease is not None

        await clock.advance(3)
        lease = await one.renew(lease)
        await clock.advance(3)
        refused = await two.claim("pull/shop")
        await one.release(lease)
        taken = await two.claim("pull/shop")

        assert refused is None
        assert taken is not None


async def test_who_lost_the_lease_can_neither_renew_nor_write(tmp_path: Path) -> None:
    clock = ManualClock()
    async with open_embedded(tmp_path) as hub:
        one, two = Leases(hub.store, clock, "one"), Leases(hub.store, clock, "two")
        lease = await one.claim("pull/shop")
        assert lease is not None
        await clock.advance(5)
        await two.claim("pull/shop")
        late = Cursor(id="shop", value="7", at=clock.now())

        with pytest.raises(Conflict):
            await one.renew(lease)
        with pytest.raises(Conflict):
            await hub.store.commit([Leases.fence(lease), Put(CURSORS, late)])

        assert await hub.store.get(CURSORS, "shop") is None


async def test_a_process_that_owns_the_data_takes_the_leases_of_its_predecessor_at_once(
    tmp_path: Path,
) -> None:
    clock = ManualClock()
    async with open_embedded(tmp_path) as hub:
        await Leases(hub.store, clock, "killed").claim("pull/shop")

        taken = await Leases(hub.store, clock, "restarted", exclusive=True).claim("pull/shop")

        assert taken is not None
        assert taken.owner == "restarted"
