"""A router in a test: ports, published items, and what came of them."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic_core import from_json

from router.health import Troubles
from router.ledger import Ledger
from router.partition import PartitionTask
from router.policy import Policy
from shared.clock import ManualClock
from shared.collections import (
    CHANNEL_TYPES,
    CHANNELS,
    CONVERSATIONS,
    EVENT_LOG,
    LEASES,
    MESSAGES,
    OUTCOMES,
    PARTS,
    THREADS,
    thread_id,
)
from shared.commands import Command, publication
from shared.envelope import Envelope
from shared.ids import (
    PARTITIONS,
    ChannelId,
    ChannelType,
    CommandId,
    EventKey,
    ExternalId,
    MessageId,
    Partition,
    new_id,
    part_id,
    partition_of,
    partition_of_slot,
    slot_for,
)
from shared.leases import Leases
from shared.metrics import Metrics
from shared.model.channel import Capabilities, Channel, ChannelTypeInfo, MediaLimit
from shared.model.content import AttachmentKind, Content
from shared.model.conversation import Conversation
from shared.model.delivery import Delivery, Part
from shared.model.inbound import Inbound, InboundKind, Receipt, ThreadRef
from shared.model.message import Direction, Message
from shared.model.people import Actor, ActorKind, Participant
from shared.model.records import Lease, Outcome
from shared.partitions import lease_id
from shared.policies.book import POLICY_COLLECTIONS, book_of
from shared.ports.bus import Bus, Exchange, Publication
from shared.ports.store import Collection, Put, Store
from shared.topology import partition_key, partition_queue
from tests.support.stores import Embedded, open_embedded

CHANNEL = ChannelId("shop")
TYPE = ChannelType("telegram")
START = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
AGENT = Actor(kind=ActorKind.AGENT, id="anna", name="Anna")
BOT = Actor(kind=ActorKind.BOT, id="echo", name="Echo")
LIMIT_S = 30.0


def inbound(chat: str = "chat-1", key: str | None = None, **fields: Any) -> Inbound:
    """An inbound message of a customer, unless the fields say otherwise."""
    number = key or new_id("e")
    text = fields.pop("text", None)
    values: dict[str, Any] = {
        "channel_id": CHANNEL,
        "channel_type": TYPE,
        "event_key": EventKey(number),
        "kind": InboundKind.MESSAGE,
        "thread": ThreadRef(external_id=ExternalId(chat), partition_key=chat),
        "author": Participant(external_id=ExternalId(f"user-{chat}"), name="Boris"),
        "external_id": ExternalId(number),
        "content": Content(text=text or "hello"),
        "occurred_at": START,
        "received_at": START,
    }
    return Inbound.model_validate(values | fields)


def item_publication(item: Inbound, *, partition: Partition | None = None) -> Publication:
    """An inbound event on its way to its partition, as connectors publish it."""
    if partition is None:
        partition = partition_of_slot(slot_for(item.channel_id, item.thread.partition_key))
    envelope = Envelope(
        id=f"{item.channel_id}/{item.event_key}",
        kind="inbound",
        at=item.received_at,
        partition=partition,
        source=f"channel/{item.channel_id}",
        trace_id="t",
        payload=item.model_dump(mode="json"),
    )
    return Publication(Exchange.CONVERSATIONS, partition_key(partition), envelope)


def receipt_publication(receipt: Receipt, *, partition: Partition, id: str) -> Publication:
    """A receipt on its way to a partition."""
    envelope = Envelope(
        id=id,
        kind="receipt",
        at=receipt.at,
        partition=partition,
        source=f"dispatch/{receipt.channel_id}",
        trace_id="t",
        payload=receipt.model_dump(mode="json"),
    )
    return Publication(Exchange.CONVERSATIONS, partition_key(partition), envelope)


@dataclass
class World:
    """Ports, and partition tasks that run until everything published is handled."""

    bus: Bus
    store: Store
    clock: ManualClock
    embedded: Embedded
    policy: Policy = field(default_factory=Policy)

    def decree(self, collection: Collection[Any], *documents: Any) -> None:
        """Let these be the policy documents of one kind, beside those of the others."""
        kept = {kind.name: self.policy.book.all(kind) for kind in POLICY_COLLECTIONS}
        edition = self.policy.book.edition + 1
        self.policy.shelf.book = book_of(edition, kept | {collection.name: documents})

    async def tell(self, *items: Inbound) -> None:
        """Publish inbound events and let the router handle them."""
        await self.bus.publish([item_publication(item) for item in items])
        await self.settle()

    async def ask(self, command: Command, *, id: str | None = None) -> Outcome:
        """Publish a command and return its outcome."""
        command_id = CommandId(id or new_id("x"))
        publishing = publication(
            command, command_id, at=self.clock.now(), source="inbox", trace_id="t"
        )
        await self.bus.publish([publishing])
        await self.settle()
        outcome = await self.store.get(OUTCOMES, command_id)
        assert outcome is not None
        return outcome

    async def report(self, receipt: Receipt, *, partition: Partition | None = None) -> None:
        """Publish a receipt and let the router handle it."""
        if partition is None:
            named = receipt.part_id or receipt.message_id
            partition = (
                partition_of(named)
                if named
                else partition_of_slot(slot_for(receipt.channel_id, receipt.thread))
            )
        await self.bus.publish([receipt_publication(receipt, partition=partition, id=new_id("r"))])
        await self.settle()

    async def settle(self) -> None:
        """Run every partition in which something waits until nothing does."""
        while True:
            waiting = [number for number in range(PARTITIONS) if await self._waits(number)]
            if not waiting:
                return
            for number in waiting:
                await self.run_partition(Partition(number))

    async def _is_empty(self, partition: Partition) -> bool:
        return not await self._waits(partition)

    async def _waits(self, number: int) -> bool:
        depth = await self.bus.depth(partition_queue(Partition(number)))
        return depth.items > 0

    def leases(self, owner: str = "router-1") -> Leases:
        """The leases of a router."""
        return Leases(self.store, self.clock, owner)

    async def partition_task(
        self, partition: Partition, *, bus: Bus | None = None, store: Store | None = None
    ) -> PartitionTask:
        """A claimed partition, with ports that may be wrapped."""
        lease = await self.leases().claim(lease_id(partition))
        assert lease is not None
        troubles = Troubles()
        used_store, used_bus = store or self.store, bus or self.bus
        ledger = Ledger(used_store, self.clock, troubles, partition=partition, lease=lease)
        return PartitionTask(
            used_bus, used_store, self.clock, ledger, self.policy, troubles, Metrics()
        )

    async def run_partition(
        self, partition: Partition, *, bus: Bus | None = None, store: Store | None = None
    ) -> None:
        """Hold a partition until its queue is empty."""
        task = await self.partition_task(partition, bus=bus, store=store)
        async with asyncio.timeout(LIMIT_S), asyncio.TaskGroup() as group:
            group.create_task(task.run())
            await until(lambda: self._is_empty(partition))
            task.leave()

    async def conversation(self, thread: str = "chat-1") -> Conversation:
        """The latest conversation of a thread."""
        row = await self.store.get(THREADS, thread_id(CHANNEL, thread))
        assert row is not None
        if row.alias_of is not None:
            row = await self.store.get(THREADS, row.alias_of)
        assert row is not None
        assert row.conversation_id is not None
        conversation = await self.store.get(CONVERSATIONS, row.conversation_id)
        assert conversation is not None
        return conversation

    async def messages(self, thread: str = "chat-1") -> Sequence[Message]:
        """The messages of a thread's latest conversation, as the screen sorts them."""
        conversation = await self.conversation(thread)
        return await self.messages_of(conversation)

    async def messages_of(self, conversation: Conversation) -> Sequence[Message]:
        """The messages of a conversation, as the screen sorts them."""
        page = await self.store.find(
            MESSAGES, equal={"conversation_id": conversation.id}, order="sort", limit=500
        )
        return page.items

    async def texts(self, thread: str = "chat-1") -> list[str]:
        """What the messages say; a system line by its name in brackets."""
        return [said(message) for message in await self.messages(thread)]

    async def message(self, id: str) -> Message:
        """A message by its id."""
        found = await self.store.get(MESSAGES, MessageId(id))
        assert found is not None
        return found

    async def parts(self, message: Message) -> Sequence[Part]:
        """The part rows of a message."""
        page = await self.store.find(
            PARTS, equal={"message_id": message.id}, order="index", limit=100
        )
        return page.items

    async def events(self, partition: Partition) -> Sequence[Mapping[str, Any]]:
        """The envelopes in a partition's log."""
        page = await self.store.find(
            EVENT_LOG, equal={"partition": partition}, order="seq", limit=500
        )
        return [from_json(entry.envelope) for entry in page.items]

    async def lease(self, partition: Partition) -> Lease:
        """A partition's row."""
        row = await self.store.get(LEASES, lease_id(partition))
        assert row is not None
        return row


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    """Wait for something that tells nobody when it happens."""
    async with asyncio.timeout(LIMIT_S):
        while not await condition():  # noqa: ASYNC110 - there is no event to wait for
            await asyncio.sleep(0.002)


