"""One-time links as routes: how they stand, sending one, its page, and its button."""

from dataclasses import dataclass
from typing import Final

from aiohttp import web
from pydantic import Field

from inbox.api.orders import MessageDone, Orders
from inbox.limits import SignInLimit
from inbox.permissions import Permission
from inbox.rest.addresses import REMOTE
from inbox.rest.route import Answer, Call, Nothing, Route
from inbox.rest.shapes import Accepted, OwnId
from inbox.verification_page import HEADERS, STYLE, language_of, page
from inbox.verifications import LinkState, Verifications, VerificationStanding
from shared.commands import SendVerification
from shared.ids import ConversationId
from shared.model.base import Strict
from shared.model.verification import PATH, verification_id

_TAG: Final = "conversations"


class VerificationRequest(Strict):
    """Where the link goes."""

    id: OwnId | None = None
    address: str | None = Field(default=None, max_length=254)
    """A mail address that is certain of the contact. Left out: in a conversation by mail, an answer
    there; otherwise the first such address."""


@dataclass(frozen=True, slots=True)
class VerificationsApi:
    """The routes that tell of links and send them, and what stands behind them."""

    orders: Orders
    verifications: Verifications
    limit: SignInLimit

    def routes(self) -> list[Route]:
        """What they are."""
        public = Permission.PUBLIC
        return [
            Route(
                "GET", "/conversations/{id}/verification", self.standing,
                Permission.CONVERSATIONS_READ, "How it stands with its one-time links",
                "conversations", answer=VerificationStanding,
            ),
            Route(
                "POST", "/conversations/{id}/verification", self.send,
                Permission.CONVERSATIONS_WRITE, "Send a one-time link that proves who it is",
                "conversations", body=VerificationRequest, answer=MessageDone, status=201,
                others={202: Accepted},
            ),
            Route(
                "GET", f"{PATH}/{{code}}", self.show, public,
                "The page of a one-time link; looking at it changes nothing", _TAG,
                produces="text/html", root=True,
            ),
            Route(
                "POST", f"{PATH}/{{code}}", self.use, public,
                "The button of that page: the link is used up", _TAG, streams=True,
                consumes="application/x-www-form-urlencoded", produces="text/html", root=True,
            ),
            Route(
                "GET", "/verify.css", self.style, public, "How that page looks", _TAG,
                produces="text/css", root=True,
            ),
        ]  # fmt: skip

    async def standing(self, call: Call[Nothing, Nothing]) -> VerificationStanding:
        """Where a link may go, and what became of the last one."""
        return await self.verifications.standing(call.path["id"])

    async def send(self, call: Call[Nothing, VerificationRequest]) -> Answer:
        """Give the command."""
        command = SendVerification(
            conversation_id=ConversationId(call.path["id"]),
            actor=call.caller.actor,
            address=call.body.address,
        )
        return await self.orders.for_message(call, command, call.body.id, 201)

    async def show(self, call: Call[Nothing, Nothing]) -> web.Response:
        """What scanners and previews see too."""
        return _page(call, await self.verifications.state(call.path["code"]))

    async def use(self, call: Call[Nothing, Nothing]) -> web.Response:
        """Pressed."""
        code, address = call.path["code"], call.request[REMOTE]
        self.limit.attempt(verification_id(code), address)
        state = await self.verifications.use(code)
        if state is LinkState.DONE:
            self.limit.succeeded(verification_id(code), address)
        return _page(call, state)

    async def style(self, call: Call[Nothing, Nothing]) -> web.Response:
        """The style sheet."""
        del call
        return web.Response(
            text=STYLE, content_type="text/css", headers={"Cache-Control": "no-cache"}
        )


def _page(call: Call[Nothing, Nothing], state: LinkState) -> web.Response:
    language = language_of(call.request.headers.get("Accept-Language", ""))
    status = 410 if state is LinkState.OVER else 200
    return web.Response(
        text=page(state, language), status=status, content_type="text/html", headers=HEADERS
    )
