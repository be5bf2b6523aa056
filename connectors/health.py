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
        self._written = ChannelHealth(id=channel_id)
        self._news: dict[str, datetime | str] = {}

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
        stored = await store.get(CHANNEL_HEALTH, self._written.id)
        if stored is not None:
            self._written = stored

    async def write(self, store: Store) -> None:
        """Store the notes if there are new ones. Raises ``Unavailable``."""
        news = dict(self._news)
        if news:
            now = self._written.model_copy(update=news)
            await store.commit([Put(CHANNEL_HEALTH, now)])
            self._written = now
            if self._news == news:  # else it is written with what came meanwhile
                self._news = {}

    def _set(self, **values: datetime | str) -> None:
        self._news |= values
