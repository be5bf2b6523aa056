"""A data directory with many open conversations, made without the hub."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from shared.collections import ALL_COLLECTIONS, CONVERSATIONS, COUNTERS
from shared.events import count_keys
from shared.ids import (
    ChannelId,
    ChannelType,
    ContactId,
    ExternalId,
    IdentityId,
    new_conversation_id,
    slot_for,
)
from shared.model.conversation import Conversation
from shared.ports.store import Change, Increment, Put
from shared.sqlite import Database
from shared.store.sqlite import SqliteStore

_AT: Final = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
_PER_COMMIT: Final = 5000


def _conversation(number: int) -> Conversation:
    channel = ChannelId("site")
    at = _AT - timedelta(seconds=number)
    return Conversation(
        id=new_conversation_id(slot_for(channel, f"chat-{number}")),
        channel_id=channel,
        channel_type=ChannelType("webchat"),
        thread=ExternalId(f"chat-{number}"),
        contact_id=ContactId(f"k{number}"),
        identity_id=IdentityId(f"i{number}"),
        contact_name=f"Customer {number}",
        last_activity_at=at,
        created_at=at,
    )


async def fill(data: Path, count: int) -> None:
    """``Customer 0`` is the newest of them; the kept counters agree. The directory must exist."""
    async with await Database.open(data / "hub.db", exclusive=True) as database:
        store = SqliteStore(database)
        await store.prepare(ALL_COLLECTIONS)
        for start in range(0, count, _PER_COMMIT):
            made = [
                _conversation(number) for number in range(start, min(count, start + _PER_COMMIT))
            ]
            changes: list[Change] = [Put(CONVERSATIONS, one) for one in made]
            changes += [
                Increment(COUNTERS, f"0/{key}", {"value": len(made)}, {"key": key, "partition": 0})
                for key in count_keys(made[0])
            ]
            await store.commit(changes)
