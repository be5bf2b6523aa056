"""Telling the router what became of the parts, in order, and noting that it was told."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from connectors.publications import dead_letter_publication, receipt_publication
from connectors.rows import PartRows
from connectors.waiting import signal_or_time
from shared.clock import Clock
from shared.errors import Unavailable
from shared.ids import ChannelId, ExternalId, PartId, partition_of
from shared.model.delivery import Delivery, Part
from shared.model.inbound import Receipt
from shared.model.records import DeadLetter
from shared.ports.bus import Bus, Publication

log = structlog.get_logger(__name__)

_BATCH = 100
_AGAIN_S = 0.5
_NOTE_AFTER_S = 1.0
_NOTE_FROM = 100


class Reporter:
    """The receipts of one channel's dispatcher. A crash repeats some; their ids stay the same."""

    def __init__(self, bus: Bus, rows: PartRows, clock: Clock, channel_id: ChannelId) -> None:
        self._bus = bus
        self._rows = rows
        self._clock = clock
        self._channel_id = channel_id
        self._waiting: asyncio.Queue[tuple[Part, Publication]] = asyncio.Queue()
        self._told: dict[PartId, Part] = {}
        """Not yet noted in the rows: that matters only to whoever goes on after a crash."""
        self._any_told = asyncio.Event()
        self._many_told = asyncio.Event()
        self._noting = asyncio.Lock()

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
        async with asyncio.TaskGroup() as group:
            group.create_task(self._keep_noting())
            while True:
                await self._tell_batch([await self._waiting.get()])

    async def tell_waiting(self) -> None:
        """Publish what was reported so far; for whoever does not ``run`` it."""
        while not self._waiting.empty():
            await self._tell_batch([self._waiting.get_nowait()])
        await self._note()

    async def drained(self) -> None:
        """Wait until everything reported so far has been told and noted."""
        await self._waiting.join()
        await self._note()

    async def _tell_batch(self, batch: list[tuple[Part, Publication]]) -> None:
        while len(batch) < _BATCH and not self._waiting.empty():
            batch.append(self._waiting.get_nowait())
        await self._until_available(
            lambda: self._bus.publish([publication for _, publication in batch])
        )
        self._told |= {part.id: part for part, _ in batch if part.state is not Delivery.QUEUED}
        if self._told:
            self._any_told.set()
        if len(self._told) >= _NOTE_FROM:
            self._many_told.set()
        for _ in batch:
            self._waiting.task_done()

    async def _keep_noting(self) -> None:
        while True:
            await self._any_told.wait()
            await signal_or_time(self._many_told, self._clock, _NOTE_AFTER_S)
            await self._note()

    async def _note(self) -> None:
        async with self._noting:
            told, self._told = list(self._told.values()), {}
            self._any_told.clear()
            if told:
                await self._until_available(lambda: self._rows.reported(told))

    async def _until_available(self, act: Callable[[], Awaitable[None]]) -> None:
        while True:
            try:
                await act()
            except Unavailable as error:
                log.warning("receipts.waiting", channel_id=self._channel_id, reason=str(error))
                await self._clock.sleep(_AGAIN_S)
            else:
                return
