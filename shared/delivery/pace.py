"""How fast: keyed token buckets and back-off (pure; the caller brings the time)."""

from collections.abc import Hashable
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Final, Generic, TypeVar

from shared.model.channel import RateLimit

K = TypeVar("K", bound=Hashable)

_FORGET_ABOVE: Final = 10_000


@dataclass(slots=True)
class _Bucket:
    tokens: float
    at: datetime


class Buckets(Generic[K]):
    """A token bucket per key: so many in a time, refilled evenly, ``burst`` at once.

    A cost above the burst is allowed once the bucket is full, and leaves a debt.
    """

    def __init__(self, limit: RateLimit | None) -> None:
        self._limit = limit
        self._buckets: dict[K, _Bucket] = {}

    def delay_s(self, key: K, now: datetime, cost: float = 1) -> float:
        """Seconds until ``cost`` may be taken; 0: now."""
        if self._limit is None:
            return 0.0
        bucket = self._refilled(key, now)
        missing = min(cost, self._limit.burst) - bucket.tokens
        return max(0.0, missing * self._limit.per_s / self._limit.count)

    def take(self, key: K, now: datetime, cost: float = 1) -> None:
        """Take it; to be called when ``delay_s`` says 0."""
        if self._limit is not None:
            self._refilled(key, now).tokens -= cost
            if len(self._buckets) > _FORGET_ABOVE:
                self._forget_full(now)

    def _refilled(self, key: K, now: datetime) -> _Bucket:
        limit = self._limit
        assert limit is not None  # noqa: S101 - the callers have looked
        bucket = self._buckets.get(key)
        if bucket is None:
            bucket = self._buckets[key] = _Bucket(float(limit.burst), now)
        gained = max(0.0, (now - bucket.at).total_seconds()) * limit.count / limit.per_s
        bucket.tokens = min(float(limit.burst), bucket.tokens + gained)
        # Also where the clock was put back: what is in the future would refill nothing until then.
        bucket.at = now
        return bucket

    def _forget_full(self, now: datetime) -> None:
        limit = self._limit
        assert limit is not None  # noqa: S101 - only limited buckets are kept
        for key in list(self._buckets):
            if self._refilled(key, now).tokens >= limit.burst:
                del self._buckets[key]


def backoff_s(attempt: int, random: Random, *, first_s: float = 1, most_s: float = 60) -> float:
    """How long to wait after the attempt with this number (from 1): 1, 2, 4 ... 60 s, of which the
    last quarter is by chance, so that many do not come back at once."""
    full = min(most_s, first_s * 2.0 ** min(attempt - 1, 16))
    return full * (0.75 + 0.25 * random.random())


def after(now: datetime, seconds: float) -> datetime:
    """That much later: a moment that has not come yet, however small the time.

    Times count in microseconds. Less than half of one, rounded to none, would be due at once and
    put off again for ever.
    """
    return now + max(timedelta(seconds=seconds), timedelta.resolution)
