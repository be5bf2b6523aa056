"""The live feed: in order, without gaps, to those who may see it."""

import asyncio
import itertools
import json
from typing import Any

import pytest
from aiohttp import ClientWebSocketResponse, WSMsgType, WSServerHandshakeError

from inbox.service import InboxOptions
from shared.collections import EVENT_LOG, THREADS, thread_id
from shared.eventlog import decode_positions, encode_positions
from shared.events import (
    ConversationChanged,
    MessageAdded,
    SettingsChanged,
    Typing,
)
from shared.ids import PARTITIONS, ChannelId, ExternalId, Partition, partition_of
from shared.model.conversation import Thread
from shared.model.people import Actor, ActorKind, Role
from shared.ports.store import Delete, Put
from tests.inbox.stage import Stage, a_conversation, a_message, frames, next_event, open_stage
from tests.inbox.tiny_router import routed
from tests.support.stores import Embedded

CONVERSATION = a_conversation()
PARTITION = partition_of(CONVERSATION.id)


def _added(text: str) -> MessageAdded:
    message = a_message(CONVERSATION, 1, text)
    return MessageAdded(message=message, conversation=CONVERSATION, counts=("open",))


async def _closed_with(socket: ClientWebSocketResponse) -> int | None:
    async with asyncio.timeout(10):
        while (await socket.receive()).type is WSMsgType.TEXT:
            pass
    return socket.close_code


async def test_the_first_frame_is_hello_with_a_cursor(stage: Stage) -> None:
    async with stage.browser() as browser, stage.live(browser) as socket:
        (hello,) = await frames(socket, 1)

    assert hello["type"] == "hello"
    assert decode_positions(hello["cursor"])[PARTITION] == 0


async def test_an_event_arrives_with_the_cursor_right_after_it(stage: Stage) -> None:
    async with stage.browser() as browser, stage.live(browser) as socket:
        await frames(socket, 1)
        await stage.happen(PARTITION, 1, _added("hello"))
        frame = await next_event(socket, "message.added")

    assert (frame["partition"], frame["seq"]) == (PARTITION, 1)
    assert frame["payload"]["message"]["content"]["text"] == "hello"
    assert decode_positions(frame["cursor"])[PARTITION] == 1


async def test_events_whose_wake_up_was_lost_come_in_order_before_the_next(stage: Stage) -> None:
    async with stage.browser() as browser, stage.live(browser) as socket:
        await frames(socket, 1)
        await stage.happen(PARTITION, 1, _added("one"), told=False)
        await stage.happen(PARTITION, 2, _added("two"), told=False)
        await stage.happen(PARTITION, 4, _added("four, for three is a hole"))
        seqs = [(await next_event(socket, "message.added"))["seq"] for _ in range(3)]

    assert seqs == [1, 2, 4]


async def test_a_lost_wake_up_shows_without_another_event(stage: Stage) -> None:
    async with stage.browser() as browser, stage.live(browser) as socket:
        await frames(socket, 1)
        await stage.happen(PARTITION, 1, _added("one"), told=False)
        frame = await next_event(socket, "message.added")

    assert frame["seq"] == 1


async def test_a_lost_wake_up_shows_while_other_partitions_are_busy(stage: Stage) -> None:
    busy = (PARTITION + 1) % PARTITIONS
    async with stage.browser() as browser, stage.live(browser) as socket:
        await frames(socket, 1)
        await stage.happen(PARTITION, 1, _added("lost"), told=False)
        told = []
        async with asyncio.timeout(10):
            for seq in itertools.count(1):
                await stage.happen(busy, seq, _added("busy"))
                told.append((await next_event(socket, "message.added"))["partition"])
                if PARTITION in told:
                    break

    assert PARTITION in told


async def test_an_event_that_is_told_twice_arrives_once(stage: Stage) -> None:
    async with stage.browser() as browser, stage.live(browser) as socket:
        await frames(socket, 1)
        await stage.happen(PARTITION, 1, _added("one"))
        await stage.happen(PARTITION, 1, _added("one"))
        await stage.happen(PARTITION, 2, _added("two"))
        seqs = [(await next_event(socket, "message.added"))["seq"] for _ in range(2)]

    assert seqs == [1, 2]


