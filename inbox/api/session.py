"""Signing in and out."""

import re
from dataclasses import dataclass
from typing import Final

from aiohttp import web
from pydantic import BaseModel, Field, SecretStr

from inbox.api.views import AgentView
from inbox.gate import is_local
from inbox.limits import SignInLimit
from inbox.people import People
from inbox.permissions import Permission
from inbox.rest.addresses import REMOTE, SECURE
from inbox.rest.route import Answer, Call, Nothing, Route
from inbox.sessions import COOKIE, CSRF_HEADER, LIFETIME, Sessions, SignIn
from shared.errors import Unauthorised
from shared.model.base import Strict

_SPACE: Final = re.compile(r"\s")


class SignInRequest(Strict):
    """Who signs in."""

    email: str = Field(min_length=3, max_length=320)
    password: SecretStr = Field(min_length=1, max_length=1000)
    code: str | None = Field(default=None, max_length=16)
    """A one-time code, where the account asks for one."""


class SessionView(BaseModel):
    """A session as its owner sees it."""

    agent: AgentView
    csrf_header: str
    csrf_token: str
    """Goes with every changing request, in the header that ``csrf_header`` names."""


@dataclass(frozen=True, slots=True)
class SessionApi:
    """The routes of ``/session``."""

    people: People
    sessions: Sessions
    limit: SignInLimit
    public_https: bool

    def routes(self) -> list[Route]:
        """What they are."""
        return [
            Route(
                "POST", "/session", self.start, Permission.PUBLIC, "Sign in", "session",
                body=SignInRequest, answer=SessionView, status=201,
            ),
            Route(
                "GET", "/session", self.show, Permission.SIGNED_IN, "Who am I", "session",
                answer=SessionView,
            ),
            Route(
                "DELETE", "/session", self.end, Permission.SIGNED_IN, "Sign out", "session",
                status=204,
            ),
        ]  # fmt: skip

    async def start(self, call: Call[Nothing, SignInRequest]) -> web.StreamResponse:
        """Check the password; slow on purpose, and as slow for addresses that nobody has."""
        email = _SPACE.sub("", call.body.email).lower()
        address = call.request[REMOTE]
        self.limit.attempt(email, address)
        agent = await self.people.by_email(email)
        await self.people.check_password(agent, call.body.password)
        if agent is None:  # ruled out by the check of the password
            raise Unauthorised("wrong e-mail or password")
        self.limit.succeeded(email, address)
        value, signed_in = await self.sessions.start(agent, call.request.headers.get("User-Agent"))
        return self._response(call.request, signed_in, value, status=201)

    async def show(self, call: Call[Nothing, Nothing]) -> web.StreamResponse:
        """The session of the cookie; its cookie is prolonged with it."""
        caller = call.caller
        value = call.request.cookies.get(COOKIE)
        if caller.session is None or caller.agent is None or caller.csrf is None or not value:
            raise Unauthorised("there is no session; a token needs none")
        signed_in = SignIn(caller.session, caller.agent, caller.csrf)
        return self._response(call.request, signed_in, value, status=200)

    async def end(self, call: Call[Nothing, Nothing]) -> Answer | web.StreamResponse:
        """End the session and take the cookie away."""
        session = call.caller.session
        if session is None:
            raise Unauthorised("there is no session")
        await self.sessions.end(session.id)
        await self.people.news.changed("sessions", session.agent_id)
        response = web.Response(status=204)
        response.del_cookie(COOKIE, path="/")
        return response

    def _response(
        self, request: web.Request, signed_in: SignIn, value: str, *, status: int
    ) -> web.Response:
        view = SessionView(
            agent=AgentView.of(signed_in.agent),
            csrf_header=CSRF_HEADER,
            csrf_token=signed_in.csrf,
        )
        response = web.Response(
            status=status,
            body=view.model_dump_json().encode(),
            content_type="application/json",
            headers={"Cache-Control": "no-store"},
        )
        response.set_cookie(
            COOKIE,
            value,
            max_age=int(LIFETIME.total_seconds()),
            path="/",
            httponly=True,
            samesite="Lax",
            secure=request[SECURE] or (self.public_https and not is_local(request)),
        )
        return response
