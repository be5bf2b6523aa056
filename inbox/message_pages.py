"""Pages of messages: from the end, on from a place in both directions, around a message or a time.

Of one conversation they come in the platform's order (``sort``); of a case that several
conversations are, in the order of time.
"""

from collections.abc import Sequence
from typing import Final

from pydantic import BaseModel, Field

from inbox.merged_pages import Streams, cursor_at, cursor_of, page_of
from shared.collections import MESSAGES
from shared.errors import BadRequest, NotFound
from shared.model.base import Strict, Utc
from shared.model.message import Message
from shared.ports.store import Range, Store

_BOUNDS: Final = ("before", "after", "around", "at")


class MessagesQuery(Strict):
    """Which messages; with no bound the newest. One bound at most."""

    before: str | None = Field(
        default=None, max_length=500, description="`next` of a page, or `sort` of a message"
    )
    after: str | None = Field(
        default=None, max_length=500, description="`newer` of a page, or `sort` of a message"
    )
    around: str | None = Field(
        default=None, max_length=100, description="Id of the message in the middle of the page"
    )
    at: Utc | None = Field(
        default=None, description="The first message from this time on stands in the middle"
    )
    joined: bool = False
    """Those of every conversation that goes on in this one too, by time; bounds are then the
    cursors of an earlier page."""
    limit: int = Field(default=50, ge=1, le=200)


class MessagePage(BaseModel):
    """Messages ascending by ``sort``, or by time where they are joined.

    ``next`` is the value of ``before`` for older ones; of a page ``after`` something, that of
    ``after`` for newer ones. ``newer`` is the value of ``after`` for newer ones, of pages that do
    not begin at the end.
    """

    items: list[Message]
    next: str | None
    newer: str | None = None


async def page_of_one(store: Store, conversation_id: str, query: MessagesQuery) -> MessagePage:
    """A page of one conversation. Raises ``BadRequest``, ``NotFound``, ``Unavailable``."""
    _require_one_bound(query)
    if query.around is not None:
        return await _around(
            store, conversation_id, await _message(store, [conversation_id], query.around), query
        )
    if query.at is not None:
        first = await store.find(
            MESSAGES,
            equal={"conversation_id": conversation_id},
            range=Range("at", ge=query.at),
            order="at",
            limit=1,
        )
        if first.items:
            return await _around(store, conversation_id, first.items[0], query)
    forward = query.after is not None
    bounded = query.before is not None or forward
    page = await store.find(
        MESSAGES,
        equal={"conversation_id": conversation_id},
        range=Range("sort", gt=query.after, lt=query.before) if bounded else None,
        order="sort",
        descending=not forward,
        limit=query.limit,
    )
    items = list(page.items) if forward else list(reversed(page.items))
    edge = items[-1 if forward else 0].sort if page.next is not None else None
    return MessagePage(items=items, next=edge, newer=edge if forward else None)


async def _around(store: Store, id: str, middle: Message, query: MessagesQuery) -> MessagePage:
    half = query.limit // 2
    older = newer = None
    before: Sequence[Message] = ()
    if half:
        found = await store.find(
            MESSAGES, equal={"conversation_id": id}, range=Range("sort", lt=middle.sort),
            order="sort", descending=True, limit=half,
        )  # fmt: skip
        before = list(reversed(found.items))
        older = before[0].sort if found.next is not None else None
    after = await store.find(
        MESSAGES, equal={"conversation_id": id}, range=Range("sort", ge=middle.sort),
        order="sort", limit=query.limit - half,
    )  # fmt: skip
    newer = after.items[-1].sort if after.next is not None else None
    return MessagePage(items=[*before, *after.items], next=older, newer=newer)


async def page_of_case(store: Store, ids: Sequence[str], query: MessagesQuery) -> MessagePage:
    """A page of all these conversations, by time. Raises as the page of one does."""
    _require_one_bound(query)
    streams = Streams("conversation_id", ids, "at")
    limit = query.limit
    if query.around is not None:
        middle = await _message(store, ids, query.around)
        return await _beside(store, streams, cursor_of(middle, "at"), [middle], limit)
    if query.at is not None:
        return await _beside(store, streams, cursor_at(query.at), [], limit)
    if query.after is not None:
        page = await page_of(
            store, MESSAGES, streams, query.after, limit, ascending=True, field="after"
        )
        return MessagePage(items=list(page.items), next=page.next, newer=page.next)
    page = await page_of(store, MESSAGES, streams, query.before, limit, field="before")
    return MessagePage(items=list(reversed(page.items)), next=page.next)


async def _beside(
    store: Store, streams: Streams, place: str, middle: list[Message], limit: int
) -> MessagePage:
    half = max(1, limit // 2)
    older = await page_of(store, MESSAGES, streams, place, half)
    newer = await page_of(store, MESSAGES, streams, place, half, ascending=True)
    items = [*reversed(older.items), *middle, *newer.items]
    return MessagePage(items=items, next=older.next, newer=newer.next)


async def _message(store: Store, of: Sequence[str], id: str) -> Message:
    found = await store.get(MESSAGES, id)
    if found is None or found.conversation_id not in of:
        raise NotFound("there is no such message in this conversation")
    return found


def _require_one_bound(query: MessagesQuery) -> None:
    given = [name for name in _BOUNDS if getattr(query, name) is not None]
    if len(given) > 1:
        raise BadRequest(f"give one of {', '.join(_BOUNDS)}", field=given[1])
