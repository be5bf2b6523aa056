"""Histograms of durations: counts by bucket, each a fifth wider than the one before it. Pure.

They can be added up over any rows, and a quantile of the sum is at most a tenth off.
"""

from collections.abc import Mapping
from math import ceil, log
from typing import Final

_GROWTH: Final = 1.2
_LAST: Final = 96
"""Its lower bound is over a year: what takes longer counts there."""


def bucket_of(seconds: float) -> int:
    """The bucket of a duration; 0 holds everything up to a second."""
    if seconds <= 1:
        return 0
    return min(_LAST, ceil(log(seconds, _GROWTH) - 1e-9))


def bounds_of(bucket: int) -> tuple[float, float]:
    """The durations in seconds between which a bucket lies: above the first, up to the second."""
    return (0.0 if bucket == 0 else _GROWTH ** (bucket - 1), _GROWTH**bucket)


def quantile(counts: Mapping[int, int], share: float) -> float | None:
    """The duration in seconds below which this share of all lies; None when there are none.

    Within a bucket its durations count as evenly spread.
    """
    kept = {bucket: count for bucket, count in counts.items() if count > 0}
    wanted = share * sum(kept.values())
    below = 0
    for bucket, count in sorted(kept.items()):
        if below + count >= wanted:
            low, high = bounds_of(bucket)
            return low + (high - low) * max(0.0, wanted - below) / count
        below += count
    return None
