"""Reading the other end: what API, phones and dead letters show, and what the store holds."""

import base64
from collections.abc import AsyncIterator, Sequence
from typing import Final, TypeVar

from aiohttp import ClientError

from shared.collections import (
    CHANNELS,
    CONVERSATIONS,
    COUNTERS,
    EVENT_LOG,
    LEASES,
    MESSAGES,
    PARTS,
)
from shared.envelope import Envelope
from shared.events import COUNT_ALL_OPEN
from shared.ids import PARTITIONS
from shared.ports.store import Collection, Document, Scalar, Store
from shared.runtime import open_ports
from tests.chaos.customers import Customers
from tests.chaos.ledger import Entry, Found, Kept, Letter
from tests.chaos.screen import Screen
from tests.chaos.stage import Stage
from tests.support.ledger import messages_of

D = TypeVar("D", bound=Document)
_STATUSES: Final = ("open", "pending", "snoozed", "resolved")
_PAGE: Final = 200


async def read_found(stage: Stage, customers: Customers, screen: Screen) -> Found:
    """Everything that can be seen from outside. Raises ``ClientError``, ``AssertionError`` and
    ``TimeoutError`` where the hub does not answer."""
    conversations: dict[str, str] = {}
    for status in _STATUSES:
        for item in await stage.items("/api/v1/conversations", status=status, limit="100"):
            conversations[item["id"]] = item["contact_name"]
    messages = [m for id in conversations for m in await messages_of(stage, id)]
    phones = await customers.histories()
    widgets = customers.widgets()
    return Found(
        conversations=conversations,
        api=[Entry.of(message) for message in messages],
        live=dict(screen.entries),
        live_wrong=tuple(screen.wrong),
        phones={name: _by(items, "hub") for name, items in phones.items()},
        own={name: _by(phones[name], "customer") for name in widgets},
        histories={name: [text for _, text in phones[name]] for name in widgets},
        widgets=widgets,
        letters=await _letters(stage),
        undelivered={name: end.platform.waiting() for name, end in stage.far_ends.items()},
    )


def _by(items: Sequence[tuple[str, str]], sender: str) -> list[str]:
    return [text for by, text in items if by == sender]


async def _letters(stage: Stage) -> list[Letter]:
    found = []
    for item in await stage.items("/api/v1/dead-letters", state="open"):
        letter = await stage.call("GET", f"/api/v1/dead-letters/{item['id']}")
        raw = base64.b64decode(letter["raw_base64"] or "").decode(errors="replace")
        found.append(Letter(letter["source"], letter["reason"], raw))
    return found


async def read_kept(stage: Stage) -> Kept:
    """What the store holds, once every process has ended."""
    async with open_ports(stage.settings) as ports:
        store = ports.store
        return Kept(
            messages=await _messages(store),
            logged=await _logged(store),
            open_parts=await _open_parts(store),
            unpublished=await _unpublished(store),
            counted=await _counted(store),
        )


async def _all(
    store: Store, collection: Collection[D], order: str, **equal: Scalar
) -> AsyncIterator[D]:
    cursor: str | None = None
    while True:
        page = await store.find(collection, equal=equal, order=order, cursor=cursor, limit=_PAGE)
        for document in page.items:
            yield document
        cursor = page.next
        if cursor is None:
            return


async def _conversations(store: Store, status: str) -> list[str]:
    of = _all(store, CONVERSATIONS, "last_activity_at", status=status)
    return [conversation.id async for conversation in of]


async def _messages(store: Store) -> list[Entry]:
    found = []
    for status in _STATUSES:
        for id in await _conversations(store, status):
            async for message in _all(store, MESSAGES, "sort", conversation_id=id):
                found.append(Entry.of(message.model_dump(mode="json")))
    return found


async def _logged(store: Store) -> list[tuple[int, int, str, str]]:
    found = []
    for partition in range(PARTITIONS):
        async for event in _all(store, EVENT_LOG, "seq", partition=partition):
            envelope = Envelope.from_text(event.envelope)
            message = (envelope.payload.get("message") or {}).get("id", "")
            found.append((partition, event.seq, envelope.kind, message))
    return found


async def _open_parts(store: Store) -> list[str]:
    found = []
    channels = [channel.id for channel in (await store.find(CHANNELS, equal={}, limit=100)).items]
    for channel in channels:
        async for part in _all(store, PARTS, "order", channel_id=channel, open=True):
            found.append(f"{part.id} of {channel} is {part.state.value}")
        async for part in _all(store, PARTS, "changed_at", channel_id=channel, unreported=True):
            found.append(f"{part.id} of {channel}: the router was not told of {part.state.value}")
    return found


async def _unpublished(store: Store) -> list[int]:
    leases = [await store.get(LEASES, f"partition/p{n:02d}") for n in range(PARTITIONS)]
    return [
        number
        for number, lease in enumerate(leases)
        if lease is not None and lease.published_seq != lease.seq
    ]


async def _counted(store: Store) -> dict[str, tuple[int, int]]:
    counters = await store.find(COUNTERS, equal={"key": COUNT_ALL_OPEN}, limit=_PAGE)
    kept = sum(counter.value for counter in counters.items)
    return {COUNT_ALL_OPEN: (kept, len(await _conversations(store, "open")))}


async def read_when_it_answers(stage: Stage, customers: Customers, screen: Screen) -> Found | None:
    """The same as ``read_found``; None when the hub did not answer all of it."""
    try:
        return await read_found(stage, customers, screen)
    except (ClientError, AssertionError, TimeoutError):
        return None
