"""Notifications of the caller, and how they want to be told, as routes."""

from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BaseModel, Field

from inbox.notifications import Notifications
from inbox.people import People
from inbox.permissions import Permission
from inbox.rest.route import Call, Nothing, Route
from inbox.rest.shapes import PageQuery
from shared.errors import BadRequest, Forbidden, NotFound
from shared.model.base import Strict
from shared.model.notification import Notification
from shared.model.notification_settings import (
    Means,
    NotificationKind,
    NotificationSettings,
    QuietHours,
)
from shared.model.people import Agent


class NotificationQuery(PageQuery):
    """Which of them."""

    unread: bool = False
    """Only those."""


class NotificationPage(BaseModel):
    """One page, newest first."""

    items: list[Notification]
    next: str | None
    unread: int
    """How many there are unread; 100 stands for more too."""


class ReadNotifications(Strict):
    """What was read: one of the three."""

    ids: tuple[Annotated[str, Field(max_length=100)], ...] | None = Field(
        default=None, max_length=200
    )
    conversation_id: str | None = Field(default=None, max_length=100)
    """All of a conversation."""
    up_to: str | None = Field(default=None, max_length=100)
    """The id of the newest: it and all older ones."""


class Unread(BaseModel):
    """How many are left unread; 100 stands for more too."""

    unread: int


class NotificationSettingsRequest(Strict):
    """By which means each kind is told; no means: not at all. Kinds that are left out are as by
    default."""

    kinds: dict[NotificationKind, Annotated[tuple[Means, ...], Field(max_length=4)]]
    quiet: QuietHours | None = None
    """None: never."""


class NotificationSettingsView(BaseModel):
    """By which means each kind is told, the defaults filled in."""

    kinds: dict[NotificationKind, tuple[Means, ...]]
    quiet: QuietHours | None

    @classmethod
    def of(cls, agent: Agent) -> "NotificationSettingsView":
        """Every kind."""
        kinds = {kind: agent.notify.means_of(kind) for kind in NotificationKind}
        return cls(kinds=kinds, quiet=agent.notify.quiet)


@dataclass(frozen=True, slots=True)
class NotificationsApi:
    """``/notifications`` and ``/agents/me/notification-settings``."""

    notifications: Notifications
    people: People

    def routes(self) -> list[Route]:
        """What they are."""
        own, tag, path = Permission.SIGNED_IN, "notifications", "/agents/me/notification-settings"
        return [
            Route(
                "GET", "/notifications", self.page, own, "What I was told", tag,
                query=NotificationQuery, answer=NotificationPage,
            ),
            Route(
                "POST", "/notifications/read", self.read, own, "I have read it", tag,
                body=ReadNotifications, answer=Unread,
            ),
            Route(
                "GET", path, self.settings, own, "What I want to be told, and how", tag,
                answer=NotificationSettingsView,
            ),
            Route(
                "PUT", path, self.change, own, "Change what I want to be told, and how", tag,
                body=NotificationSettingsRequest, answer=NotificationSettingsView,
            ),
        ]  # fmt: skip

    async def page(self, call: Call[NotificationQuery, Nothing]) -> NotificationPage:
        """Newest first."""
        query, agent = call.query, _agent(call)
        page = await self.notifications.page(
            agent.id, query.cursor, query.limit, unread=query.unread
        )
        unread = await self.notifications.unread(agent.id)
        return NotificationPage(items=list(page.items), next=page.next, unread=unread)

    async def read(self, call: Call[Nothing, ReadNotifications]) -> Unread:
        """Harmless for what was read before."""
        body, agent = call.body, _agent(call)
        given = [name for name in ("ids", "conversation_id", "up_to") if getattr(body, name)]
        if len(given) != 1:
            raise BadRequest("say what was read: ids, conversation_id or up_to", field="ids")
        if body.ids is not None:
            return Unread(unread=await self.notifications.read(agent.id, body.ids))
        if body.conversation_id is not None:
            left = await self.notifications.read_conversation(agent.id, body.conversation_id)
            return Unread(unread=await self._left(agent, left))
        newest = await self.notifications.get(agent.id, body.up_to or "")
        if newest is None:
            raise NotFound("there is no such notification of yours")
        return Unread(unread=await self.notifications.read_up_to(agent.id, newest))

    async def _left(self, agent: Agent, left: int | None) -> int:
        return left if left is not None else await self.notifications.unread(agent.id)

    async def settings(self, call: Call[Nothing, Nothing]) -> NotificationSettingsView:
        """Every kind."""
        return NotificationSettingsView.of(_agent(call))

    async def change(
        self, call: Call[Nothing, NotificationSettingsRequest]
    ) -> NotificationSettingsView:
        """In the place of what was said before; it counts for what happens from now on."""
        agent = _agent(call)
        kinds = {kind: tuple(dict.fromkeys(means)) for kind, means in call.body.kinds.items()}
        changes = {"notify": NotificationSettings(kinds=kinds, quiet=call.body.quiet)}
        changed = await self.people.change(agent.id, changes, call.caller.actor)
        return NotificationSettingsView.of(changed)


def _agent(call: Call[Any, Any]) -> Agent:
    if call.caller.agent is None:
        raise Forbidden("this token belongs to no agent")
    return call.caller.agent
