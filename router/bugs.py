"""Reporting what nobody expected: where it happened, never the words that it happened with.

The text of a foreign exception can hold a name or a message, so only its class and the places in
the code are logged.
"""

import traceback
from pathlib import Path
from typing import Any, Final

import structlog

from shared.errors import HubError
from shared.metrics import Metrics

log = structlog.get_logger(__name__)

_FRAMES: Final = 12


def report_bug(metrics: Metrics, place: str, error: BaseException, **ids: Any) -> str:
    """Log and count it; returns what may be shown of it: the text of ours, the class of others."""
    name = type(error).__name__
    found = traceback.extract_tb(error.__traceback__)[-_FRAMES:]
    frames = [f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in found]
    metrics.count("hub_bugs_total", place=place, error=name)
    log.error("bug", place=place, error=name, frames=frames, **ids)
    return f"{name}: {error}" if isinstance(error, HubError) else name
