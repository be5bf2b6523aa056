"""The people who answer: adding, changing and blocking them, and the first admin."""

import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from pydantic import SecretStr

from inbox.audit import audited
from inbox.news import News
from inbox.passwords import Passwords, make_password
from inbox.sessions import Sessions
from shared.clock import Clock
from shared.collections import AGENTS
from shared.errors import BadRequest, Conflict, NotFound, Unauthorised
from shared.ids import new_id
from shared.model.people import Actor, ActorKind, Agent, Role
from shared.ports.store import ABSENT, Page, Put, Store, Update

_EMAIL: Final = re.compile(r"[^@\s]{1,64}@[^@\s]{1,255}")
_TRIES: Final = 5
_PAGE: Final = 200
SYSTEM: Final = Actor(kind=ActorKind.SYSTEM)


def normal_email(email: str) -> str:
    """As it is stored and looked up. Raises ``BadRequest`` when it is no address."""
    text = email.strip().lower()
    if not _EMAIL.fullmatch(text):
        raise BadRequest("this is no e-mail address", field="email")
    return text


@dataclass(frozen=True, slots=True)
class People:
    """Agents and their passwords. All methods raise ``Unavailable``."""

    store: Store
    clock: Clock
    passwords: Passwords
    sessions: Sessions
    news: News

    async def add(
        self, email: str, name: str, role: Role, password: SecretStr | None, by: Actor
    ) -> tuple[Agent, str | None]:
        """A new agent, and the password where none was given. Raises ``BadRequest``."""
        made = make_password() if password is None else None
        agent = Agent(
            id=new_id("a"),
            email=normal_email(email),
            name=name,
            role=role,
            password_hash=await self.passwords.hash(
                made or (password.get_secret_value() if password else "")
            ),
            created_at=self.clock.now(),
        )
        entry = audited(by, "agent.added", agent.id, at=self.clock.now(), role=role.value)
        try:
            await self.store.commit([Put(AGENTS, agent, expect=ABSENT), entry])
        except Conflict:
            raise BadRequest("there is an agent with this address", field="email") from None
        await self.news.changed(AGENTS.name, agent.id)
        return agent, made

    async def get(self, agent_id: str) -> Agent:
        """The agent. Raises ``NotFound``."""
        agent = await self.store.get(AGENTS, agent_id)
        if agent is None:
            raise NotFound("there is no such agent")
        return agent

    async def by_email(self, email: str) -> Agent | None:
        """The agent with this address, if there is one."""
        page = await self.store.find(AGENTS, equal={"email": email.strip().lower()}, limit=1)
        return page.items[0] if page.items else None

    async def page(self, cursor: str | None, limit: int) -> Page[Agent]:
        """The agents, oldest first."""
        return await self.store.find(AGENTS, equal={}, cursor=cursor, limit=limit)

    async def change(self, agent_id: str, changes: Mapping[str, Any], by: Actor) -> Agent:
        """Set fields. Blocking an agent, or taking a role away, signs them out.

        Raises ``NotFound``, and ``BadRequest`` when no admin would be left.
        """
        for _ in range(_TRIES):
            agent = await self.get(agent_id)
            changed = agent.model_copy(update={**changes, "version": agent.version + 1})
            await self._keep_an_admin(agent, changed)
            update = Update(
                AGENTS,
                agent_id,
                {**changes, "version": changed.version},
                expect={"version": agent.version},
            )
            entry = audited(
                by, "agent.changed", agent_id, at=self.clock.now(), fields=sorted(changes)
            )
            try:
                await self.store.commit([update, entry])
            except Conflict:
                continue
            if not changed.active or changed.role != agent.role:
                await self._sign_out(agent_id)
            await self.news.changed(AGENTS.name, agent_id)
            return changed
        raise Conflict(f"agents/{agent_id}")

    async def set_password(
        self,
        agent_id: str,
        password: SecretStr | None,
        by: Actor,
        *,
        keep_session: str | None = None,
    ) -> str | None:
        """A new password, made and returned where none is given; ends the agent's sessions."""
        await self.get(agent_id)
        made = make_password() if password is None else None
        hashed = await self.passwords.hash(
            made or (password.get_secret_value() if password else "")
        )
        entry = audited(by, "agent.password_changed", agent_id, at=self.clock.now())
        await self.store.commit([Update(AGENTS, agent_id, {"password_hash": hashed}), entry])
        await self._sign_out(agent_id, but=keep_session)
        return made

    async def check_password(self, agent: Agent | None, password: SecretStr) -> None:
        """Raises ``Unauthorised`` unless it is the password of an agent who may sign in."""
        hashed = agent.password_hash if agent is not None and agent.active else None
        if not await self.passwords.verify(password.get_secret_value(), hashed):
            raise Unauthorised("wrong e-mail or password")

    async def _sign_out(self, agent_id: str, *, but: str | None = None) -> None:
        await self.sessions.end_all(agent_id, but=but)
        await self.news.changed("sessions", agent_id)

    async def _keep_an_admin(self, before: Agent, after: Agent) -> None:
        if not _is_admin(before) or _is_admin(after):
            return
        async for agent in self.all():
            if _is_admin(agent) and agent.id != before.id:
                return
        raise BadRequest("no admin would be left", field="role" if after.active else "active")

    async def all(self) -> AsyncIterator[Agent]:
        """Every agent, oldest first."""
        cursor: str | None = None
        while True:
            page = await self.page(cursor, _PAGE)
            for agent in page.items:
                yield agent
            if page.next is None:
                return
            cursor = page.next

    async def ensure_admin(self, email: str, password: SecretStr | None) -> str | None:
        """Add the first admin where there is none; returns the password if it had to be made."""
        async for agent in self.all():
            if _is_admin(agent):
                return None
        _, made = await self.add(email, email.partition("@")[0], Role.ADMIN, password, SYSTEM)
        return made


def _is_admin(agent: Agent) -> bool:
    return agent.active and agent.role is Role.ADMIN
