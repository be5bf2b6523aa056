"""Who is there: read from what the inboxes write, and told to everybody when it changes."""

from datetime import datetime, timedelta
from typing import Final

from router.assigner.floor import Floor
from router.assigner.snapshot import Reader
from router.work import SOURCE
from shared.envelope import Envelope
from shared.errors import Unavailable
from shared.events import Event, PresenceChanged, SettingsChanged, routing_key
from shared.ids import new_id
from shared.payload import Payload
from shared.ports.bus import Bus, Exchange, Publication

_READ_EVERY: Final = timedelta(seconds=2)


class Attendances:
    """Reads presences every two seconds, and at once when an inbox says that one changed."""

    def __init__(self, bus: Bus, reader: Reader) -> None:
        self._bus = bus
        self._reader = reader
        self._read_at: datetime | None = None
        self._first = True
        self.changed = True
        """An inbox has written something."""

    async def look(self, floor: Floor) -> None:
        """Let the floor know who is there; tell what changed. Raises ``Unavailable``."""
        since = None if self._read_at is None else floor.now - self._read_at
        if not self.changed and since is not None and timedelta(0) <= since < _READ_EVERY:
            return
        self.changed = False
        try:
            chosen, rows = await self._reader.chosen(), await self._reader.attendances()
        except Unavailable:
            self.changed = True
            raise
        self._read_at = floor.now
        changed = floor.attend(chosen, rows)
        # What the assigner before has told is not told again.
        if not self._first:
            for standing in changed:
                await self._tell(PresenceChanged(standing=standing), floor.now)
        self._first = False

    async def tell_changed(self, collection: str, now: datetime) -> None:
        """A collection is to be looked at again. Raises ``Unavailable``."""
        await self._tell(SettingsChanged(collection=collection, id=""), now)

    async def _tell(self, event: Event, now: datetime) -> None:
        id = new_id("e")
        envelope = Envelope(
            id=id, kind=event.kind, at=now, source=SOURCE, trace_id=id, payload=Payload.of(event)
        )
        await self._bus.publish([Publication(Exchange.EVENTS, routing_key(event.kind), envelope)])
