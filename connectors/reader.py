"""What the customer of a thread may see, for channels whose far end is our own page."""

from collections.abc import Mapping, Sequence

from shared.collections import CONVERSATIONS, MESSAGES, QUEUEING, QUEUES, THREADS, thread_id
from shared.ids import ChannelId, ConversationId, ExternalId, MessageId
from shared.model.conversation import waits
from shared.model.delivery import Delivery
from shared.model.message import Direction, Message
from shared.model.queueing import PlaceInLine, place_in, queue_id
from shared.ports.store import Range, Store

_SHOWN = frozenset({Delivery.SENT, Delivery.DELIVERED, Delivery.READ})
_PAGE = 100


class StoredThreads:
    """Reads the messages of one channel's threads, across their cases."""

    def __init__(self, store: Store, channel_id: ChannelId) -> None:
        self._store = store
        self._channel_id = channel_id

    async def messages(
        self, thread: ExternalId, *, before: str | None = None, limit: int = 50
    ) -> Sequence[Message]:
        """The newest messages, oldest first; see ``connectors.base.ThreadReader``."""
        found: list[Message] = []
        last = await self._store.get(MESSAGES, before) if before else None
        if before and (last is None or not await self._in_thread(last, thread)):
            return []
        reached = last is None
        for conversation_id in await self._cases(thread):
            if not reached and last is not None and conversation_id != last.conversation_id:
                continue
            bound = last.sort if last is not None and not reached else None
            reached = True
            found.extend(await self._newest(conversation_id, bound, limit - len(found)))
            if len(found) >= limit:
                break
        return found[::-1]

    async def message(self, thread: ExternalId, message_id: MessageId) -> Message | None:
        """One message of this thread; see ``connectors.base.ThreadReader``."""
        message = await self._store.get(MESSAGES, message_id)
        if message is None or not self._is_shown(message):
            return None
        return message if await self._in_thread(message, thread) else None

    async def places(self, threads: Sequence[ExternalId]) -> Mapping[ExternalId, PlaceInLine]:
        """Where they stand in their queues; see ``connectors.base.ThreadReader``."""
        page = await self._store.find(QUEUEING, equal={}, limit=1)
        chosen = next(iter(page.items), None)
        if chosen is None or not (chosen.assignment and chosen.tells_place):
            return {}
        ids = [thread_id(self._channel_id, thread) for thread in threads]
        stored = await self._store.get_many(THREADS, ids)
        latest = [one.conversation_id for one in stored.values() if one.conversation_id]
        found = await self._store.get_many(CONVERSATIONS, latest)
        waiting = {one.id: queue_id(one.team_id, one.line) for one in found.values() if waits(one)}
        queues = await self._store.get_many(QUEUES, list(set(waiting.values())))
        return {
            one.thread: place_in(queues[queue], one.conversation_id)
            for one in stored.values()
            if one.conversation_id is not None
            and (queue := waiting.get(one.conversation_id)) in queues
        }

    def _is_shown(self, message: Message) -> bool:
        """What went out by another channel only repeats what stands here."""
        if message.channel_id != self._channel_id and message.direction is Direction.OUTBOUND:
            return False
        return is_shown(message)

    async def _in_thread(self, message: Message, thread: ExternalId) -> bool:
        conversation = await self._store.get(CONVERSATIONS, message.conversation_id)
        # The message itself may have come by another channel.
        return (
            conversation is not None
            and conversation.channel_id == self._channel_id
            and conversation.thread == thread
        )

    async def _cases(self, thread: ExternalId) -> list[ConversationId]:
        """The conversations of the thread, newest first."""
        stored = await self._store.get(THREADS, thread_id(self._channel_id, thread))
        if stored is None or (stored.conversation_id is None and stored.alias_of is None):
            return []
        found: list[ConversationId] = []
        cursor = None
        while True:
            page = await self._store.find(
                CONVERSATIONS,
                equal={"channel_id": self._channel_id, "thread": thread},
                order="created_at",
                descending=True,
                cursor=cursor,
            )
            found.extend(conversation.id for conversation in page.items)
            cursor = page.next
            if cursor is None:
                return found

    async def _newest(
        self, conversation_id: ConversationId, before: str | None, limit: int
    ) -> list[Message]:
        """Up to so many shown messages of one case, newest first."""
        found: list[Message] = []
        cursor = None
        while len(found) < limit:
            page = await self._store.find(
                MESSAGES,
                equal={"conversation_id": conversation_id},
                order="sort",
                range=Range("sort", lt=before) if before is not None else None,
                descending=True,
                cursor=cursor,
                limit=_PAGE,
            )
            found.extend(message for message in page.items if self._is_shown(message))
            cursor = page.next
            if cursor is None:
                break
        return found[:limit]


def is_shown(message: Message) -> bool:
    """Whether the customer has it: what they wrote, and what was sent to them."""
    if message.direction is Direction.INBOUND:
        return True
    return message.direction is Direction.OUTBOUND and message.delivery in _SHOWN
