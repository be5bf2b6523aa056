"""The site chat's connector: our own store is the mailbox, our own widget the far end.

Customers' messages come in over the widget's HTTP surface and are answered once the bus has
confirmed. Agents' messages are sent as soon as they are stored: widgets hear of them through the
event log and find them in the history.
"""

from collections.abc import Sequence
from typing import Final

import structlog
from aiohttp import web
from pydantic import SecretStr

from connectors.base import (
    CheckItem,
    CheckReport,
    ConnectorContext,
    Outgoing,
    Parsed,
    RawEvent,
    RawRequest,
    Sent,
)
from connectors.webchat.files import Files
from connectors.webchat.lines import Lines
from connectors.webchat.manifest import WebchatSettings
from connectors.webchat.surface import Surface
from connectors.webchat.views import view
from connectors.webchat.visitors import Visitors
from shared.errors import BadPayload, ChannelBroken, Rejected, Unauthorised
from shared.ids import ExternalId
from shared.model.message import Message
from shared.model.people import Actor, ActorKind

log = structlog.get_logger(__name__)

_NO_WEBHOOK: Final = "the site chat has no platform and takes no webhooks"


class WebchatConnector:
    """One site chat at work."""

    def __init__(self, context: ConnectorContext, settings: WebchatSettings, secret: str) -> None:
        self._context = context
        self._settings = settings
        self._lines = Lines(context.clock)
        visitors = Visitors(
            context.channel_id,
            SecretStr(secret),
            identity_secret=settings.identity_secret,
            require_signed=settings.require_signed,
        )
        self._surface = Surface(
            context.channel_id,
            settings,
            clock=context.clock,
            visitors=visitors,
            files=Files(context.blobs, visitors, max_bytes=settings.max_file_bytes),
            lines=self._lines,
            reader=context.reader,
            accept=context.accept,
        )

    def verify(self, request: RawRequest) -> None:
        """There is nobody who could call. Raises ``Unauthorised``."""
        raise Unauthorised(_NO_WEBHOOK)

    def split(self, body: bytes) -> Sequence[RawEvent]:
        """Raises ``BadPayload``."""
        raise BadPayload(_NO_WEBHOOK)

    def parse(self, event: RawEvent) -> Parsed:
        """Raises ``BadPayload``."""
        raise BadPayload(_NO_WEBHOOK)

    async def send(self, outgoing: Outgoing) -> Sent:
        """It is in our store already, and that is where the widget reads. A repeat is harmless."""
        part = outgoing.part
        if part.kind == "reaction":
            raise Rejected("the site chat shows no reactions")
        return Sent(external_ids=(part.target_external_id or ExternalId(part.id),))

    async def check(self) -> CheckReport:
        """What of the settings does not fit together."""
        chosen = self._settings
        signed = not chosen.require_signed or chosen.identity_secret is not None
        items = [
            CheckItem("store", self._context.reader is not None, "the history can be read"),
            CheckItem("files", self._context.blobs is not None, "files can be stored"),
            CheckItem(
                "identity",
                signed,
                "signed users only" if chosen.require_signed else "anonymous visitors are welcome",
                "" if signed else "Set an identity secret, or nobody can write.",
            ),
        ]
        return CheckReport(items=items, account=chosen.title)

    async def close(self) -> None:
        """Let the connected widgets go; they come back by themselves."""
        self._lines.close()
        self._surface.close()

    def routes(self) -> Sequence[web.RouteDef]:
        """The widget's HTTP surface."""
        return self._surface.routes()

    async def message_changed(self, thread: ExternalId, message: Message) -> None:
        """Show it to the widgets of the thread, if it is for the customer's eyes."""
        shown = view(message, agent_names=self._settings.show_agent_names)
        if shown is not None:
            self._lines.push(thread, {"type": "message", "message": shown})

    async def agent_typing(self, thread: ExternalId, actor: Actor) -> None:
        """Show that somebody is answering."""
        named = self._settings.show_agent_names and actor.kind is ActorKind.AGENT
        self._lines.push(thread, {"type": "typing", "name": actor.name if named else None})


def connect(context: ConnectorContext) -> WebchatConnector:
    """The connector of this channel. Raises ``ChannelBroken`` when it cannot sign its visitors."""
    settings = context.settings
    if not isinstance(settings, WebchatSettings):
        raise ChannelBroken("these are not the settings of a site chat")
    if not context.webhook_secret:
        raise ChannelBroken("the hub made no secret for this channel")
    return WebchatConnector(context, settings, context.webhook_secret)
