"""News for the widgets: WebSocket and polling."""

import asyncio
from typing import Any

import pytest
from aiohttp import ClientWebSocketResponse, WSMsgType

from connectors.webchat.lines import Lines
from shared.clock import ManualClock
from shared.ids import ExternalId
from shared.model.delivery import Delivery
from shared.model.message import Direction
from tests.connectors.webchat.mailbox import AGENT, Hub, OpenHub, thread_of

THREAD = ExternalId("v1")


async def connect(hub: Hub, headers: dict[str, str]) -> ClientWebSocketResponse:
    socket = await hub.client.ws_connect(hub.url("/live"))
    await socket.send_json({"type": "start", "authorization": headers["Authorization"]})
    assert (await socket.receive_json(timeout=20))["type"] == "hello"
    return socket


async def pong(socket: ClientWebSocketResponse) -> dict[str, Any]:
    """Everything sent before was handled when this comes back."""
    await socket.send_json({"type": "ping"})
    answer: dict[str, Any] = await socket.receive_json(timeout=20)
    return answer


async def test_an_agents_message_reaches_the_connected_widget(hub: Hub) -> None:
    visitor = await hub.visitor()
    socket = await connect(hub, visitor)

    await hub.mailbox.say(thread_of(visitor), "Good morning")

    frame = await socket.receive_json(timeout=20)
    assert frame["type"] == "message"
    assert (frame["message"]["text"], frame["message"]["author"]) == ("Good morning", "Vera")


async def test_names_of_agents_can_be_kept_back(open_chat: OpenHub) -> None:
    hub = await open_chat(show_agent_names=False)
    visitor = await hub.visitor()
    socket = await connect(hub, visitor)

    await hub.mailbox.say(thread_of(visitor), "Good morning")

    assert (await socket.receive_json(timeout=20))["message"]["author"] is None


async def test_notes_and_unsent_messages_are_not_pushed(hub: Hub) -> None:
    visitor = await hub.visitor()
    socket = await connect(hub, visitor)

    await hub.mailbox.say(thread_of(visitor), "a note", direction=Direction.NOTE, delivery=None)
    await hub.mailbox.say(thread_of(visitor), "not yet", delivery=Delivery.QUEUED)
    await hub.mailbox.say(thread_of(visitor), "now")

    assert (await socket.receive_json(timeout=20))["message"]["text"] == "now"


async def test_other_threads_are_not_heard(hub: Hub) -> None:
    visitor = await hub.visitor()
    socket = await connect(hub, visitor)

    await hub.mailbox.say(thread_of(await hub.visitor()), "not for you")

    assert (await pong(socket))["type"] == "pong"


@pytest.mark.parametrize("state", ["delivered", "read"])
async def test_marks_of_the_widget_become_receipts(hub: Hub, state: str) -> None:
    visitor = await hub.visitor()
    socket = await connect(hub, visitor)

    await socket.send_json({"type": state, "ids": ["p0a-000"]})
    await pong(socket)

    (receipt,) = hub.mailbox.receipts
    assert receipt.state.value == state
    assert receipt.external_ids == ("p0a-000",)
    assert receipt.thread == thread_of(visitor)
    assert receipt.part_id is None


async def test_a_mark_that_was_not_confirmed_is_given_back(hub: Hub) -> None:
    socket = await connect(hub, await hub.visitor())
    hub.mailbox.away = True

    await socket.send_json({"type": "read", "ids": ["p0a-000"]})

    frame = await socket.receive_json(timeout=20)
    assert (frame["type"], frame["state"], frame["ids"]) == ("refused", "read", ["p0a-000"])


async def test_typing_goes_both_ways(hub: Hub) -> None:
    visitor = await hub.visitor()
    socket = await connect(hub, visitor)

    await socket.send_json({"type": "typing"})
    await pong(socket)
    await hub.connector.agent_typing(thread_of(visitor), AGENT)

    assert [thread for thread, _ in hub.mailbox.typing] == [thread_of(visitor)]
    assert await socket.receive_json(timeout=20) == {"type": "typing", "name": "Vera"}


async def test_without_a_good_token_the_socket_is_closed(hub: Hub) -> None:
    socket = await hub.client.ws_connect(hub.url("/live"))

    await socket.send_json({"type": "start", "authorization": "Bearer made.up.token"})

    assert (await socket.receive(timeout=20)).type is WSMsgType.CLOSE
    assert socket.close_code == 4401


@pytest.mark.parametrize("frame", ["[]", "nonsense", '{"type": "surprise"}', "[" * 50_000])
async def test_a_frame_that_is_not_understood_ends_the_socket(hub: Hub, frame: str) -> None:
    socket = await connect(hub, await hub.visitor())

    await socket.send_str(frame)

    assert (await socket.receive(timeout=20)).type is WSMsgType.CLOSE


async def test_a_site_that_is_not_allowed_gets_no_socket(open_chat: OpenHub) -> None:
    hub = await open_chat(allowed_origins=("https://shop.example",))

    answer = await hub.client.get(
        hub.url("/live"), headers={"Origin": "https://other.example", "Upgrade": "websocket"}
    )

    assert answer.status == 403


async def test_closing_the_channel_lets_the_widgets_go(hub: Hub) -> None:
    socket = await connect(hub, await hub.visitor())

    await hub.connector.close()

    assert (await socket.receive(timeout=20)).type is WSMsgType.CLOSE


async def test_who_cannot_have_a_socket_polls(hub: Hub) -> None:
    visitor = await hub.visitor()
    start = await (await hub.client.get(hub.url("/poll"), headers=visitor)).json()
    await hub.mailbox.say(thread_of(visitor), "Good morning")

    answer = await hub.client.get(hub.url(f"/poll?after={start['cursor']}"), headers=visitor)

    news = await answer.json()
    assert [frame["message"]["text"] for frame in news["frames"]] == ["Good morning"]
    assert news["cursor"] != start["cursor"]


async def test_a_poll_waits_for_news(hub: Hub) -> None:
    visitor = await hub.visitor()
    start = await (await hub.client.get(hub.url("/poll"), headers=visitor)).json()

    async with asyncio.timeout(20), asyncio.TaskGroup() as tasks:
        url = hub.url(f"/poll?after={start['cursor']}")
        waiting = tasks.create_task(hub.client.get(url, headers=visitor))
        await hub.mailbox.say(thread_of(visitor), "Good morning")

    assert len((await waiting.result().json())["frames"]) == 1


@pytest.mark.parametrize("cursor", ["", "made-up", "0000-99999999999999999999", "x" * 500])
async def test_a_cursor_of_elsewhere_means_load_again(hub: Hub, cursor: str) -> None:
    visitor = await hub.visitor()

    answer = await hub.client.get(hub.url(f"/poll?after={cursor}"), headers=visitor)

    assert (await answer.json())["missed"] is True


async def test_more_than_is_kept_means_load_again() -> None:
    lines = Lines(ManualClock())

    with lines.following(THREAD) as cursor:
        for number in range(150):
            lines.push(THREAD, {"n": number})
        news = await lines.news(THREAD, cursor, wait_s=0)

    assert news.missed


async def test_lines_that_nobody_follows_are_forgotten() -> None:
    clock = ManualClock()
    lines = Lines(clock)
    with lines.following(THREAD) as cursor:
        pass
    await clock.advance(300)
    with lines.following(ExternalId("v2")):
        lines.push(THREAD, {"n": 1})

    news = await lines.news(THREAD, cursor, wait_s=0)

    assert news.missed
