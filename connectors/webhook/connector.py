"""The connector of the channel type ``webhook``: signed events in, signed callbacks out."""

import json
from collections.abc import AsyncIterator, Mapping, Sequence

from aiohttp import web

from connectors.base import (
    Answer,
    CheckReport,
    ConnectorContext,
    Outgoing,
    Parsed,
    RawEvent,
    RawRequest,
    Sent,
)
from connectors.webhook import account, outbound, reading
from connectors.webhook.addresses import Addresses
from connectors.webhook.files import Files
from connectors.webhook.inbound import Reader
from connectors.webhook.manifest import WebhookSettings
from shared.errors import ChannelBroken, Rejected
from shared.ids import ExternalId, uuid7
from shared.model.channel import Capabilities
from shared.model.content import Attachment
from shared.webhooks.sender import Callback, Caller
from shared.webhooks.signing import verify


class WebhookConnector:
    """One system that speaks the hub's own JSON."""

    def __init__(
        self, context: ConnectorContext, settings: WebhookSettings, addresses: Addresses
    ) -> None:
        self._context = context
        self._settings = settings
        self._secrets = account.secrets(settings)
        self._reader = Reader(context, addresses)
        self._files = Files(context, addresses)
        self._caller: Caller | None = account.caller(context, settings)

    def verify(self, request: RawRequest) -> None:
        """One of our secrets signed it, not long ago. Raises ``Unauthorised``."""
        verify(self._secrets, request.headers, request.body, self._context.clock.now())

    def split(self, body: bytes) -> Sequence[RawEvent]:
        """One event, or a list of them. Raises ``BadPayload``."""
        return reading.events_of(body)

    def parse(self, event: RawEvent) -> Parsed:
        """What one event says. Raises ``BadPayload`` naming what is wrong."""
        return self._reader.parsed(reading.event_of(event.body))

    def answer(self, request: RawRequest) -> Answer:
        """200, or 422 with what is wrong in each event that was put aside."""
        status, said = reading.verdict(request)
        return Answer(status, json.dumps(said).encode(), "application/json")

    async def send(self, outgoing: Outgoing) -> Sent:
        """One callback. Raises a ``SendError``."""
        if self._caller is None:
            raise Rejected("this channel only receives: it has no callback address")
        part, at = outgoing.part, self._context.clock.now().isoformat()
        files = [await self._files.described(file, part.created_at) for file in outgoing.files]
        callback = Callback(
            id=part.id,
            kind=outbound.kind_of(part),
            body=outbound.body_of(outgoing, at, files),
            attempt=max(1, part.attempt),
            repeats=self._settings.idempotent_receiver,
        )
        return outbound.meaning(await self._caller.call(callback), part.id)

    async def typing(self, thread: ExternalId, context: Mapping[str, str]) -> None:
        """Tell that somebody is typing, if the settings say so. Best effort."""
        if self._caller is not None and self._settings.typing:
            told = {"type": "typing", "thread": {"id": thread, "context": dict(context)}}
            await self._caller.tell(account.news(told, f"typing-{uuid7().hex}", self._context))

    def limited(self, capabilities: Capabilities) -> Capabilities:
        """What the settings say that this system can do."""
        return account.limited(capabilities, self._settings)

    def fetch(self, attachment: Attachment) -> AsyncIterator[bytes]:
        """A file that an event named. Raises ``Rejected``, ``Unavailable``."""
        return self._files.fetch(attachment)

    def routes(self) -> Sequence[web.RouteDef]:
        """Where callbacks' larger files are fetched from."""
        return [web.get("/files/{token}", self._files.serve)]

    async def check(self) -> CheckReport:
        """Whether somebody takes callbacks, and where events are to be sent."""
        return await account.check(self._context, self._caller)

    async def close(self) -> None:
        """Nothing is open beyond the hub's sessions."""


def connect(context: ConnectorContext) -> WebhookConnector:
    """The connector of this channel. Raises ``ChannelBroken``."""
    if not isinstance(context.settings, WebhookSettings) or not context.webhook_secret:
        raise ChannelBroken("these are not the settings of a webhook channel")
    return WebhookConnector(context, context.settings, Addresses(context.webhook_secret))
