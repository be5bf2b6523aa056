"""A webhook channel at work: the connectors service, and the made-up system at its far end."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from aiohttp import ClientSession
from pydantic import SecretStr

from connectors.configuration import close_settings
from connectors.live import LiveChannel
from connectors.registry import Registry
from connectors.service import ConnectorsService
from connectors.webhook.manifest import MANIFEST
from connectors.webhook.simulator.simulator import WebhookSimulator
from shared.clock import Clock, SystemClock
from shared.collections import CHANNELS, PARTS, WEBHOOK_ATTEMPTS
from shared.envelope import Envelope
from shared.hints import hint
from shared.ids import (
    PARTITIONS,
    ChannelId,
    ExternalId,
    Partition,
    new_conversation_id,
    new_message_id,
    part_id,
    slot_for,
)
from shared.model.channel import Channel
from shared.model.content import Content
from shared.model.delivery import Delivery, Part
from shared.model.records import WebhookAttempt
from shared.ports.bus import Bus, Queue
from shared.ports.store import Put, Update
from shared.topology import DEAD_QUEUE, partition_queue
from shared.webhooks.signing import sign
from tests.connectors.rig import end, make_resources, serving, until, until_stored
from tests.support.stores import Embedded, open_embedded

SIM = ChannelId("sim-webhook")
LIMIT_S = 20.0


@dataclass
class Shop:
    """What the tests need of the hub and of the far end."""

    hub: Embedded
    service: ConnectorsService
    clock: Clock
    http: ClientSession
    url: str
    items: list[Envelope] = field(default_factory=list)
    """What came onto the partition queues and the dead letters, in order of arrival."""
    orders: dict[str, int] = field(default_factory=dict)

    @property
    def far_end(self) -> WebhookSimulator:
        """The made-up system."""
        simulators = self.service.simulators
        found = simulators.get(SIM) if simulators is not None else None
        assert isinstance(found, WebhookSimulator)
        return found

    @property
    def secret(self) -> str:
        """What the far end signs with."""
        return str(self.far_end.settings()["secret"])

    def of_kind(self, kind: str) -> list[dict[str, Any]]:
        """The payloads of the collected items of one kind."""
        return [dict(item.payload) for item in self.items if item.kind == kind]

    def inbound(self, kind: str = "message") -> list[dict[str, Any]]:
        """The events of a kind."""
        return [item for item in self.of_kind("inbound") if item["kind"] == kind]

    async def arrived(self, count: int = 1, kind: str = "message") -> list[dict[str, Any]]:
        """The events of a kind, once there are so many."""
        await until(lambda: len(self.inbound(kind)) >= count)
        return self.inbound(kind)

    async def live(self, channel: ChannelId = SIM) -> LiveChannel:
        """The channel, once it is at work."""
        await until(lambda: self.service.live(channel))
        found = self.service.live(channel)
        assert found is not None
        return found

    async def post(
        self, event: Any, *, id: str = "w1", signed: bool = True, channel: str = SIM
    ) -> tuple[int, dict[str, Any]]:
        """Send a body as any system would; returns the status and the JSON of the answer."""
        body = event if isinstance(event, bytes) else json.dumps(event).encode()
        headers = sign([SecretStr(self.secret)], id, self.clock.now(), body) if signed else {}
        async with self.http.post(
            f"{self.url}/hooks/{channel}", data=body, headers=headers
        ) as answer:
            text = await answer.text()
            return answer.status, json.loads(text) if text else {}

    async def set(self, **settings: Any) -> None:
        """Change settings of the channel as an admin would, and wait until it is at work again."""
        channel = await self.hub.store.get(CHANNELS, SIM)
        assert channel is not None
        before = await self.live()
        values = {**self.far_end.settings(), **settings}
        plain, sealed = close_settings(values, MANIFEST, self.service._resources.seal)
        changed = {"settings": plain, "sealed": sealed, "version": channel.version + 1}
        await self.hub.store.commit([Update(CHANNELS, SIM, changed)])
        self.service.look_again()
        await until(lambda: self.service.live(SIM) not in [None, before])

    def part(self, text: str = "hello", *, thread: str | None = None, **changed: Any) -> Part:
        """An unplanned part for the one customer, as the router writes it."""
        chat = thread or self._thread()
        slot = slot_for(SIM, chat)
        message_id = new_message_id(slot)
        order = self.orders.get(chat, 0)
        self.orders[chat] = order + 1
        now = self.clock.now()
        part = Part(
            id=part_id(message_id, 0),
            channel_id=SIM,
            thread=ExternalId(chat),
            conversation_id=new_conversation_id(slot),
            message_id=message_id,
            order=order,
            content=Content(text=text),
            due_at=now,
            deadline_at=now + timedelta(hours=24),
            created_at=now,
            changed_at=now,
        )
        return part.model_copy(update=changed)

    def _thread(self) -> str:
        return str(self.inbound()[0]["thread"]["external_id"])

    async def queue(self, *parts: Part) -> None:
        """Store parts and hint at them, as the router does."""
        await self.hub.store.commit([Put(PARTS, part) for part in parts])
        threads = [part.thread for part in parts]
        await self.hub.bus.publish([hint(SIM, threads, at=self.clock.now(), source="test")])

    async def sent(self, *parts: Part) -> list[Part]:
        """The rows, once none of them is open."""
        await self.queue(*parts)
        await until_stored(lambda: self._closed(parts))
        return [await self.row(part) for part in parts]

    async def _closed(self, parts: Sequence[Part]) -> bool:
        return not any([(await self.row(part)).open for part in parts])

    async def row(self, part: Part) -> Part:
        """A part as it stands."""
        found = await self.hub.store.get(PARTS, part.id)
        assert found is not None
        return found

    async def tried(self, part: Part) -> Part:
        """The row, once an attempt has ended and it waits for the next."""
        await until_stored(lambda: self._waits(part))
        return await self.row(part)

    async def _waits(self, part: Part) -> bool:
        row = await self.row(part)
        return row.attempt > 0 and row.state is Delivery.QUEUED

    async def channel(self) -> Channel:
        """The channel's document."""
        found = await self.hub.store.get(CHANNELS, SIM)
        assert found is not None
        return found

    async def log(self) -> Sequence[WebhookAttempt]:
        """The delivery log of the channel, the newest first."""
        page = await self.hub.store.find(
            WEBHOOK_ATTEMPTS,
            equal={"target": f"channel/{SIM}"},
            order="at",
            descending=True,
        )
        return page.items

    def texts(self, customer: str = "Anna") -> list[str]:
        """What the hub wrote, as the customer's phone shows it."""
        return [line["text"] for line in self.far_end.phone(customer) if line["from"] == "hub"]


