"""Cursors: where the next page of a query begins, opaque to whoever holds one."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import blake2b
from typing import Any

from shared.errors import BadRequest
from shared.store.values import Column


def fingerprint(*query: Any) -> str:
    """Names a query, so that a cursor of another one is noticed."""
    return blake2b(repr(query).encode(), digest_size=9).hexdigest()


def encode(query: str, *position: Column) -> str:
    """The cursor after this position of the query."""
    text = json.dumps([query, *position], ensure_ascii=False, separators=(",", ":"))
    return urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode(query: str, cursor: str, length: int) -> list[Column]:
    """The position in a cursor of this query. Raises ``BadRequest``."""
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        found = json.loads(urlsafe_b64decode(padded.encode("ascii")))
    except (ValueError, UnicodeError):
        found = None
    if (
        not isinstance(found, list)
        or len(found) != length + 1
        or found[0] != query
        or not all(item is None or isinstance(item, str | int | float) for item in found)
    ):
        raise BadRequest("this cursor is not of this query", field="cursor")
    return found[1:]
