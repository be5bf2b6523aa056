"""Logs: events with fields, on standard error. Secrets and personal data are scrubbed.

``log.info("receipt.received", channel_id=...)``: ids always; texts, names, addresses and raw bodies
never above debug. Whatever slips in under a known name or in the shape of a token is masked.
"""

import io
import logging
import re
import sys
from collections.abc import MutableMapping
from contextlib import suppress
from functools import lru_cache
from typing import Any, Final, TextIO, cast

import structlog

_SECRET_NAMES: Final = re.compile(
    r"token|secret|password|passwd|authorization|cookie|csrf|api_key|sealed|signature", re.I
)
_PERSONAL_NAMES: Final = frozenset(
    {"text", "body", "name", "phone", "email", "username", "address", "raw", "payload", "content"}
)
_SHAPES: Final = (
    (":", re.compile(r"(?<!\d)\d{5,12}:[A-Za-z0-9_-]{20,}")),  # a bot token of Telegram
    ("vk1.", re.compile(r"\bvk1\.[A-Za-z]\.[A-Za-z0-9_-]{20,}")),
    ("EAA", re.compile(r"\bEAA[A-Za-z0-9]{20,}")),  # an access token of Meta
    ("://", re.compile(r"(?<=://)[^/@\s:]+:[^/@\s]+(?=@)")),  # user and password in a URL
    (" ", re.compile(r"(?i)(?<=bearer )[A-Za-z0-9._~+/=-]{8,}")),
)
"""What a text of the shape must hold, which is quickly looked for, and the shape."""
_MASK: Final = "***"


def scrub_text(text: str) -> str:
    """The text without anything that has the shape of a secret."""
    for mark, shape in _SHAPES:
        if mark in text:
            text = shape.sub(_MASK, text)
    return text


@lru_cache(maxsize=1000)  # a few hundred names stand in the code
def _is_secret(name: str) -> bool:
    return name != "event" and _SECRET_NAMES.search(name) is not None


def _scrub(logger: Any, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for key, value in event.items():
        if _is_secret(key) or (key in _PERSONAL_NAMES and method != "debug"):
            event[key] = _MASK
        elif isinstance(value, str):
            event[key] = scrub_text(value)
    return event


class _Patient(io.TextIOBase):
    """Standard error that never fails its writer: on a full disk a line is lost, not a request."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        with suppress(OSError, ValueError):
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        with suppress(OSError, ValueError):
            self._stream.flush()


def configure(level: str = "info", *, json: bool = False) -> None:
    """Set up logging for the process: one line per event, to standard error."""
    stream = _Patient(sys.stderr)
    renderer: Any = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if json
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    processors: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.format_exc_info,
        _scrub,
        # What these two add is our own: it needs no scrubbing.
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        renderer,
    ]
    structlog.configure(
        processors=processors,
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level.upper())),
        logger_factory=structlog.WriteLoggerFactory(cast(TextIO, stream)),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(processors=[*_foreign(), _scrub, renderer])
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.WARNING)


def _foreign() -> list[Any]:
    return [
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
