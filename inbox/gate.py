"""The gate: who a request comes from, and whether it may do what it asks."""

import hmac
import ipaddress
import re
from collections.abc import Sequence
from typing import Final

from aiohttp import web

from inbox.callers import Caller
from inbox.permissions import Permission, may
from inbox.rest.addresses import REMOTE, forwarded
from inbox.sessions import COOKIE, CSRF_HEADER, Sessions
from inbox.tokens import Tokens
from shared.errors import Forbidden, Unauthorised
from shared.model.people import Actor, ActorKind, Agent

_BEARER: Final = "bearer "
_LOOPBACK: Final = re.compile(r"(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?")


def actor_of(agent: Agent) -> Actor:
    """An agent as the author of commands and audit entries."""
    return Actor(kind=ActorKind.AGENT, id=agent.id, name=agent.name)


class Gate:
    """Knows callers by cookie or token. Raises ``Unauthorised``, ``Forbidden``, ``Unavailable``."""

    def __init__(self, sessions: Sessions, tokens: Tokens, origins: Sequence[str]) -> None:
        self._sessions = sessions
        self._tokens = tokens
        self._origins = frozenset(origins)

    async def enter(
        self, request: web.Request, permission: Permission, *, changes: bool
    ) -> Caller | None:
        """The caller, if the request may pass; None where nobody is asked who they are."""
        # Asked without the store: what tells its state must answer while it is away.
        if permission is Permission.PUBLIC:
            return None
        if permission is Permission.LOCAL_OR_ADMIN and is_local(request):
            return None
        caller = await self.identify(request)
        if caller is None:
            raise Unauthorised("sign in, or send a token")
        if changes and caller.session is not None:
            self._check_forgery(request, caller)
        if not may(caller.role, permission):
            raise Forbidden(f"your role ({caller.role}) does not include {permission}")
        return caller

    async def identify(self, request: web.Request) -> Caller | None:
        """Who calls. A token that is wrong is refused, not ignored."""
        header = request.headers.get("Authorization")
        if header is not None:
            if not header.lower().startswith(_BEARER):
                raise Unauthorised("send Authorization: Bearer <token>")
            caller = await self._tokens.find(header[len(_BEARER) :].strip())
            if caller is None:
                raise Unauthorised("this token is not valid")
            return caller
        value = request.cookies.get(COOKIE)
        signed_in = await self._sessions.find(value) if value else None
        if signed_in is None:
            return None
        agent = signed_in.agent
        return Caller(actor_of(agent), agent.role, agent, signed_in.session, signed_in.csrf)

    def check_origin(self, request: web.Request) -> None:
        """A page of another site must not act here. Raises ``Forbidden``."""
        origin = request.headers.get("Origin")
        if origin is None:
            return
        own = {f"http://{request.host}", f"https://{request.host}"} | self._origins
        if origin not in own:
            raise Forbidden("requests from pages of another site are refused")

    def _check_forgery(self, request: web.Request, caller: Caller) -> None:
        self.check_origin(request)
        given = request.headers.get(CSRF_HEADER, "")
        if not hmac.compare_digest(given.encode(), (caller.csrf or "").encode()):
            raise Forbidden(f"the header {CSRF_HEADER} is missing or wrong; GET /session tells it")


def is_local(request: web.Request) -> bool:
    """Whether the request was made on this machine, to this machine, and no proxy passed it on."""
    if forwarded(request) or not _LOOPBACK.fullmatch(request.host):
        return False
    try:
        return ipaddress.ip_address(request[REMOTE]).is_loopback
    except ValueError:
        return False
