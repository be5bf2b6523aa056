"""The connector port: what a channel type implements, and what it is given.

A connector is one configured channel at work. It parses and sends; ordering, retries, rate limits,
splitting, media, receipts and the conversation are done for it. It knows neither another connector
nor the runtime that drives it. All its methods may raise the errors of ``shared.errors``; whatever
else it raises counts as a bug of the connector and is dead-lettered with its name.

Required: ``verify``, ``parse``, ``send``, ``check``, ``close``. The other protocols are
abilities: a connector that has the methods has the ability.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal, Protocol, runtime_checkable

from connectors.manifest import ChannelSettings
from shared.clock import Clock
from shared.ids import ChannelId, ChannelType, ExternalId, MessageId
from shared.model.channel import Capabilities, RateLimit
from shared.model.content import Action, Attachment
from shared.model.delivery import Part
from shared.model.inbound import Inbound, Receipt
from shared.model.message import Message
from shared.model.people import Actor
from shared.model.queueing import PlaceInLine
from shared.model.reach import Reached
from shared.model.template import Template
from shared.ports.blobs import Blobs

if TYPE_CHECKING:  # a manifest may import all that is public, and costs no HTTP library
    from aiohttp import ClientSession, web

    from shared.webhooks.log import Attempts

GROUP_CONTEXT: Final = "pace_group"
"""In a thread's context: the chat whose threads share the pace of a group (``rate_group``)."""


@dataclass(frozen=True, slots=True)
class RawRequest:
    """A webhook request as it came."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes


@dataclass(frozen=True, slots=True)
class RawEvent:
    """One event of a platform before it is parsed.

    ``body`` is what goes to quarantine when it cannot be; ``key`` names it in logs.
    """

    body: bytes
    key: str = ""


@dataclass(frozen=True, slots=True)
class Parsed:
    """What one raw event says: events for conversations and receipts for what we sent.

    An event that says nothing (an echo of ours, a switched-off kind) is empty; an event that is not
    understood is an ``Inbound`` of kind UNSUPPORTED, never an empty one.
    """

    inbound: Sequence[Inbound] = ()
    receipts: Sequence[Receipt] = ()
    typing: Sequence[tuple[ExternalId, Actor]] = ()
    """(thread, who) for customers who are typing."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a webhook is answered once its events are confirmed. An empty 200 unless said
    otherwise."""

    status: int = 200
    body: bytes = b""
    content_type: str = "text/plain"


@dataclass(frozen=True, slots=True)
class Sent:
    """A part that the platform accepted."""

    external_ids: tuple[ExternalId, ...]
    state: Literal["sent", "delivered"] = "sent"
    thread: ExternalId | None = None
    """How the platform itself calls the place that it went to, where it told another name than it
    was given: what is written there comes in under this one, and is the same thread."""


@dataclass(frozen=True, slots=True)
class CheckItem:
    """One thing that was checked: what, whether it is well, and what to do if not."""

    name: str
    ok: bool
    detail: str = ""
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class CheckReport:
    """The outcome of a live check of the account; ``account`` is how the platform names it."""

    items: Sequence[CheckItem]
    account: str | None = None

    @property
    def ok(self) -> bool:
        """Nothing is wrong."""
        return all(item.ok for item in self.items)


@dataclass(frozen=True, slots=True)
class OpenFile:
    """An attachment to be sent: its bytes are read from the blob store when the connector asks."""

    attachment: Attachment
    size_bytes: int
    read: Callable[[], AsyncIterator[bytes]]


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One call to make: the planned part with its files.

    ``part.kind`` says which: ``send``, ``edit``, ``delete``, ``reaction``. ``key`` is the same on
    every repeat of the same attempt to send this part: derive the platform's idempotency key of it.
    """

    part: Part
    files: Sequence[OpenFile] = ()

    @property
    def key(self) -> str:
        """The idempotency key, the part's id."""
        return self.part.id


