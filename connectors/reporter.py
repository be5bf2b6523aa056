"""Telling the router what became of the parts, in order, and noting that it was told."""

import asyncio

import structlog

from connectors.publications import dead_letter_publication, receipt_publication
from connectors.rows import PartRows
from shared.clock import Clock
from shared.errors import Unavailable
from shared.ids import ChannelId, ExternalId, partition_of
from shared.model.delivery import Delivery, Part
from shared.model.inbound import Receipt
from shared.model.records import DeadLetter
from shared.ports.bus import Bus, Publication

log = structlog.get_logger(__name__)

_BATCH = 100
_AGAIN_S = 0.5


class Reporter:
    """The receipts of one channel's dispatcher. A crash repeats some; their ids stay the same."""

    def __init__(self, bus: Bus, rows: PartRows, clock: Clock, channel_id: ChannelId) -> None:
        self._bus = bus
        self._rows = rows
        self._clock = clock
        self._channel_id = channel_id
        self._waiting: asyncio.Queue[tuple[Part, Publication]] = asyncio.Queue()

    def report(self, part: Part, *, renamed_from: ExternalId | None = None) -> None:
        """Tell of the part's present state soon; it is stored as unreported until then.

        ``renamed_from``: the part's thread had this name until the platform renamed it.
        """
        receipt = Receipt(
            channel_id=part.channel_id,
            thread=renamed_from or part.thread,
            state=part.state,
            part_id=part.id,
            message_id=part.message_id,
            index=part.index,
            total=part.total if part.planned else None,
            external_ids=part.external_ids,
            failure=part.failure,
            new_thread=part.thread if renamed_from else None,
            at=part.changed_at,
        )
        publication = receipt_publication(
            receipt,
            partition_of(part.conversation_id),
            id=f"{part.id}.{part.attempt}.{part.state.value}",
            at=self._clock.now(),
            source=f"dispatch/{self._channel_id}",
        )
        self._waiting.put_nowait((part, publication))

    def report_bug(self, part: Part, reason: str) -> None:
        """Put a dead letter beside the receipt of a part that failed by a bug."""
        letter = DeadLetter(
            id=f"send-{part.id}.{part.attempt}",
            source=f"dispatch/{self._channel_id}",
            reason=reason,
            channel_id=self._channel_id,
            conversation_id=part.conversation_id,
            at=self._clock.now(),
        )
        self._waiting.put_nowait((part, dead_letter_publication(letter)))

    async def run(self) -> None:
        """Publish for ever; rides out outages. Raises ``LostLease``."""
        while True:
            await self._tell_batch([await self._waiting.get()])

    async def tell_waiting(self) -> None:
        """Publish what was reported so far; for whoever does not ``run`` it."""
        while not self._waiting.empty():
            await self._tell_batch([self._waiting.get_nowait()])

    async def drained(self) -> None:
        """Wait until everything reported so far has been told."""
        await self._waiting.join()

    async def _tell_batch(self, batch: list[tuple[Part, Publication]]) -> None:
        while len(batch) < _BATCH and not self._waiting.empty():
            batch.append(self._waiting.get_nowait())
        await self._tell(batch)
        for _ in batch:
            self._waiting.task_done()

    async def _tell(self, batch: list[tuple[Part, Publication]]) -> None:
        parts = list({part.id: part for part, _ in batch}.values())
        while True:
            try:
                await self._bus.publish([publication for _, publication in batch])
                await self._rows.reported([p for p in parts if p.state is not Delivery.QUEUED])
            except Unavailable as error:
                log.warning("receipts.waiting", channel_id=self._channel_id, reason=str(error))
                await self._clock.sleep(_AGAIN_S)
            else:
                return
