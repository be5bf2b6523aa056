"""What the holder of a partition knows without asking the store.

Each commit of a partition carries the number of the one before it as a condition, and whoever takes
the partition over changes what else the condition says. So a commit that goes through proves that
nobody else has written into the partition since its holder claimed it: what the holder has read or
written of the partition's own documents since then is still what the store holds, and whoever
decided by something else has written nothing. A commit that fails is the end of all knowledge.

Others write identities too: the commit checks the version of each that was taken from here. What
people set by hand may be a few seconds old.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Final, Generic, TypeVar, cast

from shared.collections import (
    CHANNEL_TYPES,
    CHANNELS,
    CONVERSATIONS,
    EXTERNAL_REFS,
    IDENTITIES,
    MESSAGES,
    OUTCOMES,
    SEEN_EVENTS,
    THREADS,
)
from shared.ids import Partition, partition_of, partition_of_slot, slot_for
from shared.model.message import Direction, Message
from shared.ports.store import Collection, D, Document

Key = tuple[str, str]
"""A collection's name and a document's id."""
Used = tuple[Key, Document | None, Document | None]
"""A document of a commit: as it was before, and as it is after it."""

_V = TypeVar("_V")

_MOST_DOCUMENTS: Final = 256
"""About 4 KB each, for each partition."""
_MOST_IDS: Final = 1024
_LONGEST_TEXT: Final = 4000
"""A message with a longer text is not kept: what is kept is bounded by its number."""
_SETTINGS_FOR: Final = timedelta(seconds=5)
_WARY_FOR: Final = 100
"""So many commits after one that failed, what should be absent is looked up all the same."""

_DOCUMENTS: Final = frozenset(
    one.name for one in (CONVERSATIONS, MESSAGES, THREADS, IDENTITIES, CHANNELS, CHANNEL_TYPES)
)
_IDS: Final = frozenset(one.name for one in (SEEN_EVENTS, OUTCOMES, EXTERNAL_REFS))
_SETTINGS: Final = frozenset(one.name for one in (CHANNELS, CHANNEL_TYPES))
SHARED: Final = frozenset({IDENTITIES.name})
"""Written by holders of other partitions too."""


class _Recent(Generic[_V]):
    """A mapping that forgets what was used least recently."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._items: dict[Key, _V] = {}

    def __len__(self) -> int:
        return len(self._items)

    def get(self, key: Key) -> _V | None:
        value = self._items.pop(key, None)
        if value is not None:
            self._items[key] = value
        return value

    def put(self, key: Key, value: _V) -> None:
        self._items.pop(key, None)
        self._items[key] = value
        if len(self._items) > self._most:
            del self._items[next(iter(self._items))]

    def remove(self, key: Key) -> None:
        self._items.pop(key, None)

    def clear(self) -> None:
        self._items.clear()


class Known:
    """Documents and ids of one partition, from one claim of its lease to its end."""

    def __init__(
        self,
        partition: Partition,
        *,
        most_documents: int = _MOST_DOCUMENTS,
        most_ids: int = _MOST_IDS,
    ) -> None:
        self._partition = partition
        self._documents: _Recent[tuple[Document, datetime]] = _Recent(most_documents)
        self._ids: _Recent[bool] = _Recent(most_ids)
        self._wary = 0

    def __len__(self) -> int:
        return len(self._documents) + len(self._ids)

    @property
    def presumes(self) -> bool:
        """Whether what should be absent may be presumed so, and left to the commit to check.

        Not soon after a commit that failed: a platform that repeats itself would let every other
        one fail.
        """
        return self._wary == 0

    def document(self, collection: Collection[D], id: str, now: datetime) -> D | None:
        """A document, or None if the store must be asked."""
        if collection.name not in _DOCUMENTS:
            return None
        held = self._documents.get((collection.name, id))
        if held is None:
            return None
        document, read_at = held
        # Below zero the clock was put back.
        if collection.name in _SETTINGS and not timedelta(0) <= now - read_at < _SETTINGS_FOR:
            return None
        return cast(D, document)

    def is_there(self, collection: Collection[Any], id: str) -> bool:
        """Whether the document is known to exist. False says nothing."""
        return self._ids.get((collection.name, id)) is True

    def keep(self, documents: Iterable[Used], now: datetime) -> None:
        """Take over what a commit has read and left behind."""
        self._wary = max(0, self._wary - 1)
        for key, before, after in documents:
            if key[0] in _IDS:
                if after is not None:
                    self._ids.put(key, True)
            elif key[0] in _DOCUMENTS:
                held = self._documents.get(key)
                if held is not None and held[0] is after:
                    # It came from here, and is as old as it was.
                    continue
                if after is not None and self._is_kept(key[0], before, after):
                    self._documents.put(key, (after, now))
                else:
                    self._documents.remove(key)

    def drop(self) -> None:
        """Forget everything: a commit failed."""
        self._documents.clear()
        self._ids.clear()
        self._wary = _WARY_FOR

    def _is_kept(self, name: str, before: Document | None, after: Any) -> bool:
        """Nothing that other partitions own; and of messages only those that we send, of which
        more will be told soon."""
        # By name: asking a model for its class costs far more.
        if name == CONVERSATIONS.name:
            return partition_of(after.id) == self._partition
        if name == THREADS.name:
            slot = slot_for(after.channel_id, after.slot_key)
            return partition_of_slot(slot) == self._partition
        return name != MESSAGES.name or (after is not before and self._is_kept_message(after))

    def _is_kept_message(self, message: Message) -> bool:
        return (
            message.direction is Direction.OUTBOUND
            and message.raw is None
            and len(message.content.text) <= _LONGEST_TEXT
            and partition_of(message.id) == self._partition
        )
