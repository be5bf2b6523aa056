"""The names of a thread: platforms rename it, mails name it by what they answer."""

from typing import Final

from router.unit import Unit
from shared.collections import THREADS, thread_id
from shared.ids import ChannelId, ExternalId
from shared.model.conversation import Thread

_DEEP: Final = 8
"""Renamed more often than that, a thread is not followed on."""


async def thread_named(unit: Unit, channel_id: ChannelId, external_id: ExternalId) -> Thread | None:
    """The thread with this name, followed through its aliases; None if it was never seen."""
    thread = await unit.get(THREADS, thread_id(channel_id, external_id))
    for _ in range(_DEEP):
        if thread is None or thread.alias_of is None:
            break
        thread = await unit.get(THREADS, thread.alias_of)
    return thread


def alias_of(thread: Thread, name: ExternalId) -> Thread:
    """Another name of the thread."""
    return Thread(
        id=thread_id(thread.channel_id, name),
        channel_id=thread.channel_id,
        thread=name,
        alias_of=thread.id,
        slot_key=thread.slot_key,
    )
