"""Many conversations in a hub that is not running, as if their customers had written."""

import asyncio
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from router.counts import moves
from router.numbers import CONVERSATIONS_SERIES
from router.sorting import sort_key
from shared.collections import (
    CONTACTS,
    CONVERSATIONS,
    COUNTERS,
    IDENTITIES,
    MESSAGES,
    NUMBER_SERIES,
    THREADS,
    identity_id,
    thread_id,
)
from shared.ids import (
    ContactId,
    EventKey,
    ExternalId,
    IdentityId,
    new_conversation_id,
    new_id,
    new_message_id,
    partition_of,
    slot_for,
)
from shared.model.conversation import Conversation, Thread
from shared.model.message import Message
from shared.model.people import Contact, Identity
from shared.ports.store import ABSENT, Change, Increment, Put, Store, Update
from tests.support.stores import open_embedded

_AT_ONCE: Final = 2_000
_APART: Final = timedelta(seconds=7)


async def seed(data: Path, *, conversations: int, long_thread: int) -> str:
    """Copy the one conversation of the hub in ``data`` that often, each with a customer of its own.

    The first copy gets ``long_thread`` messages. The name of its customer.
    """
    async with open_embedded(data) as hub:
        begin = await _reserved_numbers(hub.store, conversations)
        pattern = await _pattern(hub.store, long_thread, begin + conversations - 1)
        counted: Counter[tuple[str, int]] = Counter()
        await _write(hub.store, _copies(pattern, conversations, counted))
        await hub.store.commit(
            [
                Increment(
                    COUNTERS,
                    f"{key}/{partition}",
                    {"value": value},
                    on_insert={"key": key, "partition": partition},
                )
                for (key, partition), value in counted.items()
            ]
        )
        await _write(hub.store, _story(pattern, long_thread))
    return name_of(0)


async def _write(store: Store, batches: Iterator[Sequence[Change]]) -> None:
    """While one batch is being written, the next is made."""
    writing: asyncio.Task[None] | None = None
    for batch in batches:
        if writing is not None:
            await writing
        writing = asyncio.create_task(store.commit(batch))
        await asyncio.sleep(0)  # its turn to hand the batch to the writing thread
    if writing is not None:
        await writing


def _copies(
    pattern: "_Pattern", size: int, counted: Counter[tuple[str, int]]
) -> Iterator[Sequence[Change]]:
    for start in range(0, size, _AT_ONCE):
        numbers = range(start, min(start + _AT_ONCE, size))
        yield [one for number in numbers for one in pattern.copy(number, counted)]


def _story(pattern: "_Pattern", size: int) -> Iterator[Sequence[Change]]:
    for start in range(1, size, _AT_ONCE):
        numbers = range(start, min(start + _AT_ONCE, size))
        yield [pattern.message_of_first(number) for number in numbers]


def name_of(number: int) -> str:
    """The customer of a copy."""
    return f"Customer {number:06d}"


class _Pattern:
    """What a customer's first message has left in the store."""

    def __init__(
        self,
        conversation: Conversation,
        message: Message,
        thread: Thread,
        identity: Identity,
        contact: Contact,
        long_thread: int,
        last: int,
    ) -> None:
        self._long = long_thread
        self._last = last
        self._conversation = conversation
        self._message = message
        self._thread = thread
        self._identity = identity
        self._contact = contact
        self._first: Message | None = None
        self._began = datetime.now(UTC)

    def copy(self, number: int, counted: Counter[tuple[str, int]]) -> Iterator[Put[Any]]:
        """The documents of one more customer, the later the older; what counts it is added."""
        channel_id, name = self._conversation.channel_id, name_of(number)
        external = ExternalId(f"seeded-{number}")
        at = self._began - (number + 1) * _APART
        slot = slot_for(channel_id, external)
        contact = self._contact.model_copy(update={"id": ContactId(new_id("k")), "name": name})
        of = IdentityId(identity_id(self._conversation.channel_type, external))
        identity = self._identity.model_copy(
            update={"id": of, "external_id": external, "contact_id": contact.id, "name": name}
        )
        preview = self._conversation.preview
        conversation = self._conversation.model_copy(
            update={
                "id": new_conversation_id(slot),
                "number": self._last - number,
                "thread": external,
                "identity_id": identity.id,
                "contact_id": contact.id,
                "contact_name": name,
                "preview": preview.model_copy(update={"at": at}) if preview else None,
                "waiting_since": at,
                "last_activity_at": at,
                "last_inbound_at": at,
                "created_at": at,
                "messages": self._long if number == 0 else self._conversation.messages,
            }
        )
        thread = self._thread.model_copy(
            update={
                "id": thread_id(channel_id, external),
                "thread": external,
                "slot_key": external,
                "conversation_id": conversation.id,
            }
        )
        message = self._message.model_copy(
            update={
                "id": new_message_id(slot),
                "conversation_id": conversation.id,
                "external_ids": (ExternalId(f"seeded-{number}-1"),),
                "event_key": EventKey(f"seeded-{number}-1"),
                "at": at,
                "accepted_at": at,
            }
        )
        if number == 0:
            self._first = message
        _, entered = moves(None, conversation)
        for key in entered:
            counted[key, int(partition_of(conversation.id))] += 1
        yield Put(CONTACTS, contact, expect=ABSENT)
        yield Put(IDENTITIES, identity, expect=ABSENT)
        yield Put(THREADS, thread, expect=ABSENT)
        yield Put(CONVERSATIONS, conversation, expect=ABSENT)
        yield Put(MESSAGES, message, expect=ABSENT)

    def message_of_first(self, number: int) -> Put[Any]:
        """One more message of the first copy, after those before it."""
        first = self._first
        assert first is not None
        at = first.at + number * timedelta(milliseconds=1)
        text = f"Message {number} of a long story that somebody tells in many small pieces"
        changed = {
            "id": new_message_id(slot_for(first.channel_id, "seeded-0")),
            "external_ids": (ExternalId(f"seeded-0-{number + 1}"),),
            "event_key": EventKey(f"seeded-0-{number + 1}"),
            "content": first.content.model_copy(update={"text": text}),
            "seq": first.seq + number,
            "at": at,
            "accepted_at": at,
            "sort": sort_key(None, None, first.seq + number),
        }
        return Put(MESSAGES, first.model_copy(update=changed), expect=ABSENT)


async def _reserved_numbers(store: Store, size: int) -> int:
    """The first of so many numbers of conversations that nobody else gets."""
    series = await store.get(NUMBER_SERIES, CONVERSATIONS_SERIES)
    assert series is not None
    await store.commit([Update(NUMBER_SERIES, series.id, {"next": series.next + size})])
    return series.next


async def _pattern(store: Store, long_thread: int, last: int) -> _Pattern:
    """``last``: the number of the latest copy; those before it count down."""
    (conversation,) = (await store.find(CONVERSATIONS, equal={"status": "open"}, limit=2)).items
    message = (
        await store.find(
            MESSAGES, equal={"conversation_id": conversation.id}, order="sort", limit=1
        )
    ).items[0]
    thread = await store.get(THREADS, thread_id(conversation.channel_id, conversation.thread))
    identity = await store.get(IDENTITIES, conversation.identity_id)
    assert thread is not None
    assert identity is not None
    contact = await store.get(CONTACTS, identity.contact_id)
    assert contact is not None
    return _Pattern(conversation, message, thread, identity, contact, long_thread, last)
