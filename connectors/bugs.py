"""Reporting what nobody expected: where it happened, never the words that it happened with.

The text of a foreign exception can hold a token, an address or a message, so only its class and the
places in the code are logged.
"""

import traceback
from pathlib import Path

import structlog

from shared.metrics import Metrics

log = structlog.get_logger(__name__)

_FRAMES = 12


def report_bug(metrics: Metrics, place: str, error: BaseException, **ids: str) -> str:
    """Log and count it; returns the name of its class."""
    name = type(error).__name__
    metrics.count("hub_bugs_total", place=place, error=name)
    log.error("bug", place=place, error=name, frames=frames(error), **ids)
    return name


def frames(error: BaseException) -> list[str]:
    """The places in the code that the error came through, the innermost last."""
    found = traceback.extract_tb(error.__traceback__)[-_FRAMES:]
    return [f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in found]
