"""VK driven by the runtime: nothing is lost or doubled whatever breaks in between."""

import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

from aiohttp import ClientSession

from connectors.configuration import close_settings
from connectors.registry import Registry
from connectors.simulator import SimulatorContext
from connectors.vk.manifest import MANIFEST
from connectors.vk.simulator import simulate
from connectors.vk.simulator.simulator import VkSimulator
from shared.clock import SystemClock
from shared.collections import CHANNELS, CURSORS
from shared.ids import (
    ChannelId,
    ChannelType,
    ConversationId,
    ExternalId,
    new_conversation_id,
    new_message_id,
    part_id,
    slot_for,
)
from shared.model.channel import Channel, ChannelState
from shared.model.content import Content
from shared.model.delivery import Delivery, Part
from shared.model.records import Cursor
from shared.ports.bus import Bus
from shared.ports.store import Put
from tests.connectors.rig import SHOP, Rig, rig, until, until_stored
from tests.connectors.test_intake import Away

_VK = ChannelType("vk")
_SECRET = "plantedcallbacksecret42"


@dataclass
class Line:
    """The service with communities of VK at its far end."""

    made: Rig
    stack: AsyncExitStack
    http: ClientSession
    between: list[Away] = field(default_factory=list)

    async def community(self, id: ChannelId = SHOP, **settings: Any) -> VkSimulator:
        """A channel on a community of its own; returns once it is at work."""
        context = SimulatorContext(id, None, self.http, SystemClock(), lambda _: None)
        platform = simulate(context)
        await platform.start()
        self.stack.push_async_callback(platform.close)
        values = {"poll_wait_s": 1, **platform.settings(), **settings}
        kept, sealed = close_settings(values, MANIFEST, self.made.resources.seal)
        now = self.made.clock.now()
        channel = Channel(
            id=id,
            type=_VK,
            name="Shop",
            settings=kept,
            sealed=sealed,
            created_at=now,
            updated_at=now,
        )
        await self.made.put_channel(channel)
        await self.made.live(id)
        return platform

    async def begun(self, id: ChannelId = SHOP) -> str:
        """The place in the stream, once there is one."""

        async def has_begun() -> bool:
            return "@" in (await self.cursor(id))

        await until_stored(has_begun)
        return await self.cursor(id)

    async def cursor(self, id: ChannelId = SHOP) -> str:
        """The stored place."""
        stored = await self.made.hub.store.get(CURSORS, id)
        return stored.value if stored is not None else ""

    def messages(self, id: ChannelId = SHOP) -> list[str]:
        """The texts that came onto the bus, in order."""
        return [
            item.payload["content"]["text"]
            for item in self.made.of_kind("inbound")
            if item.payload["kind"] == "message"
            and item.payload["channel_id"] == id
            and item.payload.get("origin", "user") == "user"
        ]

    async def thread(self, platform: VkSimulator, customer: str) -> ExternalId:
        """Let a customer write; their thread."""
        known = len(self.made.of_kind("inbound"))
        await platform.write(customer, f"I am {customer}")
        await until(lambda: f"I am {customer}" in self.messages())
        for item in self.made.of_kind("inbound")[known:]:
            if item.payload["content"]["text"] == f"I am {customer}":
                return ExternalId(item.payload["thread"]["external_id"])
        raise AssertionError("it came, and is not there")

    async def post(self, event: dict[str, Any]) -> tuple[int, str, dict[str, str]]:
        """An event by callback: status, body and headers."""
        body = json.dumps(event | {"secret": _SECRET}).encode()
        url = f"{self.made.url}/hooks/{SHOP}"
        async with self.http.post(url, data=body) as answer:
            return answer.status, await answer.text(), dict(answer.headers)


def _part(thread: ExternalId, text: str, order: int = 0, channel_id: ChannelId = SHOP) -> Part:
    slot = slot_for(channel_id, thread)
    message_id = new_message_id(slot)
    now = SystemClock().now()
    return Part(
        id=part_id(message_id, 0),
        channel_id=channel_id,
        thread=thread,
        conversation_id=ConversationId(new_conversation_id(slot)),
        message_id=message_id,
        order=order,
        content=Content(text=text),
        due_at=now,
        deadline_at=now + timedelta(hours=24),
        created_at=now,
        changed_at=now,
    )


@asynccontextmanager
async def _lined(folder: Path) -> AsyncIterator[Line]:
    between: list[Away] = []

    def put_between(bus: Bus) -> Bus:
        between.append(Away(bus))
        return between[0]

    async with (
        AsyncExitStack() as stack,
        ClientSession() as http,
        # Nobody listens there: what VK has to say is said by the tests themselves.
        rig(
            folder,
            bus=put_between,
            registry=Registry({_VK: MANIFEST}),
            public_url="http://127.0.0.1:9",
        ) as made,
    ):
        yield Line(made, stack, http, between)


