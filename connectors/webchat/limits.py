"""Rate limits of the site chat: a token bucket per visitor and per address, in memory."""

import math
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from aiohttp import web

from shared.clock import Clock

_SWEEP_S: Final = 60.0


@dataclass(frozen=True, slots=True)
class Rate:
    """So many at once, refilled evenly."""

    burst: float
    per_s: float


@dataclass(slots=True)
class _Bucket:
    left: float
    at: datetime
    full_s: float
    """From empty to full; older buckets say nothing any more."""


class Buckets:
    """Buckets by key; those that are full again are forgotten."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._buckets: dict[str, _Bucket] = {}
        self._swept_at = clock.now()

    def take(self, key: str, rate: Rate) -> float:
        """Take one and return 0, or take none and return in how many seconds there will be one."""
        now = self._clock.now()
        self._sweep(now)
        bucket = self._buckets.get(key)
        if bucket is None:
            bucket = self._buckets[key] = _Bucket(rate.burst, now, rate.burst / rate.per_s)
        passed_s = max(0.0, (now - bucket.at).total_seconds())
        bucket.left = min(rate.burst, bucket.left + passed_s * rate.per_s)
        bucket.at = now
        if bucket.left < 1:
            return (1 - bucket.left) / rate.per_s
        bucket.left -= 1
        return 0.0

    def demand(self, key: str, rate: Rate) -> None:
        """Take one, or raise the answer 429 with its ``Retry-After``."""
        wait_s = self.take(key, rate)
        if wait_s > 0:
            raise web.HTTPTooManyRequests(headers={"Retry-After": str(math.ceil(wait_s))})

    def _sweep(self, now: datetime) -> None:
        if (now - self._swept_at).total_seconds() < _SWEEP_S:
            return
        self._swept_at = now
        self._buckets = {
            key: bucket
            for key, bucket in self._buckets.items()
            if (now - bucket.at).total_seconds() < bucket.full_s
        }
