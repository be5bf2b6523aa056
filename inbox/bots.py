"""Bots: letting them in with a token, and onto the broker where there is one."""

import re
from dataclasses import dataclass

from pydantic import SecretStr

from inbox.audit import audited
from inbox.news import News
from inbox.tokens import Tokens
from shared.clock import Clock
from shared.collections import BOTS, TOKENS
from shared.errors import BadRequest, Conflict, NotFound, Unavailable
from shared.model.people import Actor, Role
from shared.model.records import Bot
from shared.ports.bots import BOT_NAME, BotAccess, bot_id
from shared.ports.store import ABSENT, Change, Delete, Page, Put, Store, Update


@dataclass(frozen=True, slots=True)
class NewBot:
    """A bot and what it signs in with, which is seen only here."""

    bot: Bot
    token: str
    address: SecretStr | None
    """Of the broker, with the bot's password."""


@dataclass(frozen=True, slots=True)
class Bots:
    """All methods raise ``Unavailable``."""

    store: Store
    clock: Clock
    tokens: Tokens
    news: News
    access: BotAccess | None

    async def add(self, name: str, by: Actor) -> NewBot:
        """A new bot. Raises ``BadRequest`` for a name that is none or taken."""
        if not re.fullmatch(BOT_NAME, name):
            raise BadRequest(
                "a name is up to 40 small letters, digits and dashes, a letter first", field="name"
            )
        id, now = bot_id(name), self.clock.now()
        value, token = self.tokens.draft(name, Role.BOT, by, bot_id=id)
        bot = Bot(
            id=id,
            name=name,
            token_hash=token.id,
            on_broker=self.access is not None,
            created_at=now,
        )
        entry = audited(by, "bot.added", id, at=now, on_broker=bot.on_broker)
        try:
            await self.store.commit([Put(BOTS, bot, expect=ABSENT), Put(TOKENS, token), entry])
        except Conflict:
            raise BadRequest("there is a bot with this name", field="name") from None
        address = None
        if self.access is not None:
            try:
                address = await self.access.add(name)
            except Unavailable:
                await self._forget(bot)
                raise
        await self.news.changed(BOTS.name, id)
        return NewBot(bot, value, address)

    async def page(self, cursor: str | None, limit: int) -> Page[Bot]:
        """All bots."""
        return await self.store.find(BOTS, equal={}, cursor=cursor, limit=limit)

    async def remove(self, name: str, by: Actor) -> None:
        """Its token is refused from now on, and it is off the broker; repeat what was interrupted.

        Raises ``NotFound``, and ``BadRequest`` where this process cannot manage the broker.
        """
        bot = await self.store.get(BOTS, bot_id(name))
        if bot is None:
            raise NotFound("there is no such bot")
        if bot.on_broker and self.access is None:
            raise BadRequest("it is a user of the broker: set HUB_BROKER_MANAGEMENT_URL first")
        now = self.clock.now()
        await self.store.commit([*_revoked(bot), audited(by, "bot.removed", bot.id, at=now)])
        await self.news.changed(BOTS.name, bot.id)
        if bot.on_broker and self.access is not None:
            await self.access.remove(name)
        await self.store.commit([Delete(BOTS, bot.id)])

    async def _forget(self, bot: Bot) -> None:
        """Undo an addition that the broker did not take; what it took of it is overwritten by the
        next one."""
        await self.store.commit([*_revoked(bot), Delete(BOTS, bot.id)])


def _revoked(bot: Bot) -> list[Change]:
    return [] if bot.token_hash is None else [Update(TOKENS, bot.token_hash, {"revoked": True})]