async def test_after_a_cut_the_cursor_brings_what_was_missed(stage: Stage) -> None:
    async with stage.browser() as browser:
        async with stage.live(browser) as socket:
            await frames(socket, 1)
            await stage.happen(PARTITION, 1, _added("one"))
            cursor = (await next_event(socket, "message.added"))["cursor"]
        await stage.happen(PARTITION, 2, _added("two"))
        await stage.happen(PARTITION, 3, _added("three"))
        async with stage.live(browser, cursor) as socket:
            hello, second, third = await frames(socket, 3)

    assert hello["cursor"] == cursor
    assert [second["seq"], third["seq"]] == [2, 3]


async def test_events_during_the_catching_up_come_once_and_in_order(stage: Stage) -> None:
    async with stage.browser() as browser:
        async with stage.live(browser) as socket:
            cursor = (await frames(socket, 1))[0]["cursor"]
        for seq in range(1, 601):
            await stage.happen(PARTITION, seq, _added("old"))
        async with stage.live(browser, cursor) as socket:
            for seq in range(601, 651):
                await stage.happen(PARTITION, seq, _added("new"))
            seqs = [(await next_event(socket, "message.added"))["seq"] for _ in range(650)]

    assert seqs == list(range(1, 651))


async def test_a_cursor_from_before_the_log_resets_the_client(stage: Stage) -> None:
    async with stage.browser() as browser:
        async with stage.live(browser) as socket:
            cursor = (await frames(socket, 1))[0]["cursor"]
        for seq in (1, 2, 3):
            await stage.happen(PARTITION, seq, _added("gone"))
        await stage.hub.store.commit([Delete(EVENT_LOG, f"{PARTITION:02d}-{1:012d}")])
        async with stage.live(browser) as now:
            await frames(now, 1)
        async with stage.live(browser, cursor) as socket:
            hello, reset = await frames(socket, 2)

    assert reset["type"] == "reset"
    assert hello["cursor"] == reset["cursor"]
    assert decode_positions(reset["cursor"])[PARTITION] == 3


@pytest.mark.parametrize("cursor", ["nonsense", "W10", "e30"])
async def test_a_cursor_that_is_none_of_ours_resets_the_client(stage: Stage, cursor: str) -> None:
    async with stage.browser() as browser, stage.live(browser, cursor) as socket:
        _, reset = await frames(socket, 2)

    assert reset["type"] == "reset"


async def test_a_cursor_from_the_future_resets_the_client(stage: Stage) -> None:
    cursor = encode_positions({Partition(PARTITION): 1000})
    async with stage.browser() as browser, stage.live(browser, cursor) as socket:
        _, reset = await frames(socket, 2)

    assert reset["type"] == "reset"


async def test_an_outcome_goes_to_its_author_alone(stage: Stage) -> None:
    await stage.agent("second@example.com")
    await stage.store_conversation(CONVERSATION)
    async with (
        routed(stage.hub, PARTITION),
        stage.browser() as me,
        stage.browser("second@example.com") as other,
        stage.live(me) as mine,
        stage.live(other) as theirs,
    ):
        await frames(mine, 1)
        await frames(theirs, 1)
        id = "11111111-aaaa-bbbb-cccc-222222222222"
        await me.post(f"/conversations/{CONVERSATION.id}/resolve", {"id": id})
        done = await next_event(mine, "command.done")
        await stage.happen(PARTITION, 2, _added("after"))
        following = await theirs.receive_json(timeout=20)

    assert done["payload"]["outcome"]["id"] == id
    assert following["kind"] == "message.added"


async def test_counts_follow_changes_with_absolute_values(stage: Stage) -> None:
    await stage.store_conversation(CONVERSATION)
    async with stage.browser() as browser, stage.live(browser) as socket:
        await frames(socket, 1)
        keys = ("open", "open/unassigned", "open/agent/somebody", "open/label/vip")
        changed = ConversationChanged(conversation=CONVERSATION, cause="test", counts=keys)
        await stage.happen(PARTITION, 1, changed)
        _, counts = await frames(socket, 2)

    assert counts["type"] == "counts"
    assert {item["key"]: item["count"] for item in counts["items"]} == {
        "open": 1,
        "unassigned": 1,
        "label/vip": 0,
    }


