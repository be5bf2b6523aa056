"""One page out of several queries of a collection, in the order of a time."""

import asyncio
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeVar

from shared.errors import BadRequest
from shared.ports.store import Collection, Document, Page, Range, Store

D = TypeVar("D", bound=Document)
_TOGETHER: Final = 20
"""Queries that are asked at once."""


@dataclass(frozen=True, slots=True)
class Streams:
    """The queries: documents whose ``field`` is one of ``values``, in the order of ``order``.

    A declared index must serve ``field`` and ``order``.
    """

    field: str
    values: Sequence[str]
    order: str


async def page_of(
    store: Store,
    collection: Collection[D],
    streams: Streams,
    cursor: str | None,
    limit: int,
    *,
    ascending: bool = False,
    field: str = "cursor",
) -> Page[D]:
    """One page, newest first unless ``ascending``; a cursor serves both directions.

    Raises ``BadRequest`` naming ``field`` for a cursor that is none, ``Unavailable``.
    """
    position = _decode(cursor, field)
    found: list[D] = []
    for start in range(0, len(streams.values), _TOGETHER):
        group = streams.values[start : start + _TOGETHER]
        asked = (
            _head(store, collection, streams, one, position, limit + 1, ascending=ascending)
            for one in group
        )
        for head in await asyncio.gather(*asked):
            found.extend(head)
        # What cannot be on this page is not kept.
        found.sort(key=lambda one: _place(one, streams.order), reverse=not ascending)
        del found[limit + 1 :]
    items = found[:limit]
    following = cursor_of(items[-1], streams.order) if len(found) > limit else None
    return Page(items, following)


def cursor_of(document: Document, order: str) -> str:
    """The cursor of what comes before or after the document."""
    return cursor_at(*_place(document, order))


async def _head(
    store: Store,
    collection: Collection[D],
    streams: Streams,
    value: str,
    position: tuple[datetime, str] | None,
    limit: int,
    *,
    ascending: bool,
) -> list[D]:
    """The first documents of one query that come after the position, in the page's direction."""
    bounds = None
    if position is not None:
        at = position[0]
        bounds = Range(streams.order, ge=at) if ascending else Range(streams.order, le=at)
    head: list[D] = []
    cursor = None
    while True:
        page = await store.find(
            collection,
            equal={streams.field: value},
            range=bounds,
            order=streams.order,
            descending=not ascending,
            cursor=cursor,
            limit=limit,
        )
        head += [
            one
            for one in page.items
            if position is None
            or (
                _place(one, streams.order) > position
                if ascending
                else _place(one, streams.order) < position
            )
        ]
        cursor = page.next
        if cursor is None or len(head) >= limit:
            return head[:limit]


def _place(document: Document, order: str) -> tuple[datetime, str]:
    return getattr(document, order), document.id


def cursor_at(at: datetime, id: str = "") -> str:
    """The cursor of a place in the order; without an id, that before all of its moment."""
    text = json.dumps([at.isoformat(), id])
    return urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _decode(cursor: str | None, field: str) -> tuple[datetime, str] | None:
    if cursor is None:
        return None
    try:
        at, id = json.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        position = datetime.fromisoformat(at)
    except (ValueError, TypeError, RecursionError):
        raise BadRequest("this cursor is not of this query", field=field) from None
    if position.tzinfo is None or not isinstance(id, str):
        raise BadRequest("this cursor is not of this query", field=field)
    return position, id
