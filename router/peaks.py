"""Watching for peaks: a state in the book that begins and ends by what is counted."""

from datetime import datetime, timedelta

import structlog

from router.work import SOURCE
from shared.clock import Clock
from shared.collections import HOUR_COUNTS, PEAK_STATE, PEAKS, SETTINGS
from shared.envelope import Envelope
from shared.errors import Conflict
from shared.events import Event, PeakChanged, SettingsChanged, routing_key
from shared.ids import PARTITIONS, new_id
from shared.model.peak import PeakSpec, PeakState
from shared.payload import Payload
from shared.policies.book import EDITION
from shared.policies.shelf import Shelf
from shared.ports.bus import Bus, Exchange, Publication
from shared.ports.store import ABSENT, Increment, Put, Range, Store
from shared.rules.peaks import Look, days_before, hour_of, look

log = structlog.get_logger(__name__)

STATE: str = "now"
_HOUR = timedelta(hours=1)
_SECOND = timedelta(seconds=1)


class PeakWatch:
    """Looks at the present hour beside those of the four weeks before."""

    def __init__(self, bus: Bus, store: Store, clock: Clock, shelf: Shelf) -> None:
        self._bus = bus
        self._store = store
        self._clock = clock
        self._shelf = shelf
        self._counts: dict[datetime, int] = {}
        """Of hours that are over: they change no more."""
        self._read_for: datetime | None = None
        self._first: datetime | None = None

    async def look(self) -> None:
        """Begin or end the peak, if it is time. Raises ``Unavailable``."""
        state = await self._store.get(PEAK_STATE, STATE)
        was_on = state is not None and state.on
        spec = next((one for one in self._shelf.book.all(PEAKS) if one.enabled), None)
        now = self._clock.now()
        if spec is None:
            seen = Look(on=False, messages=0, mean=None, hour=hour_of(now))
        else:
            seen = await self._seen(spec, now, was_on=was_on)
        if seen.on is not was_on:
            await self._change(state, seen, now)

    async def _seen(self, spec: PeakSpec, now: datetime, *, was_on: bool) -> Look:
        hour = hour_of(now)
        if self._read_for != hour:
            first = await self._store.find(HOUR_COUNTS, equal={}, order="hour", limit=1)
            self._first = first.items[0].hour if first.items else None
            wanted = [hour - _HOUR, *days_before(hour), *days_before(hour - _HOUR)]
            self._counts = {one: await self._count(one) for one in wanted}
            self._read_for = hour
        counts = self._counts | {hour: await self._count(hour)}
        return look(spec, counts, self._first, now, was_on=was_on)

    async def _count(self, hour: datetime) -> int:
        page = await self._store.find(
            HOUR_COUNTS,
            equal={},
            range=Range("hour", gt=hour - _SECOND, lt=hour + _SECOND),
            order="hour",
            limit=PARTITIONS,
        )
        return sum(row.messages for row in page.items)

    async def _change(self, before: PeakState | None, seen: Look, now: datetime) -> None:
        state = PeakState(
            id=STATE,
            on=seen.on,
            since=now,
            messages=seen.messages,
            mean=seen.mean,
            hour=seen.hour,
            created_at=before.created_at if before is not None else now,
            updated_at=now,
            version=before.version + 1 if before is not None else 1,
        )
        expect = {"version": before.version} if before is not None else ABSENT
        edition = Increment(SETTINGS, EDITION, {"version": 1}, on_insert={"value": None})
        try:
            await self._store.commit([Put(PEAK_STATE, state, expect=expect), edition])
        except Conflict:
            return  # another router was first
        log.info("peak.changed", on=state.on, messages=state.messages, mean=state.mean)
        changed = SettingsChanged(collection=PEAK_STATE.name, id=STATE)
        told = PeakChanged(on=state.on, messages=state.messages, mean=state.mean)
        await self._bus.publish([_told(event, now) for event in (changed, told)])


def _told(event: Event, at: datetime) -> Publication:
    id = new_id("e")
    envelope = Envelope(
        id=id, kind=event.kind, at=at, source=SOURCE, trace_id=id, payload=Payload.of(event)
    )
    return Publication(Exchange.EVENTS, routing_key(event.kind), envelope)
