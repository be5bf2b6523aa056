"""The breaker: a conversation in which rules fire over and over gets a rest from them. Pure."""

from datetime import datetime, timedelta
from typing import Final

from shared.model.ruled import Ruled

MOST: Final = 30
"""So many rules may fire in one conversation within the time."""
WITHIN: Final = timedelta(minutes=10)
REST: Final = timedelta(hours=1)


def rests(ruled: Ruled, now: datetime) -> bool:
    """Whether no rule may fire now."""
    return ruled.resting_until is not None and now < ruled.resting_until


def counted(ruled: Ruled, now: datetime) -> Ruled:
    """With one more rule that fired; resting if that was one too many."""
    young = ruled.counted_from is not None and now - ruled.counted_from < WITHIN
    fired = ruled.fired + 1 if young else 1
    fields: dict[str, object] = {
        "fired": fired,
        "counted_from": ruled.counted_from if young else now,
        "resting_until": None,
    }
    if fired > MOST:
        fields |= {"resting_until": now + REST, "fired": 0, "counted_from": None}
    return ruled.model_copy(update=fields)
