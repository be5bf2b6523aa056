"""Identifiers: a type for each, how they are made, and the partition that an id names.

An id of a conversation, message or part is ``<letter><slot as two hex digits><32 hex digits>``. The
slot is CRC-32 of ``"<channel id>\\n<partition key>"`` modulo 256, so that whoever holds an id can
address its partition without looking anything up. The 32 digits are a UUIDv7 and sort by time.
"""

import os
import time
from struct import iter_unpack as unpack
from typing import Final, NewType
from uuid import UUID
from zlib import crc32

ChannelId = NewType("ChannelId", str)
ChannelType = NewType("ChannelType", str)
ContactId = NewType("ContactId", str)
IdentityId = NewType("IdentityId", str)
ConversationId = NewType("ConversationId", str)
MessageId = NewType("MessageId", str)
PartId = NewType("PartId", str)
AgentId = NewType("AgentId", str)
TeamId = NewType("TeamId", str)
CommandId = NewType("CommandId", str)
EventId = NewType("EventId", str)
BlobId = NewType("BlobId", str)
ExternalId = NewType("ExternalId", str)
"""The platform's id, always a string."""
EventKey = NewType("EventKey", str)
"""What the platform repeats when it delivers the same event again; unique per channel."""
Slot = NewType("Slot", int)
"""0..255; never changes for a thread."""
Partition = NewType("Partition", int)
"""0..N-1; the queue that a slot belongs to at the present number of partitions."""

SLOTS: Final = 256
PARTITIONS: Final = 4
"""How many queues the slots share, and how many routers can work at once.

Few, for RabbitMQ writes and confirms each quorum queue by itself: the same messages over more of
them cost the broker more. The number belongs to a hub's data (``shared.partitions``).
"""
_ADDRESSED_LENGTH: Final = 35
"""Letter, slot and UUID; a part's id is longer."""


def uuid7(now_ms: int | None = None) -> UUID:
    """A UUID version 7 (RFC 9562): milliseconds since 1970 in front, the rest random."""
    return UUID(int=_uuid7(now_ms))


def uuid7_hex() -> str:
    """The 32 hex digits of a new UUID version 7."""
    return f"{_uuid7():032x}"


def _uuid7(now_ms: int | None = None) -> int:
    milliseconds = time.time_ns() // 1_000_000 if now_ms is None else now_ms
    if not _random:
        _random.extend(unpack(">HQ", os.urandom(_AT_ONCE * _BYTES)))
    front, back = _random.pop()
    return (
        (milliseconds & 0xFFFF_FFFF_FFFF) << 80
        | (front & 0xFFF | 0x7000) << 64
        | (back & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000)
    )


_random: Final[list[tuple[int, int]]] = []
"""Bits from the system for the next ids, 16 and 64 for each: to ask it for each would take most of
an id's time."""
_AT_ONCE: Final = 64
_BYTES: Final = 10
os.register_at_fork(after_in_child=_random.clear)


def new_id(letter: str) -> str:
    """A new id without a slot, such as a contact's or a command's."""
    return f"{letter}{uuid7_hex()}"


def slot_for(channel_id: ChannelId, key: str) -> Slot:
    """The slot of a thread, from its channel and the key that the connector named for it."""
    return Slot(crc32(f"{channel_id}\n{key}".encode()) % SLOTS)


def partition_of_slot(slot: Slot, partitions: int = PARTITIONS) -> Partition:
    """The partition that serves the slot."""
    return Partition(slot % partitions)


def new_conversation_id(slot: Slot) -> ConversationId:
    """A new conversation id that names its slot."""
    return ConversationId(f"c{slot:02x}{uuid7_hex()}")


def new_message_id(slot: Slot) -> MessageId:
    """A new message id that names its slot."""
    return MessageId(f"m{slot:02x}{uuid7_hex()}")


def part_id(message_id: MessageId, index: int) -> PartId:
    """The id of a message's part; the same for the same message and index."""
    return PartId(f"p{message_id[1:]}-{index:03d}")


def slot_of(addressed: ConversationId | MessageId | PartId) -> Slot:
    """The slot in the id of a conversation, message or part.

    Raises ``ValueError`` when the text is no such id.
    """
    if len(addressed) < _ADDRESSED_LENGTH or addressed[0] not in "cmp":
        raise ValueError(f"not the id of a conversation, message or part: {addressed!r:.60}")
    return Slot(int(addressed[1:3], 16))


def partition_of(addressed: ConversationId | MessageId | PartId) -> Partition:
    """The partition that serves a conversation, message or part. Raises ``ValueError``."""
    return partition_of_slot(slot_of(addressed))
