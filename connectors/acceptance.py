"""Accepting a channel's events: parse each by itself, publish all, and only then say so.

Webhooks, pull loops and a connector's own pages share this path.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import structlog

from connectors.base import Completes, Connector, Parsed, RawEvent
from connectors.bugs import report_bug
from connectors.health import Health
from connectors.publications import (
    event_publication,
    quarantine,
    receipt_id,
    receipt_publication,
    typing_publication,
)
from shared.clock import Clock
from shared.collections import THREADS, thread_id
from shared.errors import BadPayload, Unavailable
from shared.ids import (
    ChannelId,
    ChannelType,
    Partition,
    partition_of,
    partition_of_slot,
    slot_for,
)
from shared.metrics import Metrics
from shared.model.content import Action
from shared.model.inbound import Inbound, InboundKind, Receipt
from shared.ports.blobs import Blobs
from shared.ports.bus import Bus, Publication
from shared.ports.store import Store

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Understood:
    """What some raw events said: what to publish, and the buttons to answer once it is."""

    publications: list[Publication] = field(default_factory=list)
    actions: list[Action] = field(default_factory=list)
    written_at: list[datetime] = field(default_factory=list)
    """When customers wrote, as the platform says."""

    def so_far(self) -> tuple[int, int, int]:
        """How much there is of each."""
        return len(self.publications), len(self.actions), len(self.written_at)

    def cut(self, publications: int, actions: int, written_at: int) -> None:
        """Forget what came after so much of each."""
        del self.publications[publications:], self.actions[actions:], self.written_at[written_at:]


class Acceptance:
    """One channel's way onto the bus."""

    def __init__(
        self,
        channel_id: ChannelId,
        channel_type: ChannelType,
        *,
        bus: Bus,
        store: Store,
        blobs: Blobs,
        clock: Clock,
        metrics: Metrics,
        health: Health,
    ) -> None:
        self._channel_id = channel_id
        self._channel_type = channel_type
        self._bus = bus
        self._store = store
        self._blobs = blobs
        self._clock = clock
        self._metrics = metrics
        self._health = health
        self._looked_at: tuple[Connector, Completes | None] | None = None
        self._unnoted: list[Understood] = []
        """What is on the bus and was not counted yet."""

    async def accept(self, parsed: Parsed) -> None:
        """Publish; returns once the bus has confirmed. Raises ``Unavailable``."""
        understood = Understood()
        await self._add(parsed, understood)
        await self._publish(understood)

    async def accept_raw(
        self, connector: Connector, events: Sequence[RawEvent]
    ) -> Sequence[Action]:
        """Parse and publish; returns the pressed buttons once the bus has confirmed.

        What cannot be parsed goes to quarantine with its bytes, and the others go on. Raises
        ``Unavailable``: none of it counts as received then.
        """
        understood = Understood()
        completes = self._completing(connector)
        for event in events:
            await self._understand(connector, completes, event, understood)
        await self._publish(understood)
        return understood.actions

    async def put_aside(self, body: bytes, reason: str) -> Sequence[Action]:
        """Put bytes that are no batch of events into quarantine; nothing was pressed. Raises
        ``Unavailable``."""
        letter = await self._quarantine(body, reason)
        await self._publish(Understood([letter]))
        return ()

    def _completing(self, connector: Connector) -> Completes | None:
        """The connector, if it completes its events; looked up once for each."""
        if self._looked_at is None or self._looked_at[0] is not connector:
            completes = connector if isinstance(connector, Completes) else None
            self._looked_at = (connector, completes)
        return self._looked_at[1]

    async def _understand(
        self,
        connector: Connector,
        completes: Completes | None,
        event: RawEvent,
        understood: Understood,
    ) -> None:
        before = understood.so_far()
        try:
            if completes is not None:
                event = await completes.complete(event)
            await self._add(connector.parse(event), understood)
        except Unavailable:
            raise
        except BadPayload as error:
            understood.cut(*before)
            understood.publications.append(await self._quarantine(event.body, str(error)))
        except Exception as error:  # noqa: BLE001 - a connector's bug must not stop its stream
            name = report_bug(self._metrics, "parse", error, channel_id=self._channel_id)
            understood.cut(*before)
            letter = await self._quarantine(event.body, f"a bug of the connector: {name}")
            understood.publications.append(letter)

    async def _add(self, parsed: Parsed, understood: Understood) -> None:
        now = self._clock.now()
        for event in parsed.inbound:
            inbound = self._ours(event)
            slot = slot_for(self._channel_id, inbound.thread.partition_key)
            understood.publications.append(
                await event_publication(inbound, slot, self._blobs, at=now)
            )
            if inbound.kind is InboundKind.MESSAGE:
                understood.written_at.append(inbound.occurred_at)
            action = inbound.pressed()
            if inbound.kind is InboundKind.ACTION and action is not None:
                understood.actions.append(action)
        for news in parsed.receipts:
            receipt = news.model_copy(update={"channel_id": self._channel_id})
            partition = await self._partition_of(receipt)
            understood.publications.append(
                receipt_publication(
                    receipt,
                    partition,
                    id=receipt_id(receipt),
                    at=now,
                    source=f"channel/{self._channel_id}",
                )
            )
        for thread, actor in parsed.typing:
            understood.publications.append(
                typing_publication(self._channel_type, self._channel_id, thread, actor, at=now)
            )

    def _ours(self, event: Inbound) -> Inbound:
        """The event as one of this channel, whatever its connector says; nearly all are."""
        if (event.channel_id, event.channel_type) == (self._channel_id, self._channel_type):
            return event
        ours = {"channel_id": self._channel_id, "channel_type": self._channel_type}
        return event.model_copy(update=ours)

    async def _partition_of(self, receipt: Receipt) -> Partition:
        for addressed in (receipt.part_id, receipt.message_id):
            if addressed is not None:
                try:
                    return partition_of(addressed)
                except ValueError:
                    pass  # a platform echoed something else: address it by its thread
        key: str = receipt.thread
        try:
            thread = await self._store.get(THREADS, thread_id(self._channel_id, receipt.thread))
        except Unavailable:
            thread = None  # the router forwards what comes to the wrong partition
        if thread is not None:
            key = thread.slot_key
        return partition_of_slot(slot_for(self._channel_id, key))

    async def _quarantine(self, body: bytes, reason: str) -> Publication:
        self._metrics.count("hub_quarantined_total", channel=self._channel_id)
        self._health.failed(f"quarantined: {reason}")
        log.warning("intake.quarantined", channel_id=self._channel_id, reason=reason)
        return await quarantine(
            self._channel_id, body, reason, at=self._clock.now(), blobs=self._blobs
        )

    async def _publish(self, understood: Understood) -> None:
        if understood.publications:
            await self._bus.publish(understood.publications)
            self._note(understood)

    def _note(self, understood: Understood) -> None:
        """Count it at the end of this turn of the loop, with whatever else was confirmed in it."""
        if not self._unnoted:
            asyncio.get_running_loop().call_soon(self._note_all)
        self._unnoted.append(understood)

    def _note_all(self) -> None:
        unnoted, self._unnoted = self._unnoted, []
        kinds: dict[str, int] = {}
        written_at: list[datetime] = []
        for understood in unnoted:
            for publication in understood.publications:
                kind = publication.envelope.kind
                kinds[kind] = kinds.get(kind, 0) + 1
            if understood.written_at:
                written_at.append(max(understood.written_at))
        for kind, number in kinds.items():
            self._metrics.count("hub_inbound_total", number, channel=self._channel_id, kind=kind)
        self._health.came_in(sum(kinds.values()), written_at)
