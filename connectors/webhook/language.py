"""The JSON in which any system tells what happened there: ``docs/channels/webhook.md`` explains it.

It is strict: an unknown field, a missing one or a wrong value is refused by its name.
"""

import base64
import binascii
from typing import Annotated, Literal

from pydantic import AwareDatetime, ConfigDict, Field, TypeAdapter, model_validator

from connectors.webhook.manifest import MAX_TEXT
from shared.model.base import Strict
from shared.model.content import AttachmentKind, SpanKind

INLINE_BYTES = 32 * 1024
"""The largest file that an event may hold itself."""
_INLINE_TEXT = INLINE_BYTES * 4 // 3 + 4

Id = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]
Line = Annotated[str, Field(max_length=500)]
Text = Annotated[str, Field(max_length=MAX_TEXT)]


class Said(Strict):
    """A part of an event; its refusals never repeat what was in it."""

    model_config = ConfigDict(hide_input_in_errors=True, serialize_by_alias=True)


class Person(Said):
    """Somebody in that system."""

    id: Id
    name: Line | None = None
    username: Line | None = None
    language: Annotated[str, Field(max_length=35)] | None = None
    phone: Annotated[str, Field(max_length=50)] | None = None
    email: Annotated[str, Field(max_length=320)] | None = None
    is_bot: bool = False


class Thread(Said):
    """Where it happened. ``context`` comes back with every callback of the thread."""

    id: Id
    title: Line | None = None
    kind: Literal["private", "group", "channel", "topic"] = "private"
    context: dict[Id, Line] = Field(default_factory=dict, max_length=20)


class File(Said):
    """A file: at an address that the hub fetches, or small and right here."""

    id: Id | None = None
    url: Annotated[str, Field(pattern=r"^https?://", max_length=2000)] | None = None
    data_base64: Annotated[str, Field(max_length=_INLINE_TEXT)] | None = None
    name: Line | None = None
    mime: Annotated[str, Field(max_length=200)] | None = None
    kind: AttachmentKind | None = None
    size_bytes: Annotated[int, Field(ge=0)] | None = None
    duration_s: Annotated[float, Field(ge=0, le=1e6, allow_inf_nan=False)] | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> "File":
        if (self.url is None) == (self.data_base64 is None):
            raise ValueError("give either url or data_base64")
        try:
            size = len(base64.b64decode(self.data_base64 or "", validate=True))
        except (binascii.Error, ValueError):
            raise ValueError("data_base64 is not base64") from None
        if size > INLINE_BYTES:
            raise ValueError(f"data_base64 holds more than {INLINE_BYTES} bytes: give a url")
        return self


class Span(Said):
    """Formatting of a range of the text, counted in UTF-16 units."""

    kind: SpanKind
    start: Annotated[int, Field(ge=0, le=MAX_TEXT)]
    length: Annotated[int, Field(gt=0, le=MAX_TEXT)]
    url: Annotated[str, Field(max_length=2000)] | None = None


class Place(Said):
    """A location."""

    latitude: Annotated[float, Field(ge=-90, le=90)]
    longitude: Annotated[float, Field(ge=-180, le=180)]
    title: Line | None = None
    address: Line | None = None


class Card(Said):
    """A shared contact."""

    name: Line
    phones: Annotated[tuple[Line, ...], Field(max_length=20)] = ()
    emails: Annotated[tuple[Line, ...], Field(max_length=20)] = ()


class ReplyTo(Said):
    """The message that is answered."""

    id: Id
    quote: Text | None = None


class Body(Said):
    """What a message says; at least one of its parts."""

    id: Id
    text: Text = ""
    spans: Annotated[tuple[Span, ...], Field(max_length=500)] = ()
    attachments: Annotated[tuple[File, ...], Field(max_length=20)] = ()
    location: Place | None = None
    contact: Card | None = None
    reply_to: ReplyTo | None = None
    sequence: Annotated[int, Field(ge=0, lt=10**18)] | None = None
    """Ascends within the thread, where the system numbers its messages."""

    @model_validator(mode="after")
    def _says_something(self) -> "Body":
        if not (self.text.strip() or self.attachments or self.location or self.contact):
            raise ValueError("says nothing: give text, attachments, location or contact")
        end = len(self.text.encode("utf-16-le", "surrogatepass")) // 2
        if any(span.start + span.length > end for span in self.spans):
            raise ValueError("a span ends behind the text")
        return self