@asynccontextmanager
async def open_shop(
    folder: Path, *, bus: Callable[[Bus], Bus] | None = None, public: bool = False
) -> AsyncIterator[Shop]:
    """A hub with its simulated webhook channel, which is at work."""
    clock = SystemClock()
    address: list[str] = []
    async with (
        open_embedded(folder, clock=clock) as hub,
        ClientSession() as http,
        asyncio.TaskGroup() as group,
    ):
        resources = make_resources(hub, clock, bus(hub.bus) if bus else hub.bus)
        if public:
            resources = replace(resources, public_url="https://hub.invalid")
        service = ConnectorsService(
            Registry({MANIFEST.channel_type: MANIFEST}),
            resources,
            simulators_base=lambda: address[0],
        )
        async with serving(service.routes()) as url:
            address.append(url)
            shop = Shop(hub, service, clock, http, url)
            tasks = [group.create_task(service.run())]
            tasks += [
                group.create_task(_collect(hub.bus, queue, shop.items)) for queue in _queues()
            ]
            try:
                await shop.live()
                yield shop
            finally:
                await end(*tasks)


def _queues() -> list[Queue]:
    partitions = [partition_queue(Partition(number)) for number in range(PARTITIONS)]
    return [*partitions, DEAD_QUEUE]


async def _collect(bus: Bus, queue: Queue, items: list[Envelope]) -> None:
    async with bus.consume(queue, prefetch=100) as waiting:
        while True:
            deliveries = await waiting.take(100)
            items.extend(delivery.envelope for delivery in deliveries)
            await waiting.ack(deliveries)
