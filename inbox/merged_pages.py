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
    """The queries: documents whose ``field`` is one of ``values``, newest first by ``order``.

    A declared index must serve ``field`` and ``order``.
    """

    field: str
    values: Sequence[str]
    order: str


async def page_of(
    store: Store, collection: Collection[D], streams: Streams, cursor: str | None, limit: int
) -> Page[D]:
    """One page, newest first. Raises ``BadRequest`` for a cursor that is none, ``Unavailable``."""
    position = _decode(cursor)
    found: list[D] = []
    for start in range(0, len(streams.values), _TOGETHER):
        group = streams.values[start : start + _TOGETHER]
        asked = (_head(store, collection, streams, one, position, limit + 1) for one in group)
        for head in await asyncio.gather(*asked):
            found.extend(head)
        # What cannot be on this page is not kept.
        found.sort(key=lambda one: _place(one, streams.order), reverse=True)
        del found[limit + 1 :]
    items = found[:limit]
    following = _encode(_place(items[-1], streams.order)) if len(found) > limit else None
    return Page(items, following)


async def _head(
    store: Store,
    collection: Collection[D],
    streams: Streams,
    value: str,
    position: tuple[datetime, str] | None,
    limit: int,
) -> list[D]:
    """The first documents of one query that come after the position."""
    head: list[D] = []
    cursor = None
    while True:
        page = await store.find(
            collection,
            equal={streams.field: value},
            range=None if position is None else Range(streams.order, le=position[0]),
            order=streams.order,
            descending=True,
            cursor=cursor,
            limit=limit,
        )
        head += [
            one for one in page.items if position is None or _place(one, streams.order) < position
        ]
        cursor = page.next
        if cursor is None or len(head) >= limit:
            return head[:limit]


def _place(document: Document, order: str) -> tuple[datetime, str]:
    return getattr(document, order), document.id


def _encode(place: tuple[datetime, str]) -> str:
    text = json.dumps([place[0].isoformat(), place[1]])
    return urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _decode(cursor: str | None) -> tuple[datetime, str] | None:
    if cursor is None:
        return None
    try:
        at, id = json.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        position = datetime.fromisoformat(at)
    except (ValueError, TypeError, RecursionError):
        raise BadRequest("this cursor is not of this query", field="cursor") from None
    if position.tzinfo is None or not isinstance(id, str):
        raise BadRequest("this cursor is not of this query", field="cursor")
    return position, id