class _Event(Said):
    """What every event has. ``id`` is the same whenever the same event is sent again."""

    id: Id
    at: AwareDatetime
    thread: Thread | None = None
    """Where; without it the thread of the person."""


class _ByPerson(_Event):
    sender: Person = Field(alias="from")

    def place(self) -> Thread:
        """Where it happened."""
        return self.thread or Thread(id=self.sender.id)


class MessageEvent(_ByPerson):
    """Somebody wrote."""

    type: Literal["message"]
    message: Body
    by: Literal["customer", "agent"] = "customer"
    """``agent``: somebody answered in that system itself; ``to`` is the customer then."""
    to: Person | None = None

    def place(self) -> Thread:
        """Where it happened."""
        customer = self.to if self.by == "agent" and self.to is not None else self.sender
        return self.thread or Thread(id=customer.id)

    @model_validator(mode="after")
    def _answers_somebody(self) -> "MessageEvent":
        if (self.by == "agent") is not (self.to is not None):
            raise ValueError("give to, the customer, exactly where by is agent")
        return self


class EditEvent(_ByPerson):
    """Somebody changed a message: ``message`` is all of it as it is now."""

    type: Literal["edit"]
    message: Body


class DeleteEvent(_ByPerson):
    """Somebody deleted a message."""

    type: Literal["delete"]
    message_id: Id


class ReactionEvent(_ByPerson):
    """The reactions that somebody has now set on a message; none: taken back."""

    type: Literal["reaction"]
    message_id: Id
    emoji: Annotated[tuple[Annotated[str, Field(min_length=1, max_length=40)], ...],
                     Field(max_length=10)]  # fmt: skip


class ReadEvent(_ByPerson):
    """Somebody has read up to a message of ours, or everything."""

    type: Literal["read"]
    message_id: Id | None = None


class TypingEvent(_ByPerson):
    """Somebody is typing."""

    type: Literal["typing"]


class ActionEvent(_ByPerson):
    """Somebody pressed a button."""

    type: Literal["action"]
    message_id: Id
    value: Annotated[str, Field(max_length=1000)]
    label: Annotated[str, Field(max_length=200)] | None = None


class ContactEvent(_ByPerson):
    """Somebody changed: another name, or out of reach."""

    type: Literal["contact"]
    reachable: bool | None = None
    reason: Line | None = None


class ReceiptEvent(_Event):
    """What became of a message of ours: of the id that the callback was answered with, or else of
    the callback's own id."""

    type: Literal["receipt"]
    thread: Thread
    message_id: Id
    state: Literal["sent", "delivered", "read", "failed"]
    reason: Line | None = None

    def place(self) -> Thread:
        """Where it was sent."""
        return self.thread


class CallEvent(_Event):
    """A call that is over. Tell it again with ``recording_url`` once there is a recording."""

    type: Literal["call"]
    call_id: Id
    direction: Literal["in", "out"]
    sender: Person = Field(alias="from")
    to: Person
    started_at: AwareDatetime
    answered_at: AwareDatetime | None = None
    ended_at: AwareDatetime
    recording_url: Annotated[str, Field(pattern=r"^https?://", max_length=2000)] | None = None

    @property
    def customer(self) -> Person:
        """The one who is not us."""
        return self.sender if self.direction == "in" else self.to

    def place(self) -> Thread:
        """Where it happened."""
        return self.thread or Thread(id=self.customer.id)

    @model_validator(mode="after")
    def _in_order(self) -> "CallEvent":
        if not self.started_at <= (self.answered_at or self.started_at) <= self.ended_at:
            raise ValueError("started_at, answered_at and ended_at must follow each other")
        return self


Event = (
    MessageEvent
    | EditEvent
    | DeleteEvent
    | ReactionEvent
    | ReadEvent
    | TypingEvent
    | ActionEvent
    | ContactEvent
    | ReceiptEvent
    | CallEvent
)
EVENT: TypeAdapter[Event] = TypeAdapter(Annotated[Event, Field(discriminator="type")])
KINDS = tuple(sorted(EVENT.json_schema()["discriminator"]["mapping"]))
