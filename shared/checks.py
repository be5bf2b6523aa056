"""Asking the connectors to look at a channel's settings or account, across processes.

Settings models and connectors live with the connectors service alone; the inbox asks it over the
bus and gives up after ``CHECK_LIMIT_S``. Request and answer are transient: nothing waits for a
process that is away. Several processes may answer; the first answer counts.
"""

from datetime import datetime
from typing import Any, ClassVar, Final, Literal

from pydantic import Field

from shared.envelope import Envelope
from shared.events import Event, routing_key
from shared.ids import ChannelId, ChannelType, uuid7
from shared.model.base import Model
from shared.model.reach import Reached
from shared.model.template import Template
from shared.payload import Payload
from shared.ports.bus import Exchange, Publication, Queue

CHECK_LIMIT_S: Final = 20.0
"""How long whoever asks waits; the live check itself has less."""
CHECK_KIND: Final = "channel.check"
CHECK_KEY: Final = "check"


class CheckRequest(Model):
    """Validate the settings of a channel and, if ``live``, look at its account on the platform.

    For a stored channel ``channel_id`` is enough: its document is read. For one that is not stored
    yet (or changed settings before they are stored) ``settings`` holds what is not secret and
    ``sealed`` the secrets, encrypted by ``shared.sealing.Seal``; they never travel in plain text.
    """

    request_id: str
    type: ChannelType
    channel_id: ChannelId | None = None
    settings: dict[str, Any] | None = None
    """None: those of the stored channel."""
    sealed: str | None = None
    live: bool = True
    templates: Literal["known", "fresh"] | None = None
    """Of a stored channel: tell its templates instead; ``fresh`` asks the platform anew."""
    reach: str | None = None
    """Of a stored channel: say instead where somebody with this address is written to."""
    reach_name: str | None = None


class CheckedItem(Model):
    """One thing that was looked at, and what to do where it is not well."""

    name: str
    ok: bool
    detail: str = ""
    remedy: str = ""


class SettingProblem(Model):
    """A setting that does not fit; ``field`` is its name, ``None`` for the settings as a whole."""

    field: str | None = None
    reason: str


class CheckReport(Model):
    """What came of it. ``problems`` are about the settings; with any, nothing was looked at."""

    ok: bool
    account: str | None = None
    items: tuple[CheckedItem, ...] = ()
    problems: tuple[SettingProblem, ...] = ()
    templates: tuple[Template, ...] | None = None
    """Where they were asked for; None with ``ok``: this type of channel has none."""
    reached: Reached | None = None
    """Where that was asked for; None with ``ok``: this type writes to nobody first."""


class ChannelChecked(Event):
    """The answer; transient, so without a position in the log."""

    kind: ClassVar[str] = "event.channel.checked"

    request_id: str
    report: CheckReport = Field(default_factory=lambda: CheckReport(ok=False))


def check_request(request: CheckRequest, *, at: datetime, source: str) -> Publication:
    """The question on its way to whoever serves channels of this type."""
    envelope = Envelope(
        id=request.request_id,
        kind=CHECK_KIND,
        at=at,
        source=source,
        trace_id=uuid7().hex,
        payload=Payload.of(request),
    )
    return Publication(Exchange.OUTBOUND, CHECK_KEY, envelope)


def check_answer(
    answer: ChannelChecked, request: CheckRequest, *, at: datetime, source: str
) -> Publication:
    """The answer on its way to whoever asked."""
    envelope = Envelope(
        id=f"{answer.request_id}.answer",
        kind=ChannelChecked.kind,
        at=at,
        source=source,
        trace_id=uuid7().hex,
        correlation_id=answer.request_id,
        payload=Payload.of(answer),
    )
    key = routing_key(ChannelChecked.kind, request.type, request.channel_id or "hub")
    return Publication(Exchange.EVENTS, key, envelope)


def checks_queue(reader: str) -> Queue:
    """The questions, for one connectors process."""
    return Queue(
        name=f"checks.{reader}",
        durable=False,
        bindings=((Exchange.OUTBOUND, CHECK_KEY),),
        capacity=100,
    )


def check_answers_queue(reader: str) -> Queue:
    """The answers, for one process that asks."""
    return Queue(
        name=f"checked.{reader}",
        durable=False,
        bindings=((Exchange.EVENTS, "channel-checked.*.*"),),
        capacity=100,
    )
