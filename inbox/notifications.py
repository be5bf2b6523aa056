"""What an agent was told: listed, counted, read. The router makes them."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from inbox.news import News
from shared.clock import Clock
from shared.collections import NOTIFICATIONS
from shared.errors import Conflict
from shared.events import NotificationsRead
from shared.ids import AgentId
from shared.model.notification import Notification
from shared.ports.store import Page, Scalar, Store, Update

MOST_COUNTED: Final = 100
"""More unread ones than that are not counted."""
_AT_ONCE: Final = 200


@dataclass(frozen=True, slots=True)
class Notifications:
    """Those of one agent at a time. All methods raise ``Unavailable``."""

    store: Store
    clock: Clock
    news: News

    async def page(
        self, agent_id: str, cursor: str | None, limit: int, *, unread: bool
    ) -> Page[Notification]:
        """Newest first; ``unread`` ones only, or all of the last 60 days."""
        equal: dict[str, Scalar] = {"agent_id": agent_id}
        if unread:
            equal["unread"] = True
        return await self.store.find(
            NOTIFICATIONS, equal=equal, order="at", descending=True, cursor=cursor, limit=limit
        )

    async def unread(self, agent_id: str) -> int:
        """How many are unread, up to a hundred."""
        page = await self.page(agent_id, None, MOST_COUNTED, unread=True)
        return len(page.items)

    async def read(self, agent_id: str, ids: Sequence[str]) -> int:
        """Mark these as read; ids of others' are left alone. Returns how many are left unread."""
        found = await self.store.get_many(NOTIFICATIONS, ids) if ids else {}
        return await self._read(agent_id, list(found.values()))

    async def read_conversation(self, agent_id: str, conversation_id: str) -> int | None:
        """Mark all of one conversation as read. None: there were none."""
        page = await self.store.find(
            NOTIFICATIONS,
            equal={"agent_id": agent_id, "unread": True, "conversation_id": conversation_id},
            order="at",
            descending=True,
            limit=_AT_ONCE,
        )
        return await self._read(agent_id, page.items) if page.items else None

    async def read_up_to(self, agent_id: str, newest: Notification) -> int:
        """Mark this one and all older ones as read."""
        cursor: str | None = None
        left = MOST_COUNTED
        while True:
            page = await self.page(agent_id, cursor, _AT_ONCE, unread=True)
            due = [one for one in page.items if (one.at, one.id) <= (newest.at, newest.id)]
            if due or page.next is None:
                left = await self._read(agent_id, due)
            if page.next is None:
                return left
            cursor = page.next

    async def get(self, agent_id: str, id: str) -> Notification | None:
        """One of the agent's."""
        found = await self.store.get(NOTIFICATIONS, id)
        return found if found is not None and found.agent_id == agent_id else None

    async def _read(self, agent_id: str, found: Sequence[Notification]) -> int:
        ids = [one.id for one in found if one.agent_id == agent_id and one.unread]
        read = {"unread": False, "read_at": self.clock.now()}
        changes = [Update(NOTIFICATIONS, id, read) for id in ids]
        try:
            await self.store.commit(changes)
        except Conflict:  # one of them is too old and gone
            for change in changes:
                with suppress(Conflict):
                    await self.store.commit([change])
        left = await self.unread(agent_id)
        if ids:
            told = NotificationsRead(agent_id=AgentId(agent_id), ids=tuple(ids), unread=left)
            await self.news.tell(told)
        return left
