"""When a webhook that was not taken is tried again, and when we stop calling (pure)."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final
from zlib import crc32

from shared.model.records import WebhookAttempt

DELAYS_S: Final = (5, 30, 120, 300, 900, 1800, 3600, 7200, 14400)
"""After the first attempt, the second ...; the last one from there on."""
_SPREAD: Final = 0.2
"""So far above its delay a retry may lie, that those of many webhooks do not come together."""
OFF_AFTER: Final = 20
"""So many failed attempts in a row switch a receiver off ..."""
OFF_SPAN: Final = timedelta(hours=1)
"""... if they lie so far apart: a restart of the receiver is not the end of it."""
_OK: Final = range(200, 300)
_REFUSALS: Final = range(400, 500)
_NOBODY: Final = frozenset({404, 405, 408, 421})
"""What answers in the place of a receiver that is not there."""
THROTTLED: Final = 429


def delay_s(attempt: int, id: str) -> float:
    """Seconds to wait after the ``attempt``-th failed one (from 1 on): the same for the same id."""
    base = DELAYS_S[min(max(attempt, 1), len(DELAYS_S)) - 1]
    share = crc32(f"{id}/{attempt}".encode()) / 0xFFFF_FFFF
    return base * (1 + _SPREAD * share)


def is_taken(status: int | None) -> bool:
    """The receiver has it."""
    return status in _OK


def is_refused(status: int | None) -> bool:
    """The receiver looked at it and said no for good."""
    return status in _REFUSALS and status not in _NOBODY and status != THROTTLED


def is_failure(attempt: WebhookAttempt) -> bool:
    """Nobody was there who could have said yes or no."""
    status = attempt.status
    return attempt.error is not None and not is_refused(status) and status != THROTTLED


def is_off(latest: Sequence[WebhookAttempt]) -> bool:
    """Whether a receiver is to be called no more; the attempts at it, the newest first."""
    recent = latest[:OFF_AFTER]
    if len(recent) < OFF_AFTER or not all(map(is_failure, recent)):
        return False
    return recent[0].at - recent[-1].at >= OFF_SPAN