class ThreadReader(Protocol):
    """Reading what the customer of a thread may see; for channels whose far end is our own page."""

    async def messages(
        self, thread: ExternalId, *, before: str | None = None, limit: int = 50
    ) -> Sequence[Message]:
        """The newest messages, oldest first: inbound ones and those outbound ones that were sent.

        ``before`` is the id of a message: only those that stand before it. Raises ``Unavailable``.
        """

    async def message(self, thread: ExternalId, message_id: MessageId) -> Message | None:
        """One message of this thread, or None: never one of another. Raises ``Unavailable``."""

    async def places(self, threads: Sequence[ExternalId]) -> Mapping[ExternalId, PlaceInLine]:
        """Where those of the threads stand that wait for an agent, as far as customers are to be
        told. Raises ``Unavailable``."""


@dataclass(frozen=True, slots=True)
class ConnectorContext:
    """What a connector is given. It keeps nothing in modules and opens nothing that it is given."""

    channel_id: ChannelId
    channel_type: ChannelType
    settings: ChannelSettings
    http: ClientSession
    """Shared; goes through the channel's proxy if one is set. Never close it."""
    clock: Clock
    public_url: str | None = None
    """The hub's own address as the platform can reach it; None: no webhooks."""
    webhook_secret: str | None = None
    """Made by the hub for this channel, stable; for platforms that echo a secret back."""
    reader: ThreadReader | None = None
    blobs: Blobs | None = None
    """For channels that take files on pages of their own: an attachment comes in as STORED."""
    guarded: ClientSession | None = None
    """For addresses that somebody else names: it connects to no private network, unless the hub's
    settings allow it. Never close it."""
    attempts: Attempts | None = None
    """Where calls of somebody's webhook are written down, for channels that make them."""
    accept: Callable[[Parsed], Awaitable[None]] | None = None
    """Publish events that did not come by webhook or pull; returns once the bus has confirmed."""
    extra: Mapping[str, Any] = field(default_factory=dict)


class Connector(Protocol):
    """One channel at work."""

    def verify(self, request: RawRequest) -> None:
        """Check that the platform sent this, on its raw bytes. Raises ``Unauthorised``. Pure."""

    def split(self, body: bytes) -> Sequence[RawEvent]:
        """The single events of a webhook body. Raises ``BadPayload`` when it is no batch. Pure."""

    def parse(self, event: RawEvent) -> Parsed:
        """What one event says. Raises ``BadPayload``, and nothing else for any bytes. Pure."""

    async def send(self, outgoing: Outgoing) -> Sent:
        """Make one call. Raises a ``SendError``; ``Uncertain`` once the request was written."""

    async def check(self) -> CheckReport:
        """Look at the account on the platform; changes nothing there. Raises ``Unavailable``."""

    async def close(self) -> None:
        """Let go of what it opened itself."""


@dataclass(frozen=True, slots=True)
class Pulled:
    """What one pull brought: events in order, and the cursor to go on from once all are
    confirmed."""

    events: Sequence[RawEvent]
    cursors: Sequence[str]
    """One per event: the cursor that is right once this event and all before it are confirmed."""
    cursor: str | None
    """Where to go on if there were no events; None: as before."""


@runtime_checkable
class Pulls(Protocol):
    """Fetches its events itself, from a cursor that is stored only after the bus has confirmed."""

    def wants_pull(self) -> bool:
        """The channel is set to pull (and not to webhooks)."""

    async def pull(self, cursor: str | None) -> Pulled:
        """Wait for events after the cursor, up to some seconds. Raises ``Unavailable``,
        ``Throttled``, ``ChannelBroken``."""


@runtime_checkable
class Listens(Protocol):
    """Takes its events on a port of its own, in the protocol of whoever brings them."""

    def wants_to_listen(self) -> bool:
        """The channel is set to listen."""

    async def listen(self, take: Callable[[Sequence[RawEvent]], Awaitable[None]]) -> None:
        """Serve until cancelled; one process does at a time.

        ``take`` returns once the bus has confirmed. It raises ``Unavailable``: what it was given
        must not be called received then. Raises ``Unavailable`` where nobody can listen now,
        ``ChannelBroken`` where the settings never let it.
        """


