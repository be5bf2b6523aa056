"""Long polling."""

import asyncio

import pytest
from aiohttp import ClientSession

from shared.errors import ChannelBroken, Throttled, Unavailable
from tests.connectors.telegram.player import Hub, MakeHub, make_connector
from tests.connectors.telegram.scripted import MakeScripted


async def test_what_was_not_confirmed_comes_again(hub: Hub) -> None:
    await hub.platform.write("Ann", "one")

    first = hub.read(await hub.connector.pull(None))
    second = hub.read(await hub.connector.pull(None))

    assert [item.event_key for item in first] == [item.event_key for item in second]


async def test_a_pull_goes_on_behind_the_first_unconfirmed_update(hub: Hub) -> None:
    await hub.platform.write("Ann", "one")
    await hub.platform.write("Ann", "two")
    await hub.platform.write("Ann", "three")
    pulled = await hub.connector.pull(None)

    rest = hub.read(await hub.connector.pull(pulled.cursors[0]))

    assert [item.content.text for item in rest] == ["two", "three"]


async def test_a_pull_waits_for_the_next_message(make_hub: MakeHub) -> None:
    hub = await make_hub(poll_timeout_s=20)
    waiting = asyncio.create_task(hub.take())
    await asyncio.sleep(0)

    await hub.platform.write("Ann", "late")

    assert [item.content.text for item in await asyncio.wait_for(waiting, 20)] == ["late"]


async def test_numbers_that_began_anew_are_taken(hub: Hub) -> None:
    await hub.platform.write("Ann", "after a quiet week")

    taken = hub.read(await hub.connector.pull("2147480000"))

    assert [item.content.text for item in taken] == ["after a quiet week"]


async def test_a_spoiled_update_stands_beside_the_good_ones(hub: Hub) -> None:
    hub.platform.fault("malformed", 1)
    await hub.platform.write("Ann", "spoiled")
    await hub.platform.write("Ann", "good")

    pulled = await hub.connector.pull(None)

    assert len(pulled.events) == 2
    assert hub.connector.parse(pulled.events[1]).inbound[0].content.text == "good"


async def test_a_cursor_that_is_no_number_asks_from_the_start(hub: Hub) -> None:
    await hub.platform.write("Ann", "one")

    taken = hub.read(await hub.connector.pull("-5"))

    assert [item.content.text for item in taken] == ["one"]


async def test_a_webhook_that_is_set_is_named(hub: Hub, make_hub: MakeHub) -> None:
    other = await make_hub(
        public_url="http://127.0.0.1:9", mode="webhook", **hub.platform.settings()
    )
    await other.connector.subscribe()

    with pytest.raises(Unavailable, match="a webhook is set"):
        await hub.take()


async def test_subscribing_takes_the_webhook_away_and_keeps_what_waits(
    hub: Hub, make_hub: MakeHub
) -> None:
    other = await make_hub(
        public_url="http://127.0.0.1:9", mode="webhook", **hub.platform.settings()
    )
    await other.connector.subscribe()
    await hub.platform.write("Ann", "still here")

    await hub.connector.subscribe()

    assert [item.content.text for item in await hub.take()] == ["still here"]


async def test_a_second_poller_is_named(make_hub: MakeHub, http: ClientSession) -> None:
    hub = await make_hub(poll_timeout_s=20)
    first = asyncio.create_task(hub.take())
    await asyncio.sleep(0.2)
    second = make_connector(http, **(dict(hub.platform.settings()) | {"poll_timeout_s": 0}))

    await second.pull(None)

    with pytest.raises(Unavailable, match="another program reads"):
        await asyncio.wait_for(first, 20)


@pytest.mark.parametrize("fault", ["poll_500", "poll_502_html", "poll_409", "poll_cut"])
async def test_trouble_on_the_way_is_unavailable(hub: Hub, fault: str) -> None:
    hub.platform.fault(fault, 1)

    with pytest.raises(Unavailable):
        await hub.take()


async def test_a_pull_is_throttled_for_as_long_as_asked(hub: Hub) -> None:
    hub.platform.fault("poll_429", 1)

    with pytest.raises(Throttled) as caught:
        await hub.take()

    assert (caught.value.retry_after_s, caught.value.whole_channel) == (1, True)


@pytest.mark.parametrize("status", [401, 404])
async def test_a_token_that_telegram_does_not_know_breaks_the_channel(
    http: ClientSession, scripted: MakeScripted, status: int
) -> None:
    server = await scripted(status, '{"ok":false,"description":"Unauthorized"}')

    with pytest.raises(ChannelBroken, match="token"):
        await make_connector(http, api_base=server.base).pull(None)


@pytest.mark.parametrize("body", ['{"ok":true,"result":{}}', '{"ok":true}', "not json", "[]"])
async def test_an_unreadable_answer_is_unavailable(
    http: ClientSession, scripted: MakeScripted, body: str
) -> None:
    server = await scripted(200, body)

    with pytest.raises(Unavailable):
        await make_connector(http, api_base=server.base).pull(None)


async def test_items_that_are_no_updates_are_handed_on_to_be_quarantined(
    http: ClientSession, scripted: MakeScripted
) -> None:
    server = await scripted(200, '{"ok":true,"result":[5,{"update_id":8},{"x":1}]}')

    pulled = await make_connector(http, api_base=server.base).pull("7")

    assert [event.body for event in pulled.events] == [b"5", b'{"update_id": 8}', b'{"x": 1}']
    assert pulled.cursors == ["7", "8", "8"]


async def test_nobody_there_is_unavailable(http: ClientSession) -> None:
    with pytest.raises(Unavailable):
        await make_connector(http).pull(None)