async def test_a_customers_typing_names_the_conversation(stage: Stage) -> None:
    thread = Thread(
        id=thread_id("site", "chat"),
        channel_id=ChannelId("site"),
        thread=ExternalId("chat"),
        slot_key="chat",
        conversation_id=CONVERSATION.id,
    )
    await stage.hub.store.commit([Put(THREADS, thread)])
    async with stage.browser() as browser, stage.live(browser) as socket:
        await frames(socket, 1)
        customer = Actor(kind=ActorKind.CONTACT, id="k1")
        await stage.inbox.news.tell(
            Typing(channel_id=ChannelId("site"), thread="chat", actor=customer)
        )
        frame = await next_event(socket, "typing")

    assert frame["payload"]["conversation_id"] == CONVERSATION.id
    assert frame["seq"] is None


async def test_colleagues_see_who_types_and_looks_where(stage: Stage) -> None:
    await stage.agent("second@example.com")
    await stage.store_conversation(CONVERSATION)
    async with (
        stage.browser() as me,
        stage.browser("second@example.com") as other,
        stage.live(other) as theirs,
    ):
        await frames(theirs, 1)
        async with stage.live(me) as mine:
            await frames(mine, 1)
            await mine.send_json({"type": "viewing", "conversation_id": CONVERSATION.id})
            looks = await next_event(theirs, "viewing")
            await mine.send_json({"type": "typing", "conversation_id": CONVERSATION.id})
            types = await next_event(theirs, "typing")
        gone = await next_event(theirs, "viewing")

    assert looks["payload"]["conversation_id"] == CONVERSATION.id
    assert looks["payload"]["actor"]["name"] == "admin"
    assert types["payload"]["conversation_id"] == CONVERSATION.id
    assert gone["payload"]["conversation_id"] is None


async def test_a_ping_gets_a_pong_and_nonsense_a_problem(stage: Stage) -> None:
    async with stage.browser() as browser, stage.live(browser) as socket:
        await frames(socket, 1)
        await socket.send_json({"type": "ping"})
        await socket.send_str("nonsense")
        pong, problem = await frames(socket, 2)

    assert (pong["type"], problem["type"]) == ("pong", "problem")


async def test_a_page_of_another_site_gets_no_live_feed(stage: Stage) -> None:
    async with stage.browser() as browser:
        with pytest.raises(WSServerHandshakeError) as refused:
            async with browser.http.ws_connect(
                stage.url("/api/v1/live"), headers={"Origin": "https://evil.example"}
            ):
                pass

    assert refused.value.status == 403


async def test_the_own_page_and_the_public_address_get_it(hub: Embedded) -> None:
    options = InboxOptions(public_url="https://desk.example/")
    async with open_stage(hub, options) as stage, stage.browser() as browser:
        url = stage.url("/api/v1/live")
        own = stage.url("").rstrip("/")
        for origin in (own, "https://desk.example"):
            async with browser.http.ws_connect(url, headers={"Origin": origin}) as socket:
                await socket.send_json({"type": "start", "cursor": None})
                assert (await socket.receive_json(timeout=20))["type"] == "hello"


async def test_a_stranger_gets_no_live_feed(stage: Stage) -> None:
    async with stage.browser(None) as browser:
        with pytest.raises(WSServerHandshakeError) as refused:
            async with browser.http.ws_connect(stage.url("/api/v1/live")):
                pass

    assert refused.value.status == 401


async def test_signing_out_closes_the_live_feed(stage: Stage) -> None:
    async with stage.browser() as browser, stage.live(browser) as socket:
        await frames(socket, 1)
        await browser.delete("/session")

        assert await _closed_with(socket) == 4401


async def test_signing_out_elsewhere_leaves_this_feed_open(stage: Stage) -> None:
    async with stage.browser() as here, stage.browser() as there, stage.live(here) as socket:
        await frames(socket, 1)
        await there.delete("/session")
        await stage.happen(PARTITION, 1, _added("still here"))

        assert (await next_event(socket, "message.added"))["seq"] == 1


async def test_changes_of_sessions_are_told_to_no_client(stage: Stage) -> None:
    async with stage.browser() as browser, stage.live(browser) as socket:
        await frames(socket, 1)
        await stage.inbox.news.changed("sessions", "a1")
        await stage.inbox.news.tell(SettingsChanged(collection="labels", id="vip"))
        frame = await next_event(socket, "settings.changed")

    assert frame["payload"]["collection"] == "labels"


