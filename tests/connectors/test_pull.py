"""Pulling: nothing counts as received before the bus has it, and nothing is lost by a crash."""

from pathlib import Path

import pytest

from shared.collections import CHANNELS, CURSORS
from shared.model.channel import Channel, ChannelState
from shared.ports.bus import Bus
from shared.ports.store import Delete
from tests.connectors.rig import SHOP, Rig, rig, until, until_stored
from tests.connectors.test_intake import Away


async def stored(made: Rig) -> Channel:
    """The channel's document."""
    found = await made.hub.store.get(CHANNELS, SHOP)
    assert found is not None
    return found


async def cursor(made: Rig) -> str | None:
    stored = await made.hub.store.get(CURSORS, SHOP)
    return stored.value if stored else None


async def cursor_is(made: Rig, value: str) -> None:
    async def reached() -> bool:
        return await cursor(made) == value

    await until_stored(reached)


async def test_pulled_events_come_in_order_and_the_cursor_follows(tmp_path: Path) -> None:
    async with rig(tmp_path) as made:
        for number in range(120):
            await made.simulator.write("+7", f"{number:03d}")

        await made.add_channel(mode="pull")

        await until(lambda: len(made.of_kind("inbound")) == 120)
        texts = [item.payload["content"]["text"] for item in made.of_kind("inbound")]
        assert texts == [f"{number:03d}" for number in range(120)]
        await cursor_is(made, "120")


async def test_the_cursor_stands_still_while_the_bus_is_away(tmp_path: Path) -> None:
    between: list[Away] = []

    def put_between(bus: Bus) -> Bus:
        between.append(Away(bus))
        return between[0]

    async with rig(tmp_path, bus=put_between) as made:
        between[0].away = True
        await made.simulator.write("+7", "hello")
        await made.add_channel(mode="pull")
        await until(lambda: len(made.simulator.polls) >= 2)
        before = await cursor(made)

        between[0].away = False

        await until(lambda: len(made.of_kind("inbound")) == 1)
        assert before is None
        await cursor_is(made, "1")


async def test_a_crash_between_publishing_and_storing_publishes_the_same_again(
    tmp_path: Path,
) -> None:
    async with rig(tmp_path) as made:
        await made.simulator.write("+7", "hello")
        channel = await made.add_channel(mode="pull")
        await cursor_is(made, "1")

        await made.hub.store.commit([Delete(CURSORS, SHOP)])
        changed = {"version": 2, "settings": {**channel.settings, "proxy": None}}
        await made.put_channel(channel.model_copy(update=changed))

        await until(lambda: len(made.of_kind("inbound")) == 2)
        first, second = made.of_kind("inbound")
        assert first.id == second.id


async def test_a_malformed_update_does_not_stop_the_stream(tmp_path: Path) -> None:
    async with rig(tmp_path) as made:
        await made.simulator.write("+7", "one")
        made.simulator.event({"id": 7, "type": []})
        await made.simulator.write("+7", "two")

        await made.add_channel(mode="pull")

        await until(lambda: len(made.items) == 3)
        texts = [item.payload["content"]["text"] for item in made.of_kind("inbound")]
        assert texts == ["one", "two"]
        assert len(made.of_kind("quarantine")) == 1
        await cursor_is(made, "3")


async def test_a_holder_that_lost_its_lease_stores_no_cursor(tmp_path: Path) -> None:
    async with rig(tmp_path) as made:
        await made.add_channel(mode="pull")
        await until(lambda: made.simulator.polls)
        lease = await made.resources.leases.claim("pull/shop")
        assert lease is not None

        await made.simulator.write("+7", "hello")

        # It may be published twice, by the late holder and by the next one, under one id.
        await until(lambda: made.of_kind("inbound"))
        await cursor_is(made, "1")
        assert len({item.id for item in made.of_kind("inbound")}) == 1


async def test_an_account_that_is_refused_breaks_the_channel(tmp_path: Path) -> None:
    async with rig(tmp_path) as made:
        channel = await made.add_channel(mode="pull")
        await made.live()

        sealed = made.resources.seal.close({"token": "revoked", "signing_key": "x"})
        await made.put_channel(channel.model_copy(update={"sealed": sealed, "version": 2}))

        async def broken() -> bool:
            return (await stored(made)).state is ChannelState.BROKEN

        await until_stored(broken)
        assert (await stored(made)).reason == "the token is not accepted any more"


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Back off for a moment only: the real times are the business of the pure tests."""
    monkeypatch.setattr("connectors.pull.backoff_s", lambda *_given, **_named: 0.05)
