"""Bots, as routes."""

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from pydantic import BaseModel, Field

from inbox.bots import Bots
from inbox.permissions import Permission
from inbox.rest.route import Answer, Call, Nothing, Route
from inbox.rest.shapes import Items, PageQuery
from shared.model.base import Strict
from shared.model.records import Bot


class NewBotRequest(Strict):
    """A bot to be let in."""

    name: str = Field(max_length=40)
    """Small letters, digits and dashes, a letter first."""


class BotView(BaseModel):
    """A bot as admins see it."""

    id: str
    name: str
    on_broker: bool
    created_at: datetime

    @classmethod
    def of(cls, bot: Bot) -> Self:
        """Without what it signs in with."""
        return cls(id=bot.id, name=bot.name, on_broker=bot.on_broker, created_at=bot.created_at)


class BotMade(BaseModel):
    """The bot and, this once, what it signs in with."""

    bot: BotView
    token: str
    """For HTTP and WebSocket."""
    broker_url: str | None
    """Its own address of the broker, with its password; null where there is none."""


@dataclass(frozen=True, slots=True)
class BotsApi:
    """The routes of ``/bots``."""

    bots: Bots

    def routes(self) -> list[Route]:
        """What they are."""
        manage, tag = Permission.PEOPLE_MANAGE, "bots"
        return [
            Route(
                "GET", "/bots", self.page, manage, "List the bots", tag,
                query=PageQuery, answer=Items[BotView],
            ),
            Route(
                "POST", "/bots", self.add, manage,
                "Let a bot in; what it signs in with is shown once", tag,
                body=NewBotRequest, answer=BotMade, status=201,
            ),
            Route(
                "DELETE", "/bots/{name}", self.remove, manage,
                "Refuse a bot from now on, and take it off the broker", tag, status=204,
            ),
        ]  # fmt: skip

    async def page(self, call: Call[PageQuery, Nothing]) -> Items[BotView]:
        """All of them."""
        page = await self.bots.page(call.query.cursor, call.query.limit)
        return Items(items=[BotView.of(bot) for bot in page.items], next=page.next)

    async def add(self, call: Call[Nothing, NewBotRequest]) -> BotMade:
        """Let one in."""
        made = await self.bots.add(call.body.name, call.caller.actor)
        address = None if made.address is None else made.address.get_secret_value()
        return BotMade(bot=BotView.of(made.bot), token=made.token, broker_url=address)

    async def remove(self, call: Call[Nothing, Nothing]) -> Answer:
        """Effective at once: its connections are closed."""
        await self.bots.remove(call.path["name"], call.caller.actor)
        return Answer(None, 204)
