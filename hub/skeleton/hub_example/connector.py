"""The connector: signed webhooks in, one POST out."""

import hmac
import json
from collections.abc import Sequence

from pydantic import ValidationError

from connectors.api import (
    BadPayload,
    ChannelBroken,
    CheckItem,
    CheckReport,
    ConnectorContext,
    ContactGone,
    Content,
    Delivery,
    EventKey,
    ExternalId,
    Inbound,
    InboundKind,
    Outgoing,
    Parsed,
    Participant,
    RawEvent,
    RawRequest,
    Receipt,
    Rejected,
    SendError,
    Sent,
    ThreadRef,
    Unauthorised,
    Unavailable,
    Uncertain,
    Unsupported,
    call,
)

from .manifest import ExampleSettings
from .payload import ExampleEvent


class ExampleConnector:
    """One account."""

    def __init__(self, context: ConnectorContext, settings: ExampleSettings) -> None:
        self._context = context
        self._settings = settings
        self._api = settings.api_base.rstrip("/")
        self._headers = {"Authorization": f"Bearer {settings.token.get_secret_value()}"}

    def verify(self, request: RawRequest) -> None:
        """The signature is the HMAC-SHA-256 of the body. Raises ``Unauthorised``."""
        key = self._settings.signing_key.get_secret_value().encode()
        right = hmac.new(key, request.body, "sha256").hexdigest().encode()
        # As bytes: a comparison of texts fails on what is not ASCII.
        given = request.headers.get("x-signature", "").encode(errors="replace")
        if not hmac.compare_digest(right, given):
            raise Unauthorised("the signature does not fit")

    def split(self, body: bytes) -> Sequence[RawEvent]:
        """A webhook of this platform brings one event."""
        return [RawEvent(body)]

    def parse(self, event: RawEvent) -> Parsed:
        """What it says. Raises ``BadPayload``, and nothing else for any bytes."""
        try:
            said = ExampleEvent.model_validate_json(event.body)
        except (ValidationError, RecursionError, OverflowError):
            raise BadPayload("not an event of this platform") from None
        if said.type == "status" and said.message_id is not None:
            return Parsed(receipts=[self._receipt(said, ExternalId(said.message_id))])
        return Parsed(inbound=[self._inbound(said, event.body)])

    def _inbound(self, said: ExampleEvent, body: bytes) -> Inbound:
        known = said.type == "message" and bool(said.text.strip())
        content = (
            Content(text=said.text) if known else Content(blocks=(Unsupported(name=said.type),))
        )
        return Inbound(
            channel_id=self._context.channel_id,
            channel_type=self._context.channel_type,
            event_key=EventKey(said.id),
            kind=InboundKind.MESSAGE if known else InboundKind.UNSUPPORTED,
            thread=ThreadRef(external_id=ExternalId(said.chat), partition_key=said.chat),
            author=Participant(external_id=ExternalId(said.chat), name=said.name),
            external_id=ExternalId(said.message_id or said.id),
            content=content,
            occurred_at=said.at,
            received_at=self._context.clock.now(),
            raw=None if known else json.loads(body),
        )

    def _receipt(self, said: ExampleEvent, message_id: ExternalId) -> Receipt:
        return Receipt(
            channel_id=self._context.channel_id,
            thread=ExternalId(said.chat),
            state=Delivery(said.status),
            external_ids=(message_id,),
            at=said.at,
        )

    async def send(self, outgoing: Outgoing) -> Sent:
        """One call. Raises a ``SendError``."""
        part = outgoing.part
        body = {"chat": part.thread, "text": part.content.text, "reference": outgoing.key}
        answer = await call(
            self._context.http, "POST", f"{self._api}/messages", json=body, headers=self._headers
        )
        said = answer.json()
        if answer.ok and isinstance(said.get("id"), str):
            return Sent(external_ids=(ExternalId(said["id"]),))
        if answer.ok:
            raise Uncertain("the platform took it and gave it no id")
        if said.get("code") == "blocked":
            raise ContactGone("the customer has blocked us")
        raise Rejected(f"the platform refused it: {str(said.get('code'))[:100]}")

    async def check(self) -> CheckReport:
        """Ask who we are. Raises ``Unavailable``."""
        try:
            answer = await call(
                self._context.http, "GET", f"{self._api}/account", headers=self._headers
            )
            account = str(answer.json().get("name"))
        except ChannelBroken as error:
            item = CheckItem("token", False, str(error), "Copy the API token again.")
            return CheckReport([item])
        except SendError as error:
            raise Unavailable(str(error)) from None
        return CheckReport([CheckItem("token", True, "the platform knows it")], account=account)

    async def close(self) -> None:
        """Nothing was opened."""


def connect(context: ConnectorContext) -> ExampleConnector:
    """The connector of a channel. Raises ``ChannelBroken``."""
    if not isinstance(context.settings, ExampleSettings):
        raise ChannelBroken("these are the settings of another channel type")
    return ExampleConnector(context, context.settings)
