"""Who types and who looks at what: told to colleagues, and typing to the customer as well."""

import asyncio
from typing import Final

import structlog

from inbox.attendances import Attendances
from inbox.live.connection import Connection
from inbox.news import News
from inbox.permissions import Permission
from shared.collections import CONVERSATIONS
from shared.errors import NotFound, Unavailable
from shared.events import Typing, Viewing
from shared.ids import ConversationId
from shared.model.people import Actor
from shared.ports.store import Store

log = structlog.get_logger(__name__)

TYPING_EVERY_S: Final = 2.0
_REMEMBERED: Final = 1000


class Presence:
    """Publishes typing and viewing; typing at most every two seconds per agent and conversation."""

    def __init__(self, store: Store, news: News, attendances: Attendances) -> None:
        self._store = store
        self._news = news
        self._attendances = attendances
        self._typed: dict[tuple[str, str], float] = {}

    async def say_typing(self, actor: Actor, conversation_id: ConversationId) -> None:
        """Somebody types. Raises ``NotFound``, ``Unavailable``."""
        key = (actor.id or "", conversation_id)
        now = asyncio.get_running_loop().time()
        if now - self._typed.get(key, float("-inf")) < TYPING_EVERY_S:
            return
        if len(self._typed) >= _REMEMBERED:
            self._typed.clear()
        self._typed[key] = now
        conversation = await self._store.get(CONVERSATIONS, conversation_id)
        if conversation is None:
            raise NotFound("there is no such conversation")
        await self._news.tell(
            Typing(
                channel_id=conversation.channel_id, conversation_id=conversation.id, actor=actor
            ),
            channel_type=conversation.channel_type,
            channel_id=conversation.channel_id,
        )

    async def typing(self, connection: Connection, conversation_id: ConversationId) -> None:
        """A connection's agent types; what cannot be told is left out."""
        if not connection.caller.may(Permission.CONVERSATIONS_WRITE):
            return
        try:
            await self.say_typing(connection.caller.actor, conversation_id)
        except (NotFound, Unavailable) as error:
            log.debug("typing.lost", error=type(error).__name__)

    async def viewing(self, connection: Connection, conversation_id: ConversationId | None) -> None:
        """A connection's agent looks at a conversation."""
        if connection.caller.may(Permission.CONVERSATIONS_READ):
            connection.viewing = conversation_id
            await self._tell_viewing(connection, conversation_id)

    async def repeat(self, connection: Connection) -> None:
        """Tell it again, for those who came later."""
        if connection.viewing is not None:
            await self._tell_viewing(connection, ConversationId(connection.viewing))

    async def left(self, connection: Connection) -> None:
        """The connection is gone and looks at nothing any more."""
        if connection.viewing is not None:
            connection.viewing = None
            await self._tell_viewing(connection, None)

    async def _tell_viewing(
        self, connection: Connection, conversation_id: ConversationId | None
    ) -> None:
        self._attendances.looks_at(connection.agent_id, conversation_id)
        await self._news.tell(
            Viewing(conversation_id=conversation_id, actor=connection.caller.actor)
        )
