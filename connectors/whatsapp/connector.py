"""The connector of the channel type ``whatsapp``: a business number on Meta's Cloud API."""

import hashlib
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import aclosing
from typing import Final

import structlog
from pydantic import SecretStr

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
from connectors.payload import Payload
from connectors.whatsapp import batch, refusals
from connectors.whatsapp.account import Check
from connectors.whatsapp.event import Account
from connectors.whatsapp.graph import Graph, NoAnswer, Refused
from connectors.whatsapp.manifest import WhatsAppSettings
from connectors.whatsapp.media import MEDIA_ID, SHA256
from connectors.whatsapp.people import dialled
from connectors.whatsapp.sender import Sender
from connectors.whatsapp.subscription import Subscription
from connectors.whatsapp.templates import Catalogue
from connectors.whatsapp.updates import parse_event
from connectors.whatsapp.upload import Uploads
from connectors.whatsapp.webhook import Webhook, tells_of_templates
from shared.errors import BadRequest, HubError, Rejected, Unavailable
from shared.ids import ExternalId
from shared.model.content import Attachment
from shared.model.message import Direction
from shared.model.reach import Reached
from shared.model.template import Template

log = structlog.get_logger(__name__)

_QUICK_S: Final = 5.0
_LOOK_BACK: Final = 20
_MOVED: Final = 404


class WhatsAppConnector:
    """One number at work."""

    def __init__(self, context: ConnectorContext, settings: WhatsAppSettings) -> None:
        self._context = context
        token = settings.verify_token or (
            SecretStr(context.webhook_secret) if context.webhook_secret else None
        )
        self._account = Account(
            context.channel_id, context.channel_type, settings.phone_number_id, settings.waba_id
        )
        self._graph = Graph(
            context.http,
            settings.api_base,
            settings.access_token,
            timeout_s=settings.send_timeout_s,
        )
        number = settings.phone_number_id
        self._messages = f"{number}/messages"
        self._webhook = Webhook(settings.app_secret, token)
        self._subscription = Subscription(context, settings, self._graph, token)
        self._catalogue = Catalogue(self._graph, settings.waba_id, context.clock)
        uploads = Uploads(self._graph, number, context.clock, timeout_s=settings.send_timeout_s)
        self._sender = Sender(self._graph, number, uploads, self._catalogue)
        self._check = Check(self._graph, settings, self._subscription, context.clock)

    def verify(self, request: RawRequest) -> None:
        """Meta's signature on the raw bytes. Raises ``Unauthorised``."""
        self._webhook.verify(request)

    def answer(self, request: RawRequest) -> Answer:
        """The challenge of Meta's handshake; nothing to events."""
        if tells_of_templates(request):
            self._catalogue.forget()
        return self._webhook.answer(request)

    def split(self, body: bytes) -> Sequence[RawEvent]:
        """One event for each message, status or error. Raises ``BadPayload``."""
        return batch.split(body)

    def parse(self, event: RawEvent) -> Parsed:
        """What one event says. Raises ``BadPayload``, and nothing else for any bytes."""
        return parse_event(event, self._account, self._context.clock)

    async def send(self, outgoing: Outgoing) -> Sent:
        """Make one call. Raises a ``SendError``."""
        return await self._sender.send(outgoing)

    async def check(self) -> CheckReport:
        """Number, token and webhook. Raises ``Unavailable``."""
        return await self._check.report()

    async def close(self) -> None:
        """Nothing is open beyond the hub's session."""

    async def subscribe(self) -> None:
        """Subscribe the app, and set the number's own webhook address."""
        await self._subscription.subscribe()

    async def unsubscribe(self) -> None:
        """Take the number's webhook address away."""
        await self._subscription.unsubscribe()

    async def templates(self, *, refresh: bool = False) -> Sequence[Template]:
        """All templates of the account. Raises ``Unavailable``, ``Throttled``,
        ``ChannelBroken``."""
        return await self._catalogue.all(refresh=refresh)

    def reach(self, address: str, name: str | None) -> Reached:
        """The chat with a phone number. Raises ``BadRequest``.

        Meta may know the number by another spelling, which its answer to the first message tells.
        """
        found = dialled(address, name)
        person = found.participant()
        typed = tuple(one.model_copy(update={"verified": False}) for one in person.identifiers)
        return Reached(
            thread=found.thread(), person=person.model_copy(update={"identifiers": typed})
        )

    async def fetch(self, attachment: Attachment) -> AsyncIterator[bytes]:
        """A file's bytes, up to 100 MB. Raises ``Rejected`` and ``Unavailable``."""
        media_id = attachment.native.get(MEDIA_ID)
        if media_id is None:
            raise Rejected("WhatsApp gave no file")
        digest = hashlib.sha256()
        async with aclosing(self._bytes(media_id)) as chunks:
            async for chunk in chunks:
                digest.update(chunk)
                yield chunk
        expected = attachment.native.get(SHA256)
        if expected is not None and digest.hexdigest() != expected:
            raise Unavailable("the file that came is not the one that was announced")

    async def typing(self, thread: ExternalId, context: Mapping[str, str]) -> None:
        """Show "typing" for up to 25 seconds; the last message counts as read by that."""
        last = await self._last_message(thread)
        if last is not None:
            await self._mark(last, {"typing_indicator": {"type": "text"}})

    async def mark_read(self, thread: ExternalId, context: Mapping[str, str]) -> None:
        """Let the customer see that everything so far was read. Best effort."""
        last = await self._last_message(thread)
        if last is not None:
            await self._mark(last, {})

    async def _bytes(self, media_id: str) -> AsyncGenerator[bytes, None]:
        """The file at its address, which is good for five minutes; then for a new one."""
        for last in (False, True):
            address = await self._address(media_id)
            try:
                async with aclosing(self._graph.download(address)) as chunks:
                    async for chunk in chunks:
                        yield chunk
            except (Refused, NoAnswer) as error:
                if isinstance(error, Refused) and error.status == _MOVED and not last:
                    continue
                raise refusals.of_fetch(error) from None
            return

    async def _address(self, media_id: str) -> str:
        try:
            found = Payload(await self._graph.get(media_id)).text("url")
        except (Refused, NoAnswer) as error:
            raise refusals.of_fetch(error) from None
        if found is None:
            raise Unavailable("Meta named no address for the file")
        return found

    async def _last_message(self, thread: ExternalId) -> str | None:
        """The customer's newest message, which marks all before it."""
        reader = self._context.reader
        if reader is None:
            return None
        messages = await reader.messages(thread, limit=_LOOK_BACK)
        return next(
            (
                str(message.external_ids[0])
                for message in reversed(messages)
                if message.direction is Direction.INBOUND and message.external_ids
            ),
            None,
        )

    async def _mark(self, message_id: str, more: Mapping[str, object]) -> None:
        mark = {"messaging_product": "whatsapp", "status": "read", "message_id": message_id}
        try:
            await self._graph.post(self._messages, mark | dict(more), timeout_s=_QUICK_S)
        except (Refused, NoAnswer, HubError) as error:
            name = type(error).__name__
            log.debug("mark.unshown", channel_id=self._context.channel_id, error=name)


def connect(context: ConnectorContext) -> WhatsAppConnector:
    """A connector for the channel. Raises ``BadRequest`` for settings of another type."""
    if not isinstance(context.settings, WhatsAppSettings):
        raise BadRequest("these are not the settings of a WhatsApp channel", field="settings")
    return WhatsAppConnector(context, context.settings)
