"""What a channel last did and how much, for the people who look after it.

Kept in memory and written every few seconds. Several processes may serve a channel: each sets only
what it saw itself, and counts are added up in the store.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Literal

from shared.clock import Clock
from shared.collections import CHANNEL_HEALTH, CHANNEL_HOURS
from shared.errors import Conflict
from shared.ids import ChannelId
from shared.log import scrub_text
from shared.model.records import ChannelHealth, channel_hour_id
from shared.ports.store import ABSENT, Change, Increment, Put, Store, Update

WRITE_EVERY_S: Final = 5.0
_REASON_LENGTH: Final = 300
_HOUR: Final = timedelta(hours=1)
_NEVER: Final = datetime.min.replace(tzinfo=UTC)
Counted = Literal["received", "sent", "failed", "unknown", "timed", "lag_ms"]


class Health:
    """Notes of one channel, kept in memory until ``write`` is called."""

    def __init__(self, channel_id: ChannelId, clock: Clock) -> None:
        self._channel_id = channel_id
        self._clock = clock
        self._stands = False
        """The row is known to be there."""
        self._news: dict[str, Any] = {}
        self._counts: dict[datetime, Counter[Counted]] = {}
        self._hour = _NEVER
        self._of_hour: Counter[Counted] = Counter()
        """The counts of that hour: the one that was counted in last."""

    def came_in(self, events: int, written_at: Sequence[datetime] = ()) -> None:
        """So many events of the platform are on the bus; when the newest message of each delivery
        was written."""
        now = self._clock.now()
        self._news["last_in_at"] = now
        counts = self._counts_at(now)
        counts["received"] += events
        for moment in written_at:
            lag_s = max(0.0, (now - moment).total_seconds())
            self._news["lag_s"] = round(lag_s, 1)
            counts["timed"] += 1
            counts["lag_ms"] += round(lag_s * 1000)

    def went_out(self) -> None:
        """The platform took something."""
        now = self._clock.now()
        self._set(last_out_at=now)
        self._count("sent", at=now)

    def failed(self, reason: str) -> None:
        """Something did not work."""
        text = scrub_text(reason)[:_REASON_LENGTH]
        self._set(last_error=text, last_error_at=self._clock.now())

    def not_sent(self, reason: str, *, unknown: bool) -> None:
        """A part was given up, or nobody knows what became of it."""
        self.failed(reason)
        self._count("unknown" if unknown else "failed", at=self._clock.now())

    def waits(self, parts: int, since: datetime | None) -> None:
        """So many parts are still to be sent, the oldest of those that could go since then."""
        self._set(waiting=parts, waiting_since=since)

    async def write(self, store: Store) -> None:
        """Store the notes if there are new ones. Raises ``Unavailable``."""
        news, counts = self._news, self._counts
        self._news, self._counts, self._hour = {}, {}, _NEVER
        changes = [*self._row(news), *self._hours(counts)]
        if not changes:
            return
        try:
            await self._stand(store)
            await store.commit(changes)
        except BaseException:
            self._news = news | self._news
            for hour, of_hour in counts.items():
                self._counts_at(hour).update(of_hour)
            raise

    async def _stand(self, store: Store) -> None:
        if not self._stands:
            empty = ChannelHealth(id=self._channel_id)
            try:
                await store.commit([Put(CHANNEL_HEALTH, empty, expect=ABSENT)])
            except Conflict:
                pass  # another process, or an earlier one, was first
            self._stands = True

    def _row(self, news: dict[str, Any]) -> list[Change]:
        return [Update(CHANNEL_HEALTH, self._channel_id, set=news)] if news else []

    def _hours(self, counts: dict[datetime, Counter[Counted]]) -> list[Change]:
        return [
            Increment(
                CHANNEL_HOURS,
                channel_hour_id(self._channel_id, hour),
                add={what: number for what, number in of_hour.items()},
                on_insert={"channel_id": self._channel_id, "hour": hour},
            )
            for hour, of_hour in counts.items()
        ]

    def _count(self, what: Counted, number: int = 1, *, at: datetime) -> None:
        self._counts_at(at)[what] += number

    def _counts_at(self, at: datetime) -> Counter[Counted]:
        if not self._hour <= at < self._hour + _HOUR:
            self._hour = at.replace(minute=0, second=0, microsecond=0)
            self._of_hour = self._counts.setdefault(self._hour, Counter())
        return self._of_hour

    def _set(self, **values: Any) -> None:
        self._news |= values
