"""A mail on its way from the mailbox to ``parse``: its bytes behind one line that says where it
was found. A mail without that line is read as it is, as direct intake would bring it.
"""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from shared.errors import BadPayload

_MARK: Final = b"omnihub-mail/1 "
_HEAD_BYTES: Final = 256 * 1024


@dataclass(frozen=True, slots=True)
class Found:
    """Where a mail was found, and what is known of it without its bytes."""

    folder: str = ""
    uidvalidity: int = 0
    uid: int = 0
    internal_at: datetime | None = None
    size_bytes: int | None = None
    """Of the whole mail; what is here may be less of it."""
    raw_blob_id: str | None = None
    """The mail as it came, in the blob store."""
    html_blob_id: str | None = None
    """Its HTML, made harmless, in the blob store."""
    absent: dict[str, int] = field(default_factory=dict)
    """Sections that stayed in the mailbox, with their sizes as they travel."""


def framed(found: Found, raw: bytes) -> bytes:
    """The mail with its line."""
    facts = {
        "folder": found.folder,
        "uidvalidity": found.uidvalidity,
        "uid": found.uid,
        "internal_at": found.internal_at.isoformat() if found.internal_at else None,
        "size_bytes": found.size_bytes,
        "raw_blob_id": found.raw_blob_id,
        "html_blob_id": found.html_blob_id,
        "absent": found.absent,
    }
    return _MARK + json.dumps(facts).encode() + b"\n" + raw


def unframed(body: bytes) -> tuple[Found, bytes]:
    """What ``framed`` put together. Raises ``BadPayload`` for a broken line."""
    if not body.startswith(_MARK):
        return Found(), body
    line, newline, raw = body.partition(b"\n")
    try:
        if not newline or len(line) > _HEAD_BYTES:
            raise ValueError("no end")
        facts = json.loads(line[len(_MARK) :])
        if not isinstance(facts, dict):
            raise TypeError("no object")
        return _found(facts), raw
    except (ValueError, TypeError, RecursionError):
        raise BadPayload("the line before the mail is broken") from None


def _found(facts: dict[str, Any]) -> Found:
    absent = facts.get("absent") or {}
    return Found(
        folder=str(facts.get("folder") or ""),
        uidvalidity=int(facts.get("uidvalidity") or 0),
        uid=int(facts.get("uid") or 0),
        internal_at=_moment(facts.get("internal_at")),
        size_bytes=_number(facts.get("size_bytes")),
        raw_blob_id=_text(facts.get("raw_blob_id")),
        html_blob_id=_text(facts.get("html_blob_id")),
        absent={str(section): int(size) for section, size in dict(absent).items()},
    )


def _moment(value: Any) -> datetime | None:
    if not isinstance(value, str):
        return None
    moment = datetime.fromisoformat(value)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _number(value: Any) -> int | None:
    return None if value is None else int(value)


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None