def said(message: Message) -> str:
    """What a message says, in a word."""
    if message.direction is Direction.SYSTEM and message.system:
        return f"[{message.system.name}]"
    return message.content.text


def sent(message: Message, *external_ids: str, index: int = 0, **fields: Any) -> Receipt:
    """A receipt that a part of the message was sent."""
    values: dict[str, Any] = {
        "channel_id": CHANNEL,
        "thread": ExternalId("chat-1"),
        "state": Delivery.SENT,
        "part_id": part_id(message.id, index),
        "message_id": message.id,
        "index": index,
        "external_ids": external_ids,
        "at": START,
    }
    return Receipt.model_validate(values | fields)


def capabilities(**fields: Any) -> Capabilities:
    """Abilities of a rich channel type."""
    values: dict[str, Any] = {
        "max_text": 4096,
        "reply": True,
        "edit": True,
        "delete": True,
        "reactions": True,
        "media": tuple(MediaLimit(kind=kind, max_bytes=10_000_000) for kind in AttachmentKind),
    }
    return Capabilities(**(values | fields))


async def add_channel(store: Store, able: Capabilities) -> None:
    """A channel of a type with these abilities."""
    info = ChannelTypeInfo(id=TYPE, title="Telegram", settings_schema={}, capabilities=able)
    channel = Channel(id=CHANNEL, type=TYPE, name="Shop", created_at=START, updated_at=START)
    await store.commit([Put(CHANNEL_TYPES, info), Put(CHANNELS, channel)])


@asynccontextmanager
async def a_world(folder: Path, **able: Any) -> AsyncIterator[World]:
    """An embedded hub with one channel and a clock that stands still."""
    clock = ManualClock(START)
    async with open_embedded(folder, clock=clock) as embedded:
        await add_channel(embedded.store, capabilities(**able))
        yield World(embedded.bus, embedded.store, clock, embedded)
