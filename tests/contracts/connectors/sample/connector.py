"""The connector of the made-up platform: small, whole, and what faults are planted in."""

import hmac
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from aiohttp import ClientError, ClientResponse, web
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from connectors.base import (
    CheckItem,
    CheckReport,
    ConnectorContext,
    Outgoing,
    Parsed,
    Pulled,
    RawEvent,
    RawRequest,
    Sent,
)
from shared.errors import (
    BadPayload,
    ChannelBroken,
    ContactGone,
    NotSent,
    Rejected,
    SendError,
    ThreadMoved,
    Throttled,
    Unauthorised,
    Unavailable,
    Uncertain,
    WindowClosed,
)
from shared.ids import EventKey, ExternalId
from shared.model.content import Action, Attachment, AttachmentKind, Content, Unsupported
from shared.model.delivery import Delivery
from shared.model.inbound import Inbound, InboundKind, Receipt, ThreadRef
from shared.model.people import Actor, ActorKind, Participant
from tests.contracts.connectors.sample.manifest import SampleSettings

_STATES = {"sent": Delivery.SENT, "delivered": Delivery.DELIVERED, "failed": Delivery.FAILED}
_REFUSALS: dict[str, type[Rejected]] = {"blocked": ContactGone, "window": WindowClosed}
_NEWEST_AT = 253_402_300_799  # the last second of the year 9999


class SampleFile(BaseModel):
    """A file of an event."""

    model_config = ConfigDict(hide_input_in_errors=True)

    id: str
    name: str | None = None
    mime: str | None = None
    size: int | None = None


class SampleEvent(BaseModel):
    """An event as the platform writes it."""

    model_config = ConfigDict(hide_input_in_errors=True)

    id: str
    type: str
    at: int = Field(ge=0, le=_NEWEST_AT)
    sender: str = Field(default="", alias="from")
    text: str = ""
    status: str = ""
    ref: str = ""
    value: str | None = None
    files: tuple[SampleFile, ...] = ()