def _message(platform: VkSimulator, number: int, text: str, **more: Any) -> dict[str, Any]:
    message = {
        "peer_id": 5,
        "from_id": 5,
        "conversation_message_id": number,
        "date": 1767603600,
        "text": text,
    }
    return {
        "type": "message_new",
        "event_id": f"e{number}",
        "group_id": platform.settings()["group_id"],
        "object": {"message": message | more},
    }


async def test_while_the_bus_is_away_the_place_in_the_stream_stays(tmp_path: Path) -> None:
    async with _lined(tmp_path) as line:
        platform = await line.community()
        before = await line.begun()
        line.between[0].away = True
        await platform.write("Ann", "one")
        await until(lambda: line.made.service.live(SHOP))
        await platform.write("Ann", "two")
        kept = await line.cursor()

        line.between[0].away = False

        await until(lambda: line.messages() == ["one", "two"])
        assert kept.partition("@")[0] == before.partition("@")[0]


async def test_a_crash_between_publishing_and_storing_makes_one_copy(tmp_path: Path) -> None:
    async with _lined(tmp_path) as line:
        platform = await line.community()
        before = await line.begun()
        await platform.write("Ann", "once")
        await until(lambda: line.messages() == ["once"])

        channel = await line.made.hub.store.get(CHANNELS, SHOP)
        assert channel is not None
        at = line.made.clock.now()
        await line.made.hub.store.commit([Put(CURSORS, Cursor(id=SHOP, value=before, at=at))])
        await line.made.put_channel(
            channel.model_copy(
                update={"version": 2, "settings": {**channel.settings, "mode": "longpoll"}}
            )
        )

        await until(lambda: len(line.messages()) == 2)
        items = [i for i in line.made.of_kind("inbound") if i.payload["kind"] == "message"]
        assert items[0].id == items[1].id


async def test_one_spoiled_event_goes_to_quarantine_and_the_others_go_on(tmp_path: Path) -> None:
    async with _lined(tmp_path) as line:
        platform = await line.community()
        await line.begun()
        await platform.write("Ann", "one")
        platform.fault("malformed", 1)
        await platform.write("Ann", "spoiled")
        await platform.write("Ann", "three")

        await until(lambda: line.messages() == ["one", "three"])
        await until(lambda: len(line.made.of_kind("quarantine")) == 1)


async def test_a_message_lost_in_a_gap_is_there_once(tmp_path: Path) -> None:
    async with _lined(tmp_path) as line:
        platform = await line.community()
        await line.begun()
        await platform.write("Ann", "heard")
        await until(lambda: line.messages() == ["heard"])
        platform.fault("lose", 1)
        await platform.write("Ann", "unheard")
        platform.fault("failed3", 1)

        await until(lambda: "unheard" in line.messages())

        items = [i for i in line.made.of_kind("inbound") if i.payload["kind"] == "message"]
        assert len({item.id for item in items}) == 2
        accounts = [i for i in line.made.of_kind("inbound") if i.payload["kind"] == "account"]
        assert [item.payload["service"] for item in accounts] == ["gap"]


async def test_a_callback_is_asked_to_come_again_by_date_while_the_bus_is_away(
    tmp_path: Path,
) -> None:
    async with _lined(tmp_path) as line:
        platform = await line.community(
            mode="callback", callback_secret=_SECRET, confirmation="abc"
        )
        event = _message(platform, 1, "hello")
        line.between[0].away = True
        refused, _, headers = await line.post(event)
        line.between[0].away = False

        taken, body, _ = await line.post(event)

        assert (refused, taken, body) == (503, 200, "ok")
        ahead = parsedate_to_datetime(headers["Retry-After"]) - SystemClock().now()
        assert -5 <= ahead.total_seconds() <= 6
        await until(lambda: line.messages() == ["hello"])


async def test_a_repeated_callback_is_taken_again_and_is_the_same_event(tmp_path: Path) -> None:
    async with _lined(tmp_path) as line:
        platform = await line.community(mode="callback", callback_secret=_SECRET)
        event = _message(platform, 1, "hello")

        first, second = await line.post(event), await line.post(event)

        assert (first[:2], second[:2]) == ((200, "ok"), (200, "ok"))
        await until(lambda: len(line.messages()) == 2)
        assert len({i.id for i in line.made.of_kind("inbound")}) == 1


async def test_a_confirmation_is_answered_before_the_channel_could_subscribe(
    tmp_path: Path,
) -> None:
    async with _lined(tmp_path) as line:
        platform = await line.community(
            mode="callback", callback_secret=_SECRET, confirmation="abc123"
        )
        event = {"type": "confirmation", "group_id": platform.settings()["group_id"]}

        status, body, _ = await line.post(event)

        assert (status, body) == (200, "abc123")
        assert line.made.items == []


