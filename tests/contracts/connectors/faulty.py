"""Faults planted in the made-up connector: mistakes that somebody makes sooner or later."""

import asyncio
import dataclasses
import hashlib
import hmac
import json
from collections.abc import Callable, Sequence
from typing import Any

import structlog
from aiohttp import ClientError

from connectors.base import (
    Connector,
    ConnectorContext,
    Outgoing,
    Parsed,
    RawEvent,
    RawRequest,
    Sent,
)
from connectors.contract.cases import Case
from shared.errors import NotSent, Rejected, Unauthorised, Uncertain
from shared.ids import EventKey, ExternalId, new_id
from shared.model.inbound import InboundKind
from tests.contracts.connectors.installed import sample_case
from tests.contracts.connectors.sample.connector import SampleConnector
from tests.contracts.connectors.sample.manifest import SampleSettings

log = structlog.get_logger(__name__)

Made = Callable[[ConnectorContext, SampleSettings], Connector]


def with_fault(made: Made) -> Case:
    """The sample case with a connector that has a fault."""

    def make(context: ConnectorContext) -> Connector:
        assert isinstance(context.settings, SampleSettings)
        return made(context, context.settings)

    return dataclasses.replace(sample_case(), make=make)


class LetsEverybodyIn(SampleConnector):
    """Looks at the signature only where there is one."""

    def verify(self, request: RawRequest) -> None:
        if "x-signature" in request.headers:
            super().verify(request)


class SignsTheKeyOnly(SampleConnector):
    """The signature is right, but of nothing in the body."""

    def verify(self, request: RawRequest) -> None:
        if len(request.headers.get("x-signature", "")) != 64:
            raise Unauthorised("the signature is wrong")


class ComparesText(SampleConnector):
    """Comparing text that is not ASCII raises ``TypeError``."""

    def verify(self, request: RawRequest) -> None:
        key = self._settings.signing_key.get_secret_value().encode()
        right = hmac.new(key, request.body, "sha256").hexdigest()
        if not hmac.compare_digest(right, request.headers.get("x-signature", "")):
            raise Unauthorised("the signature is wrong")


class TrustsTheShape(SampleConnector):
    """Takes the payload apart without looking."""

    def parse(self, event: RawEvent) -> Parsed:
        if json.loads(event.body)["type"] == "nothing":
            return Parsed()
        return super().parse(event)


class TrustsTheClock(SampleConnector):
    """Reads the time before its value was checked."""

    def parse(self, event: RawEvent) -> Parsed:
        raw = _object(event.body)
        from datetime import UTC, datetime

        if isinstance(raw.get("at"), int | float):
            datetime.fromtimestamp(raw["at"], UTC)
        return super().parse(event)


class DropsTheUnknown(SampleConnector):
    """What it does not understand is gone."""

    def parse(self, event: RawEvent) -> Parsed:
        parsed = super().parse(event)
        kept = [e for e in parsed.inbound if e.kind is not InboundKind.UNSUPPORTED]
        return dataclasses.replace(parsed, inbound=kept)


class ForgetsTheRaw(SampleConnector):
    """Says that it does not understand, and throws the payload away."""

    def parse(self, event: RawEvent) -> Parsed:
        parsed = super().parse(event)
        bare = [e.model_copy(update={"raw": None}) for e in parsed.inbound]
        return dataclasses.replace(parsed, inbound=bare)


class InventsKeys(SampleConnector):
    """A repeat gets another key."""

    def parse(self, event: RawEvent) -> Parsed:
        parsed = super().parse(event)
        renamed = [
            e.model_copy(update={"event_key": EventKey(new_id("k"))}) for e in parsed.inbound
        ]
        return dataclasses.replace(parsed, inbound=renamed)


class TellsEchoes(SampleConnector):
    """Our own message comes back as the customer's."""

    def parse(self, event: RawEvent) -> Parsed:
        raw = _object(event.body)
        if raw.get("type") == "echo":
            return super().parse(RawEvent(json.dumps({**raw, "type": "sms"}).encode()))
        return super().parse(event)


class CountsTwice(SampleConnector):
    """A batch is split, and its last event comes twice."""

    def split(self, body: bytes) -> Sequence[RawEvent]:
        events = super().split(body)
        return [*events, *events[-1:]]


class ShowsItself(SampleConnector):
    """Its representation holds the token."""

    def __repr__(self) -> str:
        return f"<Sample {self._settings.token.get_secret_value()}>"


class LogsTheKey(SampleConnector):
    """A refusal is logged with the key that would have fitted."""

    def verify(self, request: RawRequest) -> None:
        try:
            super().verify(request)
        except Unauthorised:
            log.warning("refused", right=self._settings.signing_key.get_secret_value())
            raise


class _Answers(SampleConnector):
    """Sends, and says something else of what came back."""

    def other(self, error: Exception) -> Exception:
        return error

    async def send(self, outgoing: Outgoing) -> Sent:
        try:
            return await super().send(outgoing)
        except Exception as error:  # noqa: BLE001 - the fault is what becomes of it
            raise self.other(error) from None


class RepeatsTheUncertain(_Answers):
    """A lost answer counts as not sent, so the customer gets it twice."""

    def other(self, error: Exception) -> Exception:
        return NotSent("no answer") if isinstance(error, Uncertain) else error


class GivesUpOnThrottling(_Answers):
    """Too fast counts as refused."""

    def other(self, error: Exception) -> Exception:
        refused = type(error).__name__ == "Throttled"
        return Rejected("too many requests") if refused else error


class LeaksTheForeignError(_Answers):
    """The client's own error gets out."""

    def other(self, error: Exception) -> Exception:
        return ClientError("lost") if isinstance(error, Uncertain) else error


class NamesTheToken(_Answers):
    """The error's text holds the token."""

    def other(self, error: Exception) -> Exception:
        return type(error)(f"/bot{self._settings.token.get_secret_value()}: {error}")


class SwallowsCancelling(SampleConnector):
    """Being told to stop counts as an answer that was lost."""

    async def send(self, outgoing: Outgoing) -> Sent:
        try:
            return await super().send(outgoing)
        except asyncio.CancelledError:
            raise Uncertain("no answer") from None


class SendsNothing(SampleConnector):
    """Says that it was sent without asking anybody."""

    async def send(self, outgoing: Outgoing) -> Sent:
        return Sent(external_ids=(ExternalId(hashlib.sha256(outgoing.key.encode()).hexdigest()),))


def _object(body: bytes) -> dict[str, Any]:
    try:
        raw = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return raw if isinstance(raw, dict) else {}