class SampleConnector:
    """One number."""

    def __init__(self, context: ConnectorContext, settings: SampleSettings) -> None:
        self._context = context
        self._settings = settings
        self._api = settings.api_base.rstrip("/")

    def verify(self, request: RawRequest) -> None:
        """The signature is HMAC-SHA-256 of the body."""
        key = self._settings.signing_key.get_secret_value().encode()
        right = hmac.new(key, request.body, "sha256").hexdigest().encode()
        given = request.headers.get("x-signature", "").encode()
        if not hmac.compare_digest(right, given):
            raise Unauthorised("the signature is wrong")

    def split(self, body: bytes) -> Sequence[RawEvent]:
        """A body is ``{"events": [...]}``."""
        events = _json(body)
        found = events.get("events") if isinstance(events, dict) else None
        if not isinstance(found, list):
            raise BadPayload("no list of events")
        return [RawEvent(json.dumps(event).encode()) for event in found]

    def parse(self, event: RawEvent) -> Parsed:
        """What one event says."""
        raw = _json(event.body)
        try:
            said = SampleEvent.model_validate(raw)
        except (ValidationError, RecursionError):
            raise BadPayload("not an event of this platform") from None
        if said.type == "echo":
            return Parsed()
        if said.type == "status":
            return Parsed(receipts=self._receipts(said))
        if said.type == "typing":
            actor = Actor(kind=ActorKind.CONTACT, id=said.sender)
            return Parsed(typing=[(ExternalId(said.sender), actor)])
        return Parsed(inbound=[self._inbound(said, raw)])

    def _receipts(self, said: SampleEvent) -> list[Receipt]:
        return [
            Receipt(
                channel_id=self._context.channel_id,
                thread=ExternalId(said.sender),
                state=_STATES.get(said.status, Delivery.UNKNOWN),
                external_ids=(ExternalId(said.ref),),
                at=_time(said.at),
            )
        ]

    def _inbound(self, said: SampleEvent, raw: dict[str, Any]) -> Inbound:
        kind = {"sms": InboundKind.MESSAGE, "press": InboundKind.ACTION}.get(said.type)
        content = Content(text=said.text, attachments=tuple(map(_attachment, said.files)))
        if kind is InboundKind.ACTION:
            content = Content(action=Action(external_id=ExternalId(said.id), value=said.value))
        elif kind is None:
            kind = InboundKind.UNSUPPORTED
            content = Content(blocks=(Unsupported(name=said.type),))
        return Inbound(
            channel_id=self._context.channel_id,
            channel_type=self._context.channel_type,
            event_key=EventKey(said.id),
            kind=kind,
            thread=ThreadRef(external_id=ExternalId(said.sender), partition_key=said.sender),
            author=Participant(external_id=ExternalId(said.sender)),
            external_id=ExternalId(said.id),
            content=content,
            occurred_at=_time(said.at),
            received_at=self._context.clock.now(),
            raw=raw if kind is InboundKind.UNSUPPORTED else None,
        )

    async def send(self, outgoing: Outgoing) -> Sent:
        """One call to ``POST /messages``."""
        part = outgoing.part
        files = []
        for file in outgoing.files:
            size = 0
            async for chunk in file.read():
                size += len(chunk)
            files.append({"name": file.attachment.name, "size": size})
        body: dict[str, Any] = {
            "to": part.thread,
            "text": part.content.text,
            "ref": part.id,
            "files": files,
        }
        buttons = [[button.model_dump() for button in row] for row in part.content.buttons]
        body |= {"kind": part.kind, "target": part.target_external_id, "buttons": buttons}
        try:
            async with self._context.http.post(
                f"{self._api}/messages", json=body, headers=self._authorised()
            ) as response:
                answer = await self._answer(response)
        except SendError:
            raise
        except (ClientError, TimeoutError) as error:
            raise self._lost(error) from None
        place = answer.get("place")
        return Sent(
            external_ids=(ExternalId(str(answer["id"])),),
            thread=ExternalId(place) if place is not None else None,
        )

    async def _answer(self, response: ClientResponse) -> dict[str, Any]:
        if response.status == 429:
            raise Throttled(float(response.headers.get("Retry-After", "1")))
        if response.status in {401, 404}:
            raise ChannelBroken("the token is not accepted any more")
        if response.status >= 500:
            raise Uncertain(f"the platform answered {response.status}")
        answer = await response.json()
        if response.status == 200 and isinstance(answer, dict) and "id" in answer:
            return answer
        code = answer.get("code") if isinstance(answer, dict) else None
        if code == "moved":
            raise ThreadMoved(str(answer["to"]))
        if response.status == 400:
            raise _REFUSALS.get(str(code), Rejected)(f"the platform refused it: {code}")
        raise Uncertain("an answer that says nothing")

    @staticmethod
    def _lost(error: Exception) -> SendError:
        name = type(error).__name__
        if name in {"ClientConnectorError", "ClientConnectorDNSError"}:
            return NotSent("the platform is not reached")
        return Uncertain("no answer")

    def _authorised(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._settings.token.get_secret_value()}"}

    async def check(self) -> CheckReport:
        """Ask who we are."""
        try:
            async with self._context.http.get(
                f"{self._api}/me", headers=self._authorised()
            ) as response:
                answer = await response.json() if response.status == 200 else {}
        except (ClientError, TimeoutError):
            raise Unavailable("the platform is not reached") from None
        ok = "number" in answer
        item = CheckItem("token", ok, remedy="" if ok else "copy it again")
        return CheckReport([item], account=answer.get("number"))

    async def close(self) -> None:
        """Nothing was opened."""

    async def subscribe(self) -> None:
        """``PUT /webhook``."""
        await self._webhook(f"{self._context.public_url}/hooks" if not self.wants_pull() else None)

    async def unsubscribe(self) -> None:
        """``PUT /webhook`` with nothing."""
        await self._webhook(None)

    async def _webhook(self, url: str | None) -> None:
        try:
            async with self._context.http.put(
                f"{self._api}/webhook", json={"url": url}, headers=self._authorised()
            ) as response:
                if response.status == 401:
                    raise ChannelBroken("the token is not accepted any more")
                if response.status != 200:
                    raise Unavailable(f"the platform answered {response.status}")
        except (ClientError, TimeoutError):
            raise Unavailable("the platform is not reached") from None

    def wants_pull(self) -> bool:
        """As it is set."""
        return self._settings.mode == "pull"

    async def pull(self, cursor: str | None) -> Pulled:
        """``GET /updates``."""
        try:
            async with self._context.http.get(
                f"{self._api}/updates", params={"after": cursor or "0"}, headers=self._authorised()
            ) as response:
                if response.status == 401:
                    raise ChannelBroken("the token is not accepted any more")
                if response.status != 200:
                    raise Unavailable(f"the platform answered {response.status}")
                answer = await response.json()
        except (ClientError, TimeoutError):
            raise Unavailable("the platform is not reached") from None
        events = [RawEvent(json.dumps(entry["event"]).encode()) for entry in answer["updates"]]
        return Pulled(events, [str(entry["number"]) for entry in answer["updates"]], None)

    async def fetch(self, attachment: Attachment) -> AsyncIterator[bytes]:
        """``GET /files/<id>``."""
        url = f"{self._api}/files/{attachment.native['id']}"
        try:
            async with self._context.http.get(url, headers=self._authorised()) as response:
                if response.status == 410:
                    raise Rejected("the platform no longer has this file")
                if response.status != 200:
                    raise Unavailable(f"the platform answered {response.status}")
                async for chunk in response.content.iter_chunked(16 * 1024):
                    yield chunk
        except (ClientError, TimeoutError):
            raise Unavailable("the platform is not reached") from None

    async def answer_action(self, action: Action) -> None:
        """``POST /answers``."""
        async with self._context.http.post(
            f"{self._api}/answers", json={"id": action.external_id}, headers=self._authorised()
        ):
            pass

    def routes(self) -> Sequence[web.RouteDef]:
        """A page of its own."""
        return [web.get("/hello/{name}", self._hello)]

    async def _hello(self, request: web.Request) -> web.Response:
        return web.Response(text=f"{self._context.channel_id}: {request.match_info['name']}")


def connect(context: ConnectorContext) -> SampleConnector:
    """A connector for a channel."""
    if not isinstance(context.settings, SampleSettings):
        raise ChannelBroken("settings of another type")
    return SampleConnector(context, context.settings)


def _attachment(file: SampleFile) -> Attachment:
    image = (file.mime or "").startswith("image/")
    return Attachment(
        id=file.id,
        kind=AttachmentKind.IMAGE if image else AttachmentKind.FILE,
        name=file.name,
        mime=file.mime,
        size_bytes=file.size,
        native={"id": file.id},
    )


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise BadPayload("not JSON") from None


def _time(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def sign(body: bytes, key: str) -> Mapping[str, str]:
    """The headers of a webhook request as the platform sends them."""
    return {"X-Signature": hmac.new(key.encode(), body, "sha256").hexdigest()}