async def test_a_cropped_callback_waits_until_vk_gives_the_whole(tmp_path: Path) -> None:
    async with _lined(tmp_path) as line:
        platform = await line.community(mode="callback", callback_secret=_SECRET)
        # What is written later is not found by the look at the start.
        await until(lambda: platform.calls("messages.getConversations"))
        await platform.act("Ann", {"type": "album", "count": 10, "text": "ten"})
        number = int(platform.phone("Ann")[0]["id"])
        event = _message(platform, number, "ten", is_cropped=True)
        whole = platform._world.conversations()[0].messages[0].message
        event["object"]["message"] |= {"peer_id": whole["peer_id"], "from_id": whole["from_id"]}
        platform.fault("read_500", 1)

        refused = await line.post(event)
        taken = await line.post(event)

        assert (refused[0], taken[:2]) == (503, (200, "ok"))
        await until(lambda: line.messages() == ["ten"])
        item = next(i for i in line.made.of_kind("inbound") if i.payload["kind"] == "message")
        assert len(item.payload["content"]["attachments"]) == 10


async def test_an_answer_that_was_lost_is_asked_for_again_and_sent_once(tmp_path: Path) -> None:
    async with _lined(tmp_path) as line:
        platform = await line.community()
        await line.begun()
        thread = await line.thread(platform, "Ann")
        platform.fault("cut_after_write", 1)
        part = _part(thread, "the answer")

        await line.made.queue(part)

        assert await line.made.settled(part) == [Delivery.SENT]
        shown = [m["text"] for m in platform.phone("Ann") if m["from"] == "hub"]
        assert shown == ["the answer"]


async def test_flood_control_for_one_does_not_hold_up_another(tmp_path: Path) -> None:
    async with _lined(tmp_path) as line:
        platform = await line.community()
        await line.begun()
        ann, ben = await line.thread(platform, "Ann"), await line.thread(platform, "Ben")
        platform.fault("error_9", 1)
        held = _part(ann, "to Ann")
        await line.made.queue(held)
        await until_stored(lambda: _is_waiting(line.made, held))
        free = _part(ben, "to Ben")

        await line.made.queue(free)

        assert await line.made.settled(free) == [Delivery.SENT]
        assert (await line.made.part(held.id)).state is Delivery.QUEUED


async def _is_waiting(made: Rig, part: Part) -> bool:
    row = await made.part(part.id)
    return row.state is Delivery.QUEUED and row.attempt == 1


async def test_a_revoked_key_stops_its_channel_alone_and_says_why(tmp_path: Path) -> None:
    async with _lined(tmp_path) as line:
        platform = await line.community()
        other = await line.community(ChannelId("other"))
        await line.begun()
        await line.begun(ChannelId("other"))
        thread = await line.thread(platform, "Ann")
        platform.fault("401", 100)
        await line.made.queue(_part(thread, "the answer"))
        await until_stored(lambda: _is_broken(line.made))

        await other.write("Ben", "to the other")

        await until(lambda: line.messages(ChannelId("other")) == ["to the other"])
        channel = await line.made.hub.store.get(CHANNELS, SHOP)
        assert channel is not None
        assert "access key" in str(channel.reason)


async def _is_broken(made: Rig) -> bool:
    channel = await made.hub.store.get(CHANNELS, SHOP)
    return channel is not None and channel.state is ChannelState.BROKEN


async def test_two_communities_side_by_side_never_mix(tmp_path: Path) -> None:
    async with _lined(tmp_path) as line:
        one, two = await line.community(), await line.community(ChannelId("other"))
        await line.begun()
        await line.begun(ChannelId("other"))

        await one.write("Ann", "to one")
        await two.write("Ann", "to two")

        await until(lambda: line.messages(ChannelId("other")) == ["to two"])
        await until(lambda: line.messages() == ["to one"])


async def test_names_and_pressed_buttons_are_settled_beside_the_stream(tmp_path: Path) -> None:
    async with _lined(tmp_path) as line:
        platform = await line.community()
        await line.begun()
        thread = await line.thread(platform, "Anna Smith")

        def names() -> list[Any]:
            contacts = [i for i in line.made.of_kind("inbound") if i.payload["kind"] == "contact"]
            return [item.payload["author"]["name"] for item in contacts]

        await until(lambda: names() == ["Anna Smith"])
        told = {"user_id": int(thread), "peer_id": int(thread), "event_id": "p1", "payload": {}}
        platform._presses["p1"] = int(thread)
        await platform.act("Anna Smith", {"type": "event", "name": "message_event", "object": told})

        await until(lambda: platform.waits_for_answer() == 0)


async def test_a_channel_changes_its_way_of_delivery_while_it_runs(tmp_path: Path) -> None:
    async with _lined(tmp_path) as line:
        platform = await line.community()
        await line.begun()
        channel = await line.made.hub.store.get(CHANNELS, SHOP)
        assert channel is not None
        settings = {**channel.settings, "mode": "callback"}

        await line.made.put_channel(channel.model_copy(update={"version": 2, "settings": settings}))
        await until(lambda: platform.community.servers)
        await line.made.put_channel(channel.model_copy(update={"version": 3}))
        await until(lambda: not platform.community.servers)

        await platform.write("Ann", "polled again")
        await until(lambda: line.messages() == ["polled again"])
