"""Two processes share the channels: one pulls and sends, the other takes over when it is gone."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from connectors.registry import Registry
from connectors.service import ConnectorsService
from shared.collections import LEASES, PARTS
from shared.leases import Leases
from shared.model.delivery import Delivery
from shared.ports.store import Update
from tests.connectors.rig import SAMPLE, SHOP, Rig, end, rig, until, until_stored
from tests.contracts.connectors.sample.manifest import MANIFEST


@asynccontextmanager
async def beside(
    made: Rig, group: asyncio.TaskGroup, owner: str
) -> AsyncIterator[tuple[ConnectorsService, "asyncio.Task[None]"]]:
    """Another process on the same bus and store, with leases that end by themselves."""
    leases = Leases(made.hub.store, made.clock, owner, for_s=1.0)
    resources = replace(made.resources, leases=leases)
    service = ConnectorsService(Registry({SAMPLE: MANIFEST}), resources, name=owner)
    task = group.create_task(service.run())
    try:
        yield service, task
    finally:
        await end(task)


async def holder(made: Rig) -> str | None:
    lease = await made.hub.store.get(LEASES, "dispatch/shop")
    return lease.owner if lease else None


async def test_one_of_two_sends_and_the_other_goes_on_when_it_ends(tmp_path: Path) -> None:
    async with (
        rig(tmp_path, registry=Registry({})) as made,
        asyncio.TaskGroup() as group,
        beside(made, group, "one") as (one, first),
        beside(made, group, "two") as (two, second),
    ):
        await made.add_channel(mode="pull")
        services = {"one": (one, first), "two": (two, second)}
        for service in (one, two):
            service.look_again()
        await until(lambda: one.live(SHOP) and two.live(SHOP))
        parts = [made.message("+7", f"{n:02d}") for n in range(20)]
        await made.queue(*parts[:10])
        await made.settled(*parts[:10])

        owner = await holder(made)
        assert owner is not None
        await end(services[owner][1])
        await made.queue(*parts[10:])
        await made.simulator.write("+7", "after the change")

        assert await made.settled(*parts[10:]) == [Delivery.SENT] * 10
        assert made.sent() == [f"{n:02d}" for n in range(20)]
        await until(lambda: made.of_kind("inbound"))


async def test_a_process_that_is_cut_off_is_replaced_within_five_seconds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with (
        rig(tmp_path, registry=Registry({})) as made,
        asyncio.TaskGroup() as group,
        beside(made, group, "one") as (one, _first),
    ):
        await made.add_channel()
        one.look_again()
        part = made.message("+7", "before")
        await made.queue(part)
        await made.settled(part)

        async def cut_off(*_given: object) -> None:
            await asyncio.Event().wait()

        monkeypatch.setattr("shared.leases.Leases.renew", cut_off)
        late = made.message("+7", "after")
        async with beside(made, group, "two"):
            await until_stored(lambda: _held_by(made, "two"))
            await made.queue(late)

            assert await made.settled(late) == [Delivery.SENT]


async def _held_by(made: Rig, owner: str) -> bool:
    return await holder(made) == owner


async def test_what_is_under_way_comes_to_its_end_also_after_the_lease_was_once_lost(
    tmp_path: Path,
) -> None:
    async with (
        rig(tmp_path, registry=Registry({})) as made,
        asyncio.TaskGroup() as group,
        beside(made, group, "one") as (one, task),
    ):
        await made.add_channel()
        one.look_again()
        await until_stored(lambda: _held_by(made, "one"))
        await made.hub.store.commit([Update(LEASES, "dispatch/shop", {"owner": "two", "epoch": 9})])
        await until_stored(lambda: _held_by(made, "one"))
        part = made.message("+7", "at the end")
        await made.queue(part)
        await until(lambda: made.sent() == ["at the end"])

        await end(task)

        row = await made.hub.store.get(PARTS, part.id)
        assert row is not None
        assert (row.state, row.unreported) == (Delivery.SENT, False)
