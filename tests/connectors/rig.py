"""The connectors service on a real bus and store, with a made-up platform at the far end."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from aiohttp import ClientSession, web
from pydantic import SecretStr

from connectors.broken import channel_changed
from connectors.configuration import close_settings
from connectors.live import LiveChannel
from connectors.registry import Registry
from connectors.resources import Resources
from connectors.service import ConnectorsService
from connectors.simulator import SimulatorContext
from shared.clock import Clock, SystemClock
from shared.collections import CHANNELS, PARTS
from shared.envelope import Envelope
from shared.hints import hint
from shared.ids import (
    PARTITIONS,
    ChannelId,
    ChannelType,
    ConversationId,
    ExternalId,
    PartId,
    Partition,
    new_conversation_id,
    new_message_id,
    part_id,
    slot_for,
)
from shared.leases import Leases
from shared.listening import listening
from shared.metrics import Metrics
from shared.model.channel import Channel
from shared.model.content import Content
from shared.model.delivery import Delivery, Part
from shared.ports.bus import Bus, Queue
from shared.ports.store import Change, Put, Store
from shared.sealing import Seal
from shared.topology import DEAD_QUEUE, partition_queue
from tests.contracts.connectors.sample.manifest import MANIFEST
from tests.contracts.connectors.sample.simulator import SampleSimulator, sign
from tests.support.stores import Embedded, open_embedded

SHOP = ChannelId("shop")
SAMPLE = ChannelType("sample")
LIMIT_S = 20.0


async def until(condition: Callable[[], object], limit_s: float = LIMIT_S) -> None:
    """Wait until the condition holds. Fails after the limit."""
    async with asyncio.timeout(limit_s):
        while not condition():  # noqa: ASYNC110 - what is waited for has no event of its own
            await asyncio.sleep(0.005)


async def until_stored(look: Callable[[], Awaitable[object]], limit_s: float = LIMIT_S) -> None:
    """Wait until looking into the store gives something true. Fails after the limit."""
    async with asyncio.timeout(limit_s):
        while not await look():  # noqa: ASYNC110 - the store does not tell of its changes
            await asyncio.sleep(0.01)


@dataclass
class Rig:
    """Everything that a test of the connectors needs."""

    hub: Embedded
    clock: Clock
    resources: Resources
    service: ConnectorsService
    simulator: SampleSimulator
    http: ClientSession
    url: str
    items: list[Envelope] = field(default_factory=list)
    """What came onto the partition queues and the dead letters, in order of arrival."""
    orders: dict[str, int] = field(default_factory=dict)

    def of_kind(self, kind: str) -> list[Envelope]:
        """The collected items of one kind."""
        return [item for item in self.items if item.kind == kind]

    def states(self) -> list[tuple[int, str]]:
        """(index, state) of the receipts, in order."""
        return [(r.payload["index"], r.payload["state"]) for r in self.of_kind("receipt")]

    def sent(self) -> list[str]:
        """The texts that arrived on the platform."""
        return [str(message["text"]) for message in self.simulator.received]

    async def add_channel(
        self, id: ChannelId = SHOP, *, mode: str = "webhook", **changed: Any
    ) -> Channel:
        """A channel that talks to the simulator."""
        values = {**self.simulator.settings(), "mode": mode, "api_base": self.simulator.base}
        settings, sealed = close_settings(values, MANIFEST, self.resources.seal)
        now = self.clock.now()
        channel = Channel(
            id=id,
            type=SAMPLE,
            name="Shop",
            settings=settings,
            sealed=sealed,
            created_at=now,
            updated_at=now,
        ).model_copy(update=changed)
        await self.put_channel(channel)
        return channel

    async def put_channel(self, channel: Channel) -> None:
        """Store a channel and tell of it."""
        await self.hub.store.commit([Put(CHANNELS, channel)])
        await self.hub.bus.publish([channel_changed(channel, self.clock)])
        self.service.look_again()

    async def live(self, id: ChannelId = SHOP) -> LiveChannel:
        """The channel, once it is at work."""
        await until(lambda: self.service.live(id))
        found = self.service.live(id)
        assert found is not None
        return found

    async def hook(
        self, body: bytes, *, id: str = SHOP, headers: dict[str, str] | None = None
    ) -> tuple[int, dict[str, str]]:
        """Send a webhook; signed rightly unless headers are given. Returns status and headers."""
        from tests.contracts.connectors.sample.simulator import SIGNING_KEY

        signed = dict(sign(body, SIGNING_KEY)) if headers is None else headers
        async with self.http.post(f"{self.url}/hooks/{id}", data=body, headers=signed) as answer:
            return answer.status, dict(answer.headers)

    def message(self, thread: str, text: str, **changed: Any) -> Part:
        """An unplanned part as the router writes it."""
        slot = slot_for(SHOP, thread)
        message_id = new_message_id(slot)
        order = self.orders.get(thread, 0)
        self.orders[thread] = order + 1
        now = self.clock.now()
        part = Part(
            id=part_id(message_id, 0),
            channel_id=SHOP,
            thread=ExternalId(thread),
            conversation_id=ConversationId(new_conversation_id(slot)),
            message_id=message_id,
            order=order,
            content=Content(text=text),
            due_at=now,
            deadline_at=now + timedelta(hours=24),
            created_at=now,
            changed_at=now,
        )
        return part.model_copy(update=changed)

    async def queue(self, *parts: Part) -> None:
        """Store parts and hint at them, as the router does."""
        changes: list[Change] = [Put(PARTS, part) for part in parts]
        await self.hub.store.commit(changes)
        threads = [part.thread for part in parts]
        await self.hub.bus.publish([hint(SHOP, threads, at=self.clock.now(), source="test")])

    async def is_sending(self, part: Part) -> bool:
        """Whether an attempt to send it is recorded."""
        return (await self.part(part.id)).state is Delivery.SENDING

    async def is_told(self, part: Part) -> bool:
        """Whether the router was told of its last change."""
        return not (await self.part(part.id)).unreported

    async def part(self, id: PartId) -> Part:
        """A row as it stands."""
        row = await self.hub.store.get(PARTS, id)
        assert row is not None
        return row

    async def settled(self, *parts: Part) -> list[Delivery]:
        """The states of these parts, once none of them is open."""
        async with asyncio.timeout(LIMIT_S):
            while True:
                rows = [await self.part(part.id) for part in parts]
                if not any(row.open for row in rows):
                    return [row.state for row in rows]
                await asyncio.sleep(0.01)


@asynccontextmanager
async def rig(
    folder: Path,
    *,
    clock: Clock | None = None,
    bus: Callable[[Bus], Bus] | None = None,
    store: Callable[[Store], Store] | None = None,
    collect: bool = True,
    simulators: bool = False,
    registry: Registry | None = None,
    public_url: str | None = None,
    body_limit_bytes: int = 64 * 1024,
) -> AsyncIterator[Rig]:
    """The service, running. ``bus`` and ``store`` may stand something between it and the real
    ones."""
    used = clock or SystemClock()
    async with (
        open_embedded(folder, clock=used) as hub,
        simulated(used) as simulator,
        ClientSession() as http,
        asyncio.TaskGroup() as group,
    ):
        resources = make_resources(hub, used, bus(hub.bus) if bus else hub.bus)
        resources = replace(resources, public_url=public_url, body_limit_bytes=body_limit_bytes)
        if store is not None:
            resources = replace(resources, store=store(hub.store))
        service = ConnectorsService(
            registry or Registry({SAMPLE: MANIFEST}),
            resources,
            simulators_base=(lambda: "http://127.0.0.1:1") if simulators else None,
        )
        async with serving(service.routes()) as url:
            made = Rig(hub, used, resources, service, simulator, http, url)
            tasks = [group.create_task(service.run())]
            if collect:
                tasks += [
                    group.create_task(_collect(hub.bus, queue, made.items)) for queue in _queues()
                ]
            try:
                yield made
            finally:
                await end(*tasks)


def make_resources(hub: Embedded, clock: Clock, bus: Bus | None = None) -> Resources:
    """What the service stands on."""
    return Resources(
        bus=bus or hub.bus,
        store=hub.store,
        blobs=hub.blobs,
        clock=clock,
        leases=Leases(hub.store, clock, "test", exclusive=True),
        seal=Seal(SecretStr("a key of the test")),
        metrics=Metrics(),
        body_limit_bytes=64 * 1024,
        media_limit_bytes=1024 * 1024,
        random=Random(7),
    )


async def end(*tasks: "asyncio.Task[None]") -> None:
    """Cancel them and wait until they have ended."""
    for task in tasks:
        task.cancel()
    if tasks:
        await asyncio.wait(tasks, timeout=LIMIT_S)


@asynccontextmanager
async def simulated(clock: Clock) -> AsyncIterator[SampleSimulator]:
    """The far end of the platform."""
    async with ClientSession() as http:
        context = SimulatorContext(SHOP, None, http, clock, lambda _customer: None)
        simulator = SampleSimulator(context)
        await simulator.start()
        try:
            yield simulator
        finally:
            await simulator.close()


@asynccontextmanager
async def serving(routes: Sequence[web.RouteDef]) -> AsyncIterator[str]:
    """These routes on a free port."""
    app = web.Application()
    app.add_routes(routes)
    async with listening(app, "127.0.0.1", 0, under_way_s=0.2) as url:
        yield url


def _queues() -> list[Queue]:
    return [*(partition_queue(Partition(n)) for n in range(PARTITIONS)), DEAD_QUEUE]


async def _collect(bus: Bus, queue: Queue, items: list[Envelope]) -> None:
    async with bus.consume(queue, prefetch=100) as subscription:
        while True:
            deliveries = await subscription.take(100)
            items.extend(delivery.envelope for delivery in deliveries)
            await subscription.ack(deliveries)


def at(moment: datetime, seconds: float) -> datetime:
    """So many seconds later."""
    return moment + timedelta(seconds=seconds)
