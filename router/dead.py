"""The keeper of the dead letters: what lies in the dead queue becomes documents."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import structlog
from pydantic import ValidationError

from router.backoff import Backoff
from router.health import Troubles
from router.work import SOURCE
from shared.clock import Clock
from shared.collections import CHANNEL_HOURS, DEAD_LETTERS
from shared.envelope import Envelope
from shared.errors import BadPayload, Conflict, Unavailable
from shared.events import SettingsChanged, routing_key
from shared.model.records import DeadLetter, DeadLetterState, channel_hour_id
from shared.payload import Payload
from shared.ports.bus import Bus, Delivery, Exchange, Publication
from shared.ports.store import ABSENT, Change, Increment, Put, Store
from shared.topology import DEAD_QUEUE

log = structlog.get_logger(__name__)

_QUARANTINE: Final = "quarantine"
_DEAD_LETTER: Final = "dead_letter"
_BATCH: Final = 20


class DeadLetterKeeper:
    """Stores each dead letter once. One router at a time reads the queue."""

    def __init__(self, bus: Bus, store: Store, clock: Clock, troubles: Troubles) -> None:
        self._bus = bus
        self._store = store
        self._clock = clock
        self._troubles = troubles

    async def run(self) -> None:
        """For ever; rides out a store or bus that is away."""
        backoff = Backoff(self._clock)
        while True:
            try:
                async with self._bus.consume(DEAD_QUEUE, prefetch=_BATCH) as subscription:
                    while True:
                        deliveries = await subscription.take(_BATCH)
                        for delivery in deliveries:
                            await self._keep(delivery)
                        await subscription.ack(deliveries)
                        self._troubles.end("dead_letters")
                        backoff.reset()
            except Unavailable as error:
                self._troubles.begin("dead_letters", str(error))
                await backoff.wait()

    async def _keep(self, delivery: Delivery) -> None:
        letter = letter_of(delivery.envelope)
        while True:
            known = await self._store.get(DEAD_LETTERS, letter.id)
            if known is not None and not _is_news(known, letter):
                return
            try:
                await self._store.commit([_write(letter, known), *_counted(letter)])
            except Conflict:
                continue
            except BadPayload as error:
                # It cannot be stored at all; the log is all that is left of it.
                log.error("dead_letter.lost", id=letter.id, reason=str(error))  # noqa: TRY400 - the reason says it
                return
            break
        log.warning("dead_letter.kept", id=letter.id, source=letter.source, reason=letter.reason)
        await self._tell(letter)

    async def _tell(self, letter: DeadLetter) -> None:
        event = SettingsChanged(collection=DEAD_LETTERS.name, id=letter.id)
        envelope = Envelope(
            id=f"{letter.id}.kept",
            kind=event.kind,
            at=self._clock.now(),
            source=SOURCE,
            trace_id=letter.id,
            payload=Payload.of(event),
        )
        await self._bus.publish([Publication(Exchange.EVENTS, routing_key(event.kind), envelope)])


def letter_of(envelope: Envelope) -> DeadLetter:
    """The document of a dead letter; what has an unknown shape is kept whole."""
    try:
        if envelope.kind == _QUARANTINE:
            return DeadLetter.model_validate({**envelope.payload, "id": envelope.id})
        if envelope.kind == _DEAD_LETTER:
            return _of_item(envelope)
    except (ValidationError, KeyError, TypeError, AttributeError):
        pass
    return DeadLetter(
        id=envelope.id,
        source=envelope.source,
        reason=f"a dead letter of kind {envelope.kind!r:.60} that cannot be read",
        envelope=envelope.model_dump(mode="json"),
        at=envelope.at,
    )


def _of_item(letter: Envelope) -> DeadLetter:
    item: dict[str, Any] = letter.payload["envelope"]
    payload: dict[str, Any] = item.get("payload", {})
    queue: str = letter.payload["queue"]
    return DeadLetter.model_validate(
        {
            "id": letter.id,
            "source": f"router/{queue.rpartition('.')[2]}",
            "queue": queue,
            "reason": letter.payload["reason"],
            "channel_id": payload.get("channel_id"),
            "conversation_id": payload.get("conversation_id"),
            "envelope": item,
            "at": letter.payload["at"],
        }
    )


def _is_news(known: DeadLetter, letter: DeadLetter) -> bool:
    """A letter comes back only by failing again: later than before, and than it was dealt with."""
    if known.state is DeadLetterState.OPEN:
        return letter.at > known.at
    closed_at: datetime | None = known.closed_at
    return closed_at is None or letter.at > closed_at


def _counted(letter: DeadLetter) -> Sequence[Change]:
    """One more in its channel's hour, where the channel is known."""
    if letter.channel_id is None:
        return ()
    hour = letter.at.replace(minute=0, second=0, microsecond=0)
    row = {"channel_id": letter.channel_id, "hour": hour}
    id = channel_hour_id(letter.channel_id, hour)
    return (Increment(CHANNEL_HOURS, id, {"dead": 1}, on_insert=row),)


def _write(letter: DeadLetter, known: DeadLetter | None) -> Change:
    if known is None:
        return Put(DEAD_LETTERS, letter, expect=ABSENT)
    return Put(DEAD_LETTERS, letter, expect={"state": known.state})