async def test_a_reader_that_lags_is_closed_and_can_come_back(hub: Embedded) -> None:
    options = InboxOptions(live_capacity=5, live_quiet_s=0.2)
    async with open_stage(hub, options) as stage, stage.browser() as browser:
        async with stage.live(browser) as socket:
            cursor = (await frames(socket, 1))[0]["cursor"]
            connection = next(iter(stage.inbox.feed._connections))
            big = _added("x" * 200_000)
            for seq in range(1, 61):
                await stage.happen(PARTITION, seq, big)
            async with asyncio.timeout(10):
                await connection.ended.wait()
            code = connection.close_code
        async with stage.live(browser, cursor) as socket:
            seqs = [(await next_event(socket, "message.added"))["seq"] for _ in range(60)]

    assert code == 4001
    assert seqs == list(range(1, 61))


async def test_a_client_that_does_not_say_start_is_closed(stage: Stage) -> None:
    async with (
        stage.browser() as browser,
        browser.http.ws_connect(stage.url("/api/v1/live")) as socket,
    ):
        await socket.send_json({"type": "ping"})

        assert await _closed_with(socket) == 4002


async def test_a_client_that_says_too_much_is_closed(stage: Stage) -> None:
    async with stage.browser() as browser, stage.live(browser) as socket:
        await frames(socket, 1)
        for _ in range(110):
            await socket.send_json({"type": "ping"})

        assert await _closed_with(socket) == 4003


async def test_a_bot_sees_conversations_and_no_settings_of_people(stage: Stage) -> None:
    async with stage.program(Role.BOT) as bot, stage.live(bot) as socket:
        (hello,) = await frames(socket, 1)
        await stage.happen(PARTITION, 1, _added("hello"))
        frame: Any = await next_event(socket, "message.added")

    assert hello["agent_id"] is None
    assert json.dumps(frame["payload"]["message"]["content"]["text"]) == '"hello"'


async def test_all_screens_get_the_same_frame_and_a_cursor_that_brings_nothing_twice(
    stage: Stage,
) -> None:
    typing = Typing(channel_id=ChannelId("site"), actor=Actor(kind=ActorKind.SYSTEM))
    async with (
        stage.browser() as browser,
        stage.live(browser) as one,
        stage.live(browser) as other,
    ):
        await frames(one, 1)
        await frames(other, 1)
        await stage.happen(PARTITION, 1, _added("one"))
        await stage.inbox.news.tell(typing)
        await stage.happen(PARTITION, 2, _added("two"))
        told = [
            [await next_event(socket, kind) for kind in ("message.added", "typing")]
            for socket in (one, other)
        ]
        cursor = told[0][1]["cursor"]
        async with stage.live(browser, cursor) as again:
            _, frame = await frames(again, 2)

    assert told[0] == told[1]
    assert [decode_positions(item["cursor"])[PARTITION] for item in told[0]] == [1, 1]
    assert frame["payload"]["message"]["content"]["text"] == "two"


async def test_a_client_that_was_ahead_of_this_process_is_not_sent_back(stage: Stage) -> None:
    ahead = Partition((PARTITION + 1) % PARTITIONS)
    await stage.happen(ahead, 1, _added("told by another process"), told=False)
    async with stage.browser() as browser:
        cursor = encode_positions({ahead: 1})
        stage.inbox.feed._positions[ahead] = 0
        async with stage.live(browser, cursor) as socket:
            await frames(socket, 1)
            await stage.happen(PARTITION, 1, _added("hello"))
            frame = await next_event(socket, "message.added")

    assert decode_positions(frame["cursor"])[ahead] == 1
    assert frame["partition"] == PARTITION


async def test_the_frames_of_a_connection_are_numbered_so_that_a_lost_one_leaves_a_hole(
    stage: Stage,
) -> None:
    seqs = itertools.count(1)
    for _ in range(2):
        async with stage.browser() as browser, stage.live(browser) as socket:
            await stage.happen(PARTITION, next(seqs), _added("hello"))
            await socket.send_json({"type": "ping"})
            heard = await _until_pong(socket)

        assert [frame["number"] for frame in heard] == list(range(1, len(heard) + 1))
        assert heard[-1]["server_time"]


async def _until_pong(socket: ClientWebSocketResponse) -> list[Any]:
    heard: list[Any] = []
    while not heard or heard[-1]["type"] != "pong":
        heard += await frames(socket, 1)
    return heard
