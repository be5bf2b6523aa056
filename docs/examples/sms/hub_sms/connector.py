"""Ferry's HTTP API: https://ferry.invalid/docs as of 2026-11-22 (made up, like Ferry itself)."""

import hmac
from collections.abc import Sequence
from datetime import UTC, datetime
from urllib.parse import parse_qsl

import connectors.api as hub

from .manifest import SmsSettings

_STATES = {"ACCEPTED": hub.Delivery.SENT, "DELIVERED": hub.Delivery.DELIVERED,
           "UNDELIVERABLE": hub.Delivery.FAILED, "EXPIRED": hub.Delivery.FAILED}  # fmt: skip
_REFUSALS = {"opted_out": hub.ContactGone, "unknown_number": hub.ContactGone}
_SHORTEST, _LONGEST = 7, 16  # of a number with its plus
_NEWEST_AT = 253_402_300_799  # the last second of the year 9999


class SmsConnector:
    """One number."""

    def __init__(self, context: hub.ConnectorContext, settings: SmsSettings) -> None:
        self._context, self._settings = context, settings
        self._api = settings.api_base.rstrip("/")
        self._headers = {"X-Ferry-Key": settings.api_key.get_secret_value()}

    def verify(self, request: hub.RawRequest) -> None:
        """HMAC-SHA-256 of the body, in hex. Raises ``Unauthorised``."""
        key = self._settings.signing_key.get_secret_value().encode()
        right = hmac.new(key, request.body, "sha256").hexdigest().encode()
        given = request.headers.get("x-ferry-signature", "").encode(errors="replace")
        if not hmac.compare_digest(right, given):
            raise hub.Unauthorised("the signature does not fit")

    def split(self, body: bytes) -> Sequence[hub.RawEvent]:
        """A form brings one event."""
        return [hub.RawEvent(body)]

    def parse(self, event: hub.RawEvent) -> hub.Parsed:
        """A message, a report, or something new. Raises ``BadPayload``."""
        try:
            form = dict(parse_qsl(event.body.decode(), keep_blank_values=True))
            id, phone, seconds = form["id"], form["phone"], int(form["at"])
        except (UnicodeDecodeError, ValueError, KeyError):
            raise hub.BadPayload("not one of Ferry's forms") from None
        if not (id and phone and 0 <= seconds <= _NEWEST_AT):
            raise hub.BadPayload("a form without id, phone or time")
        at, channel_id = datetime.fromtimestamp(seconds, UTC), self._context.channel_id
        thread = hub.ExternalId(phone)
        if form.get("type") == "report" and form.get("status") in _STATES:
            state = _STATES[form["status"]]
            failed = state is hub.Delivery.FAILED
            why = hub.Failure(kind=hub.FailureKind.REJECTED, reason=form["status"].lower())
            ids = (hub.ExternalId(form.get("message", "")),)
            receipt = hub.Receipt(channel_id=channel_id, thread=thread, state=state, at=at,
                                  external_ids=ids, failure=why if failed else None)  # fmt: skip
            return hub.Parsed(receipts=[receipt])
        known = form.get("type") == "sms" and bool(form.get("text", "").strip())
        new = hub.Unsupported(name=form.get("type", "unknown"))
        address = hub.Identifier(kind=hub.IdentifierKind.PHONE, value=phone, verified=True)
        inbound = hub.Inbound(
            channel_id=channel_id,
            channel_type=self._context.channel_type,
            event_key=hub.EventKey(id),
            kind=hub.InboundKind.MESSAGE if known else hub.InboundKind.UNSUPPORTED,
            thread=hub.ThreadRef(external_id=thread, partition_key=phone),
            author=hub.Participant(external_id=thread, identifiers=(address,)),
            external_id=hub.ExternalId(id),
            content=hub.Content(text=form["text"]) if known else hub.Content(blocks=(new,)),
            occurred_at=at,
            received_at=self._context.clock.now(),
            raw=None if known else {**form},
        )
        return hub.Parsed(inbound=[inbound])

    def reach(self, address: str, name: str | None) -> hub.Reached:
        """The thread of a number. Raises ``BadRequest``."""
        phone = "+" + "".join(filter(str.isdigit, address))
        if not address.strip().startswith("+") or not _SHORTEST < len(phone) <= _LONGEST:
            raise hub.BadRequest("this is no phone number with its country, such as +4915112345678")
        number = hub.Identifier(kind=hub.IdentifierKind.PHONE, value=phone)
        id = hub.ExternalId(phone)
        person = hub.Participant(external_id=id, name=name, identifiers=(number,))
        return hub.Reached(thread=hub.ThreadRef(external_id=id, partition_key=phone), person=person)

    async def send(self, outgoing: hub.Outgoing) -> hub.Sent:
        """One form. Ferry sends the same reference once. Raises a ``SendError``."""
        form = {"from": self._settings.number, "to": outgoing.part.thread,
                "text": outgoing.part.content.text, "reference": outgoing.key}  # fmt: skip
        answer = await hub.call(
            self._context.http, "POST", f"{self._api}/messages", data=form, headers=self._headers
        )
        said = answer.json()
        if answer.ok and said.get("id"):
            return hub.Sent(external_ids=(hub.ExternalId(str(said["id"])),))
        if answer.ok:
            raise hub.Uncertain("Ferry gave the message no id")
        code = str(said.get("code"))[:60]
        raise _REFUSALS.get(code, hub.Rejected)(f"Ferry refused it: {code}")

    async def check(self) -> hub.CheckReport:
        """Whether the key is known and the number is ours. Raises ``Unavailable``."""
        number = self._settings.number
        try:
            url = f"{self._api}/numbers/{number}"
            answer = await hub.call(self._context.http, "GET", url, headers=self._headers)
        except hub.ChannelBroken as error:
            return hub.CheckReport([hub.CheckItem("key", False, str(error), "Create a new key.")])
        except hub.SendError as error:
            raise hub.Unavailable(str(error)) from None
        remedy = "" if answer.ok else "Choose a number of this account."
        return hub.CheckReport([hub.CheckItem("number", answer.ok, number, remedy)], number)

    async def close(self) -> None:
        """Nothing was opened."""


def connect(context: hub.ConnectorContext) -> SmsConnector:
    """The connector of a channel. Raises ``ChannelBroken``."""
    if not isinstance(context.settings, SmsSettings):
        raise hub.ChannelBroken("these are the settings of another channel type")
    return SmsConnector(context, context.settings)
