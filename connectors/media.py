"""Incoming files: the message is shown at once, its files follow.

Under the lease ``media/<channel>`` one process fetches what messages of the channel are waiting
for. Its place in the event log is stored behind the oldest file that is not dealt with, so that a
crash forgets none; what was fetched twice is one event, by its key.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from random import Random
from typing import Final

import structlog

from connectors.base import FetchesMedia
from connectors.bugs import report_bug
from connectors.download import download
from connectors.publications import inbound_publication
from shared.clock import Clock
from shared.collections import CURSORS, EVENT_LOG, MESSAGES
from shared.delivery.pace import backoff_s
from shared.envelope import Envelope
from shared.errors import Conflict, SendError, Unavailable
from shared.eventlog import EventLog, decode_positions, encode_positions, seq_of
from shared.events import MessageAdded, MessageChanged
from shared.ids import PARTITIONS, EventKey, ExternalId, MessageId, Partition, slot_of
from shared.leases import Leases
from shared.metrics import Metrics
from shared.model.channel import Channel
from shared.model.content import Attachment, FetchState
from shared.model.inbound import Inbound, InboundKind, Origin, ThreadRef
from shared.model.message import Message
from shared.model.records import Cursor, Lease
from shared.ports.blobs import Blobs
from shared.ports.bus import Bus
from shared.ports.store import Put, Store
from shared.tenure import LostLease

log = structlog.get_logger(__name__)

_AT_ONCE: Final = 4
_ATTEMPTS: Final = 8
_STORE_EVERY_S: Final = 5.0
_REMEMBER: Final = 10_000
_PAGE: Final = 500

Key = tuple[MessageId, str]


@dataclass(frozen=True, slots=True)
class MediaPorts:
    """What every media fetcher stands on."""

    bus: Bus
    store: Store
    blobs: Blobs
    clock: Clock
    metrics: Metrics
    random: Random
    max_bytes: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """One file that a message waits for, and where in the log that was said."""

    message: Message
    thread: ExternalId
    attachment: Attachment
    partition: Partition
    seq: int

    @property
    def key(self) -> Key:
        """What tells it from other files."""
        return self.message.id, self.attachment.id


class MediaFetcher:
    """Fetches the files of one channel while its lease is held."""

    def __init__(self, channel: Channel, fetcher: FetchesMedia, ports: MediaPorts) -> None:
        self._channel = channel
        self._fetcher = fetcher
        self._ports = ports
        self._clock = ports.clock
        self._holding = False
        self._wanted: asyncio.Queue[Wanted] = asyncio.Queue()
        self._open: dict[Key, Wanted] = {}
        self._done: OrderedDict[Key, None] = OrderedDict()
        self._seen: dict[Partition, int] = {}

    def offer(self, envelope: Envelope) -> None:
        """An event of this channel's messages; quick. Without the lease it is not ours."""
        if self._holding:
            self._note(envelope)

    def passed(self, positions: Mapping[Partition, int]) -> None:
        """All events up to these positions were offered, if they concern this channel."""
        if self._holding:
            for partition, seq in positions.items():
                self._seen[partition] = max(self._seen.get(partition, 0), seq)

    async def run(self, lease: Lease) -> None:
        """Fetch for ever. Raises ``LostLease``, ``Unavailable``."""
        self._wanted, self._open = asyncio.Queue(), {}
        self._seen = await self._start()
        self._holding = True
        try:
            async with asyncio.TaskGroup() as group:
                await self._catch_up()
                for _ in range(_AT_ONCE):
                    group.create_task(self._work())
                group.create_task(self._keep_place(lease))
        finally:
            self._holding = False

    async def _start(self) -> dict[Partition, int]:
        stored = await self._ports.store.get(CURSORS, self._cursor_id)
        if stored is not None:
            return decode_positions(stored.value)
        # A new channel: nothing before it can be about it.
        starts = {}
        for number in range(PARTITIONS):
            starts[Partition(number)] = await self._before_channel(Partition(number))
        return starts

    async def _before_channel(self, partition: Partition) -> int:
        cursor = None
        while True:
            page = await self._ports.store.find(
                EVENT_LOG,
                equal={"partition": partition},
                order="seq",
                descending=True,
                cursor=cursor,
                limit=_PAGE,
            )
            for entry in page.items:
                if entry.at < self._channel.created_at:
                    return entry.seq
            cursor = page.next
            if cursor is None:
                return 0

    async def _catch_up(self) -> None:
        """What was said while nobody held the lease; what comes meanwhile is offered as well."""
        events = EventLog(self._ports.store, self._ports.bus)
        # Taken before the first read: what is offered meanwhile moves the positions on.
        starts = dict(self._seen)
        for number in range(PARTITIONS):
            partition = Partition(number)
            at = starts.get(partition, 0)
            while found := await events.between(partition, at):
                for envelope in found:
                    self._note(envelope)
                at = seq_of(found[-1]) or at
            self._seen[partition] = max(self._seen.get(partition, 0), at)

    def _note(self, envelope: Envelope) -> None:
        for wanted in _wanted_by(envelope, self._channel):
            if wanted.key not in self._open and wanted.key not in self._done:
                self._open[wanted.key] = wanted
                self._wanted.put_nowait(wanted)

    async def _work(self) -> None:
        while True:
            wanted = await self._wanted.get()
            if await self._still_wanted(wanted):
                outcome = await self._fetch(wanted)
                await self._tell(wanted, outcome)
            self._open.pop(wanted.key, None)
            self._done[wanted.key] = None
            if len(self._done) > _REMEMBER:
                self._done.popitem(last=False)

    async def _still_wanted(self, wanted: Wanted) -> bool:
        stored = await self._ports.store.get(MESSAGES, wanted.message.id)
        return stored is not None and any(
            attachment.id == wanted.attachment.id and attachment.state is FetchState.PENDING
            for attachment in stored.content.attachments
        )

    async def _fetch(self, wanted: Wanted) -> Attachment:
        """The attachment in its final state, after as many attempts as it takes."""
        reason = ""
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                return await download(
                    wanted.attachment,
                    self._fetcher,
                    self._ports.blobs,
                    max_bytes=self._ports.max_bytes,
                )
            except (Unavailable, SendError, TimeoutError) as error:
                reason = str(error) or "the platform did not answer in time"
            except Exception as error:  # noqa: BLE001 - a connector's bug must not stop other files
                name = report_bug(
                    self._ports.metrics,
                    "fetch",
                    error,
                    channel_id=self._channel.id,
                    message_id=wanted.message.id,
                )
                reason = f"a bug of the connector: {name}"
                break
            await self._clock.sleep(backoff_s(attempt, self._ports.random))
        failed = {"state": FetchState.FAILED, "reason": reason}
        return wanted.attachment.model_copy(update=failed)

    async def _tell(self, wanted: Wanted, outcome: Attachment) -> None:
        now = self._clock.now()
        message = wanted.message
        event = Inbound(
            channel_id=self._channel.id,
            channel_type=self._channel.type,
            event_key=EventKey(f"media/{message.id}/{outcome.id}/{outcome.state.value}"),
            kind=InboundKind.MEDIA,
            origin=Origin.SYSTEM,
            thread=ThreadRef(external_id=wanted.thread, partition_key=wanted.thread),
            media=outcome,
            target_message_id=message.id,
            occurred_at=now,
            received_at=now,
        )
        source = f"media/{self._channel.id}"
        publication = inbound_publication(event, slot_of(message.id), at=now, source=source)
        while True:
            try:
                await self._ports.bus.publish([publication])
                break
            except Unavailable as error:
                log.warning("media.bus_away", channel_id=self._channel.id, reason=str(error))
                await self._clock.sleep(1)
        self._ports.metrics.count(
            "hub_media_total", channel=self._channel.id, state=outcome.state.value
        )
        log.info("media.done", message_id=message.id, state=outcome.state.value)

    async def _keep_place(self, lease: Lease) -> None:
        written: dict[Partition, int] = {}
        while True:
            await self._clock.sleep(_STORE_EVERY_S)
            place = self._place()
            if place == written:
                continue
            document = Cursor(
                id=self._cursor_id, value=encode_positions(place), at=self._clock.now()
            )
            try:
                await self._ports.store.commit([Leases.fence(lease), Put(CURSORS, document)])
            except Conflict:
                raise LostLease(f"{lease.id} was taken over") from None
            except Unavailable:
                continue
            written = place

    def _place(self) -> dict[Partition, int]:
        """Everything up to here is dealt with."""
        place = dict(self._seen)
        for wanted in self._open.values():
            before = wanted.seq - 1
            place[wanted.partition] = min(place.get(wanted.partition, before), before)
        return place

    @property
    def _cursor_id(self) -> str:
        return f"media/{self._channel.id}"


def _wanted_by(envelope: Envelope, channel: Channel) -> Iterator[Wanted]:
    """The files that a message event of this channel says are not there yet."""
    if envelope.kind not in {MessageAdded.kind, MessageChanged.kind}:
        return
    raw = envelope.payload.get("message")
    if not isinstance(raw, dict) or raw.get("channel_id") != channel.id:
        return
    if not (raw.get("content") or {}).get("attachments"):
        return  # most messages have none: not worth a model
    pending = FetchState.PENDING
    try:
        message = Message.model_validate(raw)
    except ValueError:
        log.warning("media.unreadable_event", event_id=envelope.id)
        return
    conversation = envelope.payload.get("conversation") or {}
    thread = ExternalId(str(conversation.get("thread") or message.conversation_id))
    for attachment in message.content.attachments:
        if attachment.state is pending and attachment.blob_id is None:
            yield Wanted(
                message,
                thread,
                attachment,
                envelope.partition or Partition(0),
                seq_of(envelope) or 0,
            )
