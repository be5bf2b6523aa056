"""The notes of a channel: what it last did and how much, by every process that serves it."""

from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from connectors.health import Health
from shared.clock import ManualClock
from shared.collections import CHANNEL_HEALTH, CHANNEL_HOURS
from shared.errors import Unavailable
from shared.model.records import ChannelHealth, ChannelHour, channel_hour_id
from shared.ports.store import Change, Store
from tests.connectors.rig import SHOP, rig, until_stored
from tests.support.around import AroundStore
from tests.support.stores import Embedded, open_embedded


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[Embedded]:
    async with open_embedded(tmp_path) as opened:
        yield opened


class Flaky(AroundStore):
    """Takes no commit while it is away."""

    away = True

    async def commit(self, changes: Sequence[Change]) -> None:
        """Commit; see the port."""
        if self.away:
            raise Unavailable("no store")
        await super().commit(changes)


async def row(store: Store) -> ChannelHealth:
    found = await store.get(CHANNEL_HEALTH, SHOP)
    assert found is not None
    return found


async def hour(store: Store, clock: ManualClock) -> ChannelHour:
    found = await store.get(CHANNEL_HOURS, channel_hour_id(SHOP, clock.now()))
    assert found is not None
    return found


async def test_reasons_are_scrubbed(hub: Embedded) -> None:
    health = Health(SHOP, ManualClock())
    health.failed("refused for bot 123456789:AAEabcdefghijklmnopqrstuvwxyz012345")

    await health.write(hub.store)

    assert (await row(hub.store)).last_error == "refused for bot ***"


async def test_two_processes_add_up_what_they_carried(hub: Embedded) -> None:
    clock = ManualClock()
    one, other = Health(SHOP, clock), Health(SHOP, clock)
    one.came_in(3)
    one.went_out()
    other.came_in(2)
    other.not_sent("the chat is gone", unknown=False)
    other.not_sent("no answer", unknown=True)

    await one.write(hub.store)
    await other.write(hub.store)

    counted = await hour(hub.store, clock)
    assert (counted.received, counted.sent, counted.failed, counted.unknown) == (5, 1, 1, 1)


async def test_a_process_keeps_what_another_one_saw(hub: Embedded) -> None:
    clock = ManualClock()
    receives, sends = Health(SHOP, clock), Health(SHOP, clock)
    receives.came_in(1, [clock.now() - timedelta(seconds=90)])
    await receives.write(hub.store)
    sends.went_out()
    sends.waits(2, clock.now())

    await sends.write(hub.store)

    stored = await row(hub.store)
    assert (stored.last_in_at, stored.lag_s) == (clock.now(), 90.0)
    assert (stored.last_out_at, stored.waiting, stored.waiting_since) == (
        clock.now(), 2, clock.now(),
    )  # fmt: skip


async def test_what_the_store_did_not_take_is_written_with_the_next_notes(hub: Embedded) -> None:
    clock = ManualClock()
    store = Flaky(hub.store)
    health = Health(SHOP, clock)
    health.came_in(1)
    with pytest.raises(Unavailable):
        await health.write(store)
    store.away = False
    health.came_in(1)

    await health.write(store)

    assert (await hour(hub.store, clock)).received == 2


async def test_an_hour_gets_a_row_of_its_own(hub: Embedded) -> None:
    clock = ManualClock()
    health = Health(SHOP, clock)
    health.went_out()
    before = clock.now()
    await clock.advance(3600)
    health.went_out()

    await health.write(hub.store)

    first = await hub.store.get(CHANNEL_HOURS, channel_hour_id(SHOP, before))
    assert first is not None
    assert (first.sent, (await hour(hub.store, clock)).sent) == (1, 1)


async def test_what_waits_is_told_with_the_time_since_when(tmp_path: Path) -> None:
    async with rig(tmp_path) as made:
        await made.add_channel()
        await made.live()
        made.simulator.fault("429", 1000)
        part = made.message("+7", "hello")

        await made.queue(part)

        async def told() -> bool:
            found = await made.hub.store.get(CHANNEL_HEALTH, SHOP)
            return found is not None and found.waiting == 1

        await until_stored(told)
