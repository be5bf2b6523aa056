"""The HTML of mails, as a route."""

from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from aiohttp import web
from pydantic import Field

from inbox.mails import page, policy
from inbox.permissions import Permission
from inbox.rest.route import Call, Nothing, Route
from shared.collections import MESSAGES
from shared.errors import NotFound
from shared.model.base import Strict
from shared.model.message import Message
from shared.ports.blobs import Blobs
from shared.ports.store import Store

_MOST_BYTES: Final = 8 * 1024 * 1024
"""What a mail's HTML is cut to: it was cut when it came in, too."""


class MailQuery(Strict):
    """Whether pictures from elsewhere are loaded; that tells the sender that it was read."""

    pictures: bool = Field(default=False)


@dataclass(frozen=True, slots=True)
class MailsApi:
    """The route of a mail's HTML."""

    store: Store
    blobs: Blobs

    def routes(self) -> list[Route]:
        """What they are."""
        return [
            Route(
                "GET", "/messages/{id}/html", self.show, Permission.CONVERSATIONS_READ,
                "A mail as it was written, as a page for a sandboxed frame", "messages",
                query=MailQuery, produces="text/html",
            )
        ]  # fmt: skip

    async def show(self, call: Call[MailQuery, Nothing]) -> web.StreamResponse:
        """The page, under a policy of its own."""
        message = await self.store.get(MESSAGES, call.path["id"])
        email = message.content.email if message is not None else None
        if message is None or email is None or email.html_blob_id is None:
            raise NotFound("this message has no HTML")
        size = min(_MOST_BYTES, await self.blobs.size(email.html_blob_id))
        chunks = [chunk async for chunk in self.blobs.read(email.html_blob_id, start=0, end=size)]
        html = b"".join(chunks).decode("utf-8", "replace")
        remote = call.query.pictures
        return web.Response(
            text=page(html, _pictures(message), remote_pictures=remote),
            content_type="text/html",
            charset="utf-8",
            headers={
                "Content-Security-Policy": policy(remote_pictures=remote),
                "X-Frame-Options": "SAMEORIGIN",
                "Referrer-Policy": "no-referrer",
                "Cache-Control": "private, no-store",
            },
        )


def _pictures(message: Message) -> dict[str, str]:
    return {
        file.content_id.strip("<> "): (
            f"/api/v1/attachments/{quote(message.id, safe='')}/{quote(file.id, safe='')}"
        )
        for file in message.content.attachments
        if file.content_id is not None
    }
