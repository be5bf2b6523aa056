"""Following the events: the bus wakes quickly, the log is the truth.

A follower sees the events of every partition in order and without gaps, whatever the bus
dropped. Its place is one position per partition, the seq of the last event it has seen.
"""

import asyncio
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Mapping, Sequence
from typing import Final

import structlog
from pydantic_core import to_json

from shared.collections import EVENT_LOG
from shared.envelope import Envelope
from shared.errors import BadRequest, Unavailable
from shared.ids import PARTITIONS, Partition
from shared.ports.bus import Bus, Delivery, Subscription
from shared.ports.store import Range, Store
from shared.topology import events_queue

log = structlog.get_logger(__name__)

Positions = Mapping[Partition, int]

_ALL: Final = tuple(Partition(number) for number in range(PARTITIONS))
_PAGE: Final = 500
_TAKE: Final = 500
_RETRY_S: Final = 0.5


def encode_positions(positions: Positions) -> str:
    """An opaque cursor."""
    text = to_json([positions.get(partition, 0) for partition in _ALL])
    return urlsafe_b64encode(text).decode().rstrip("=")


def decode_positions(cursor: str) -> dict[Partition, int]:
    """The positions of a cursor. Raises ``BadRequest`` when it is none of ours."""
    try:
        values = json.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if len(values) != PARTITIONS or not all(type(value) is int for value in values):
            raise ValueError(cursor)
    except (ValueError, TypeError, RecursionError):
        raise BadRequest("this cursor is not one of ours", field="cursor") from None
    return {Partition(n): value for n, value in enumerate(values)}


class EventLog:
    """The log of events, and following it from a position on."""

    def __init__(self, store: Store, bus: Bus, *, quiet_s: float = 2.0) -> None:
        self._store = store
        self._bus = bus
        self._quiet_s = quiet_s
        """So often the log itself is looked at, whatever the bus told meanwhile."""

    async def heads(self) -> dict[Partition, int]:
        """The position after the newest event of each partition. Raises ``Unavailable``."""
        heads = {}
        for number in range(PARTITIONS):
            page = await self._store.find(
                EVENT_LOG, equal={"partition": number}, order="seq", descending=True, limit=1
            )
            heads[Partition(number)] = page.items[0].seq if page.items else 0
        return heads

    async def tails(self) -> dict[Partition, int]:
        """The seq of the oldest event still kept of each partition; 0 when there is none."""
        tails = {}
        for number in range(PARTITIONS):
            page = await self._store.find(
                EVENT_LOG, equal={"partition": number}, order="seq", limit=1
            )
            tails[Partition(number)] = page.items[0].seq if page.items else 0
        return tails

    async def between(
        self, partition: Partition, after: int, before: int | None = None
    ) -> Sequence[Envelope]:
        """Up to 500 events of a partition after one position (and before another), in order."""
        page = await self._store.find(
            EVENT_LOG,
            equal={"partition": partition},
            range=Range("seq", gt=after, lt=before),
            order="seq",
            limit=_PAGE,
        )
        return [Envelope.from_text(entry.envelope) for entry in page.items]

    async def follow(
        self, reader: str, positions: Positions
    ) -> AsyncGenerator[Sequence[Envelope], None]:
        """Every event after the positions, in order per partition, for ever; transient ones as they
        come. As many at a time as are there, at least one.

        Rides out outages of bus and store. ``reader`` names the follower's own queue.
        """
        at = dict(positions)
        while True:
            try:
                async with self._bus.consume(events_queue(reader), prefetch=1000) as queue:
                    async for events in self._read(queue, at):
                        yield events
            except Unavailable as error:
                log.warning("events.away", reader=reader, reason=str(error))
                await asyncio.sleep(_RETRY_S)

    async def _read(
        self, queue: Subscription, at: dict[Partition, int]
    ) -> AsyncIterator[Sequence[Envelope]]:
        async for events in self._catch_up(at, _ALL):
            yield events
        loop = asyncio.get_running_loop()
        looked_at = loop.time()
        before = dict(at)
        while True:
            deliveries: Sequence[Delivery] = ()
            try:
                async with asyncio.timeout(self._quiet_s):
                    deliveries = await queue.take(_TAKE)
            except TimeoutError:
                pass
            if deliveries:
                async for events in self._in_order([one.envelope for one in deliveries], at):
                    yield events
                await queue.ack(deliveries)
            # Also while others are busy: a partition whose last wake-up was lost stays silent.
            if loop.time() - looked_at >= self._quiet_s:
                silent = [number for number in _ALL if at.get(number) == before.get(number)]
                async for events in self._catch_up(at, silent):
                    yield events
                looked_at, before = loop.time(), dict(at)

    async def _catch_up(
        self, at: dict[Partition, int], partitions: Iterable[Partition]
    ) -> AsyncIterator[Sequence[Envelope]]:
        for partition in partitions:
            while events := await self.between(partition, at.get(partition, 0)):
                at[partition] = seq_of(events[-1]) or 0
                yield events

    async def _in_order(
        self, envelopes: Sequence[Envelope], at: dict[Partition, int]
    ) -> AsyncIterator[Sequence[Envelope]]:
        ready: list[Envelope] = []
        for envelope in envelopes:
            seq, partition = seq_of(envelope), envelope.partition
            if seq is None or partition is None:
                ready.append(envelope)
                continue
            known = at.get(partition, 0)
            if seq <= known:
                continue
            if seq > known + 1:
                # The log may be away: what counts as seen must have been handed on before.
                if ready:
                    yield ready
                    ready = []
                while missed := await self.between(partition, at.get(partition, 0), seq):
                    at[partition] = seq_of(missed[-1]) or 0
                    yield missed
            at[partition] = seq
            ready.append(envelope)
        if ready:
            yield ready


def seq_of(envelope: Envelope) -> int | None:
    """Where an event stands in its partition's log; None for a transient one."""
    if envelope.seq is not None:
        return envelope.seq
    seq = envelope.payload.get("seq")
    return seq if isinstance(seq, int) else None