@runtime_checkable
class Completes(Protocol):
    """Some of its events only hint at what happened, and have to be looked up before they are
    parsed."""

    async def complete(self, event: RawEvent) -> RawEvent:
        """The event with all that belongs to it; most are returned as they are, at no cost.

        Called for every event of a verified webhook and of a pull, before ``parse``. Raises
        ``Unavailable`` when it may work later: nothing of the request counts as received then, and
        the platform repeats it. What will never work is to be returned as it is.
        """


@runtime_checkable
class Subscribes(Protocol):
    """Tells the platform where our webhook is."""

    async def subscribe(self) -> None:
        """Set the webhook, or remove it when the channel pulls. Never drops what waits there."""

    async def unsubscribe(self) -> None:
        """The channel was removed: take the webhook away."""


@runtime_checkable
class Answers(Protocol):
    """The platform wants a synchronous body of its own for some webhook requests."""

    def answer(self, request: RawRequest) -> Answer:
        """For a verified request whose events are confirmed."""


@runtime_checkable
class FetchesMedia(Protocol):
    """Attachments come by reference and are downloaded afterwards."""

    def fetch(self, attachment: Attachment) -> AsyncIterator[bytes]:
        """The file's bytes. Raises ``Rejected`` (gone or too big for good), ``Unavailable``."""


@runtime_checkable
class AnswersActions(Protocol):
    """A pressed button wants an answer at once."""

    async def answer_action(self, action: Action) -> None:
        """Stop the customer's spinner; best effort, after the press was confirmed on the bus."""


@runtime_checkable
class ShowsTyping(Protocol):
    """The customer can be shown that somebody is typing."""

    async def typing(self, thread: ExternalId, context: Mapping[str, str]) -> None:
        """Show it for some seconds; best effort."""


@runtime_checkable
class MarksRead(Protocol):
    """The customer can be shown that what they wrote was read."""

    async def mark_read(self, thread: ExternalId, context: Mapping[str, str]) -> None:
        """Show it for everything so far; best effort."""


@runtime_checkable
class ListsTemplates(Protocol):
    """The account has templates, which can be sent outside of the reply window too."""

    async def templates(self, *, refresh: bool = False) -> Sequence[Template]:
        """All of them; ``refresh`` asks the platform although they are known. Raises
        ``Unavailable``, ``Throttled``, ``ChannelBroken``."""


@runtime_checkable
class Reaches(Protocol):
    """We may write first (``Capabilities.write_first``)."""

    def reach(self, address: str, name: str | None) -> Reached:
        """Where somebody with this address is written to, and who that is.

        Pure: nobody is asked whether the address is in use. What the person writes later must lead
        to the same thread, by its name, its aliases or a clue. ``name`` is what we call them.
        Raises ``BadRequest`` with the reason for what can be no address.
        """


@runtime_checkable
class Paces(Protocol):
    """The far end of this channel takes another pace than its type's."""

    def pace(self) -> RateLimit | None:
        """What it takes in all and in each thread; None: as the type says."""


@runtime_checkable
class LimitsItself(Protocol):
    """The far end of this channel can do less than its type says."""

    def limited(self, capabilities: Capabilities) -> Capabilities:
        """What this channel can do, of what its type can."""


@runtime_checkable
class ServesPages(Protocol):
    """Has an HTTP surface of its own beside the webhook, below ``/<type>/{channel_id}``."""

    def routes(self) -> Sequence[web.RouteDef]:
        """Routes with paths relative to ``/<type>/<channel id>``; handlers get this channel
        only."""


@runtime_checkable
class FollowsMessages(Protocol):
    """Is told of the changed messages of its channel, for far ends that are our own pages."""

    async def message_changed(self, thread: ExternalId, message: Message) -> None:
        """An event of the log; may come twice. Quick: no outside wait."""

    async def agent_typing(self, thread: ExternalId, actor: Actor) -> None:
        """An agent is typing in the conversation of this thread."""
