"""Tokens: how programs are known. Only their SHA-256 is stored."""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from inbox.audit import audited
from inbox.callers import Caller
from inbox.permissions import weaker
from inbox.sessions import digest
from shared.clock import Clock
from shared.collections import AGENTS, TOKENS
from shared.errors import Conflict, NotFound
from shared.ids import AgentId
from shared.model.people import Actor, ActorKind, Role
from shared.model.records import ApiToken
from shared.ports.store import Page, Put, Store, Update

_TOUCH_AFTER: Final = timedelta(minutes=10)
_ACTOR_DIGITS: Final = 16


@dataclass(frozen=True, slots=True)
class Tokens:
    """Makes tokens and knows their owners. All methods raise ``Unavailable``."""

    store: Store
    clock: Clock

    async def make(
        self, name: str, role: Role, by: Actor, *, agent_id: str | None = None
    ) -> tuple[str, ApiToken]:
        """A new token and its record; the token itself is seen only here."""
        value, token = self.draft(name, role, by, agent_id=agent_id)
        entry = audited(
            by, "token.made", token.id[:_ACTOR_DIGITS], at=self.clock.now(), role=role.value
        )
        await self.store.commit([Put(TOKENS, token), entry])
        return value, token

    def draft(
        self,
        name: str,
        role: Role,
        by: Actor,
        *,
        agent_id: str | None = None,
        bot_id: str | None = None,
    ) -> tuple[str, ApiToken]:
        """A token that is good once its record is committed."""
        value = secrets.token_urlsafe(32)
        token = ApiToken(
            id=digest(value),
            name=name,
            agent_id=None if agent_id is None else AgentId(agent_id),
            bot_id=bot_id,
            role=role,
            created_at=self.clock.now(),
            created_by=by,
        )
        return value, token

    async def page(self, cursor: str | None, limit: int) -> Page[ApiToken]:
        """All tokens, without the tokens themselves."""
        return await self.store.find(TOKENS, equal={}, cursor=cursor, limit=limit)

    async def revoke(self, id: str, by: Actor) -> None:
        """It is refused from now on. Raises ``NotFound``."""
        try:
            entry = audited(by, "token.revoked", id[:_ACTOR_DIGITS], at=self.clock.now())
            await self.store.commit([Update(TOKENS, id, {"revoked": True}), entry])
        except Conflict:
            raise NotFound("there is no such token") from None

    async def find(self, value: str) -> Caller | None:
        """Whose token it is; None for one that is unknown, revoked or of a blocked agent."""
        token = await self.store.get(TOKENS, digest(value))
        if token is None or token.revoked:
            return None
        await self._touch(token)
        if token.agent_id is None:
            actor = Actor(
                kind=ActorKind.BOT if token.role is Role.BOT else ActorKind.SYSTEM,
                id=token.bot_id or f"t{token.id[:_ACTOR_DIGITS]}",
                name=token.name,
            )
            return Caller(actor, token.role)
        agent = await self.store.get(AGENTS, token.agent_id)
        if agent is None or not agent.active:
            return None
        actor = Actor(kind=ActorKind.AGENT, id=agent.id, name=agent.name)
        return Caller(actor, weaker(token.role, agent.role), agent)

    async def _touch(self, token: ApiToken) -> None:
        now = self.clock.now()
        if token.used_at is not None and now - token.used_at < _TOUCH_AFTER:
            return
        try:
            await self.store.commit([Update(TOKENS, token.id, {"used_at": now})])
        except Conflict:
            pass  # deleted meanwhile; this one request was still in time
