"""What a channel last did, for the people who look after it; written at most every few seconds."""

from datetime import datetime
from typing import Final

from shared.clock import Clock
from shared.collections import CHANNEL_HEALTH
from shared.ids import ChannelId
from shared.log import scrub_text
from shared.model.records import ChannelHealth
from shared.ports.store import Put, Store

WRITE_EVERY_S: Final = 5.0
_REASON_LENGTH: Final = 300


class Health:
    """Notes of one channel, kept in memory until ``write`` is called."""

    def __init__(self, channel_id: ChannelId, clock: Clock) -> None:
        self._clock = clock
        self._now = ChannelHealth(id=channel_id)
        self._written: ChannelHealth | None = None

    def came_in(self) -> None:
        """Something came from the platform and is on the bus."""
        self._set(last_in_at=self._clock.now())

    def went_out(self) -> None:
        """The platform took something."""
        self._set(last_out_at=self._clock.now())

    def failed(self, reason: str) -> None:
        """Something did not work."""
        text = scrub_text(reason)[:_REASON_LENGTH]
        self._set(last_error=text, last_error_at=self._clock.now())

    async def load(self, store: Store) -> None:
        """Go on from what is stored. Raises ``Unavailable``."""
        stored = await store.get(CHANNEL_HEALTH, self._now.id)
        if stored is not None:
            self._now = self._written = stored

    async def write(self, store: Store) -> None:
        """Store the notes if there are new ones. Raises ``Unavailable``."""
        if self._now is not self._written:
            now = self._now
            await store.commit([Put(CHANNEL_HEALTH, now)])
            self._written = now

    def _set(self, **values: datetime | str) -> None:
        self._now = self._now.model_copy(update=values)
