"""Sign-ins: a random cookie whose SHA-256 is stored, and the token against forged requests."""

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from shared.clock import Clock
from shared.collections import AGENTS, SESSIONS
from shared.errors import Conflict
from shared.ids import AgentId
from shared.model.people import Agent
from shared.model.records import Session
from shared.ports.store import Delete, Put, Store, Update
from shared.sealing import Seal

COOKIE: Final = "hub_session"
CSRF_HEADER: Final = "X-CSRF-Token"
LIFETIME: Final = timedelta(days=30)
_TOUCH_AFTER: Final = timedelta(hours=1)
"""A session in use is prolonged at most this often."""
_PAGE: Final = 200


def digest(secret: str) -> str:
    """What is stored in place of a secret that has enough randomness of its own."""
    return hashlib.sha256(secret.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class SignIn:
    """A session as its owner holds it."""

    session: Session
    agent: Agent
    csrf: str


class Sessions:
    """Starts, finds and ends sessions. All methods raise ``Unavailable``."""

    def __init__(self, store: Store, clock: Clock, seal: Seal) -> None:
        self._store = store
        self._clock = clock
        self._csrf_key = seal.derive("inbox/csrf").encode()

    async def start(self, agent: Agent, user_agent: str | None) -> tuple[str, SignIn]:
        """A new session and the value of its cookie, which nobody else ever sees."""
        value = secrets.token_urlsafe(32)
        now = self._clock.now()
        csrf = self._csrf(value)
        session = Session(
            id=digest(value),
            agent_id=AgentId(agent.id),
            csrf_hash=digest(csrf),
            created_at=now,
            seen_at=now,
            until=now + LIFETIME,
            user_agent=user_agent[:200] if user_agent else None,
        )
        await self._store.commit([Put(SESSIONS, session)])
        return value, SignIn(session, agent, csrf)

    async def find(self, value: str) -> SignIn | None:
        """The living session of a cookie; prolongs it now and then."""
        session = await self._store.get(SESSIONS, digest(value))
        if session is None or session.until <= self._clock.now():
            return None
        agent = await self._store.get(AGENTS, session.agent_id)
        if agent is None or not agent.active:
            return None
        csrf = self._csrf(value)
        if not hmac.compare_digest(session.csrf_hash, digest(csrf)):
            return None  # the hub's key was changed: whoever is signed in signs in again
        return SignIn(await self._touch(session), agent, csrf)

    async def end(self, session_id: str) -> None:
        """Sign out."""
        await self._store.commit([Delete(SESSIONS, session_id)])

    async def end_all(self, agent_id: str, *, but: str | None = None) -> int:
        """Sign the agent out everywhere, but for one session; tells how many there were."""
        ended = 0
        cursor: str | None = None
        while True:
            page = await self._store.find(
                SESSIONS, equal={"agent_id": agent_id}, cursor=cursor, limit=_PAGE
            )
            gone = [Delete(SESSIONS, session.id) for session in page.items if session.id != but]
            if gone:
                await self._store.commit(gone)
                ended += len(gone)
            if page.next is None:
                return ended
            cursor = page.next

    async def _touch(self, session: Session) -> Session:
        now = self._clock.now()
        if now - session.seen_at < _TOUCH_AFTER:
            return session
        prolonged = {"seen_at": now, "until": now + LIFETIME}
        try:
            await self._store.commit([Update(SESSIONS, session.id, prolonged)])
        except Conflict:
            return session  # signed out meanwhile; the next request finds it gone
        return session.model_copy(update=prolonged)

    def _csrf(self, value: str) -> str:
        made = hmac.new(self._csrf_key, value.encode(), hashlib.sha256).digest()
        return urlsafe_b64encode(made).decode().rstrip("=")
