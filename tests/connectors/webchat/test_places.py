"""A visitor who waits sees their place in the queue, and how it changes."""

from typing import Any

from aiohttp import ClientWebSocketResponse

from shared.ids import ExternalId
from tests.connectors.webchat.mailbox import Hub, thread_of


async def waiting(hub: Hub) -> tuple[dict[str, str], ExternalId]:
    """A visitor who has written."""
    headers = await hub.visitor()
    said = {"id": "m1", "text": "is anybody there?"}
    await hub.client.post(hub.url("/messages"), json=said, headers=headers)
    return headers, thread_of(headers)


async def connect(hub: Hub, headers: dict[str, str]) -> ClientWebSocketResponse:
    socket = await hub.client.ws_connect(hub.url("/live"))
    await socket.send_json({"type": "start", "authorization": headers["Authorization"]})
    assert (await socket.receive_json(timeout=20))["type"] == "hello"
    return socket


async def test_the_place_is_told_at_once_and_whenever_it_is_another(hub: Hub) -> None:
    headers, thread = await waiting(hub)
    await hub.mailbox.queue(thread, 3)

    socket = await connect(hub, headers)
    first = await socket.receive_json(timeout=10)
    await hub.mailbox.queue(thread, 1)
    second = await socket.receive_json(timeout=10)
    await hub.mailbox.queue(thread, None)
    third = await socket.receive_json(timeout=10)

    assert first == {"type": "queue", "place": 3, "wait_s": 300}
    assert second == {"type": "queue", "place": 1, "wait_s": 100}
    assert third == {"type": "queue", "place": None, "wait_s": None}


async def test_every_widget_that_comes_is_told_what_others_know_already(hub: Hub) -> None:
    headers, thread = await waiting(hub)
    await hub.mailbox.queue(thread, 2)
    first = await connect(hub, headers)
    await first.receive_json(timeout=10)

    second = await connect(hub, headers)

    assert (await second.receive_json(timeout=10))["place"] == 2


async def test_a_widget_that_polls_is_told_too(hub: Hub) -> None:
    headers, thread = await waiting(hub)
    await hub.mailbox.queue(thread, 2)
    begun = await (await hub.client.get(hub.url("/poll"), headers=headers)).json()

    path = hub.url(f"/poll?after={begun['cursor']}")
    news = await (await hub.client.get(path, headers=headers)).json()

    assert news["frames"] == [{"type": "queue", "place": 2, "wait_s": 200}]


async def places(hub: Hub, thread: ExternalId, place: int | None, **fields: Any) -> Any:
    """What the reader says of the thread then."""
    await hub.mailbox.queue(thread, place, **fields)
    return await hub.mailbox.places([thread, ExternalId("nobody")])


async def test_no_place_is_told_where_it_is_switched_off_or_nobody_waits(hub: Hub) -> None:
    _, thread = await waiting(hub)

    told = await places(hub, thread, 2)
    silent = await places(hub, thread, 2, tells_place=False)
    by_hand = await places(hub, thread, 2, assignment=False)
    held = await places(hub, thread, None)

    assert list(told) == [thread]
    assert (silent, by_hand, held) == ({}, {}, {})
