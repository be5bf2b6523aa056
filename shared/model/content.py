"""What a message says: text with spans, parts of other kinds, attachments, buttons, references."""

from base64 import urlsafe_b64encode
from enum import StrEnum
from hashlib import sha256
from typing import Literal

from pydantic import Field

from shared.ids import AgentId, BlobId, ExternalId, TeamId
from shared.model.base import Model, Utc
from shared.model.template import TemplateRef


class SpanKind(StrEnum):
    """A piece of formatted text."""

    BOLD = "bold"
    ITALIC = "italic"
    UNDERLINE = "underline"
    STRIKE = "strike"
    SPOILER = "spoiler"
    CODE = "code"
    PRE = "pre"
    QUOTE = "quote"
    LINK = "link"
    MENTION = "mention"
    HASHTAG = "hashtag"
    COMMAND = "command"
    EMOJI = "emoji"
    OTHER = "other"


class Span(Model):
    """Formatting of a range of the text. ``start`` and ``length`` count UTF-16 code units."""

    kind: SpanKind
    start: int = Field(ge=0)
    length: int = Field(gt=0)
    url: str | None = None
    user_external_id: ExternalId | None = None
    language: str | None = None


class Mention(Model):
    """A note names an agent, or a team; ``start`` and ``length`` say where, in UTF-16 code units,
    as long as nobody has edited the note."""

    agent_id: AgentId | None = None
    team_id: TeamId | None = None
    name: str = ""
    """As it was at that time."""
    start: int | None = Field(default=None, ge=0)
    length: int | None = Field(default=None, gt=0)

    @property
    def who(self) -> tuple[AgentId | None, TeamId | None]:
        """Whom it names."""
        return self.agent_id, self.team_id


class AttachmentKind(StrEnum):
    """How an attachment is shown."""

    IMAGE = "image"
    VIDEO = "video"
    AUDIO = "audio"
    VOICE = "voice"
    VIDEO_NOTE = "video_note"
    ANIMATION = "animation"
    STICKER = "sticker"
    FILE = "file"


class FetchState(StrEnum):
    """Where the bytes of an attachment are."""

    PENDING = "pending"
    """Not fetched yet; the message is shown at once and the file follows."""
    STORED = "stored"
    EXPIRED = "expired"
    """The platform no longer has it."""
    TOO_BIG = "too_big"
    FAILED = "failed"


class Attachment(Model):
    """A file. Platform URLs never appear here: ``native`` holds ids that only the connector
    reads."""

    id: str
    """Unique within the message."""
    kind: AttachmentKind
    state: FetchState = FetchState.PENDING
    reason: str | None = None
    """Why it is not there, for people."""
    blob_id: BlobId | None = None
    name: str | None = None
    """Safe to show and to save under; no path, no control characters."""
    name_original: str | None = None
    mime: str | None = None
    """As declared by the sender."""
    mime_detected: str | None = None
    size_bytes: int | None = None
    duration_s: float | None = None
    width: int | None = None
    height: int | None = None
    waveform: tuple[int, ...] | None = None
    spoiler: bool = False
    animated: bool = False
    emoji: str | None = None
    """What a sticker stands for."""
    content_id: str | None = None
    """Of an inline image of an e-mail."""
    native: dict[str, str] = Field(default_factory=dict)


class Location(Model):
    """A place. ``live_until`` marks one that moves."""

    type: Literal["location"] = "location"
    latitude: float
    longitude: float
    accuracy_m: float | None = None
    title: str | None = None
    address: str | None = None
    live_until: Utc | None = None


class ContactCard(Model):
    """A shared contact."""

    type: Literal["contact_card"] = "contact_card"
    name: str
    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    user_external_id: ExternalId | None = None
    vcard: str | None = None


class PollOption(Model):
    """One answer of a poll and how many chose it."""

    text: str
    votes: int = 0


class Poll(Model):
    """A poll as it stands."""

    type: Literal["poll"] = "poll"
    question: str
    options: tuple[PollOption, ...]
    closed: bool = False
    anonymous: bool = True
    multiple: bool = False
    external_id: ExternalId | None = None


class Dice(Model):
    """A thrown die."""

    type: Literal["dice"] = "dice"
    emoji: str
    value: int


class Link(Model):
    """A link, product, story, wall post, article or game that the platform shows as a card."""

    type: Literal["link"] = "link"
    subtype: str = "link"
    url: str | None = None
    title: str | None = None
    description: str | None = None


class OrderItem(Model):
    """One line of an order."""

    product_external_id: ExternalId
    title: str | None = None
    quantity: float = 1
    price: str | None = None
    currency: str | None = None


class Order(Model):
    """What a customer ordered in the messenger's shop."""

    type: Literal["order"] = "order"
    items: tuple[OrderItem, ...]
    note: str | None = None


class Call(Model):
    """A call on the channel."""

    type: Literal["call"] = "call"
    direction: Literal["in", "out"]
    answered: bool
    duration_s: float | None = None


class FormResponse(Model):
    """The answers of a form or flow, by field."""

    type: Literal["form"] = "form"
    name: str | None = None
    answers: dict[str, str] = Field(default_factory=dict)


class Service(Model):
    """Something the platform tells: joined, left, title changed, pinned, payment ..."""

    type: Literal["service"] = "service"
    name: str
    """A stable word, such as ``member_joined``."""
    details: dict[str, str] = Field(default_factory=dict)


class Unsupported(Model):
    """Something we do not understand yet: shown as a placeholder, its raw payload is kept."""

    type: Literal["unsupported"] = "unsupported"
    name: str
    """The platform's own word for it."""


Block = (
    Location
    | ContactCard
    | Poll
    | Dice
    | Link
    | Order
    | Call
    | FormResponse
    | Service
    | Unsupported
)
"""A structured piece of a message, told apart by ``type``."""


class ButtonKind(StrEnum):
    """What pressing the button does."""

    ACTION = "action"
    """Comes back as a press."""
    REPLY = "reply"
    """Writes its label as the customer's message."""
    LINK = "link"


class Button(Model):
    """One button under a message; ``value`` comes back with the press."""

    kind: ButtonKind = ButtonKind.ACTION
    label: str = Field(min_length=1, max_length=80)
    value: str | None = Field(default=None, max_length=1000)
    url: str | None = None

    def token(self) -> str:
        """What stands for a value that is too long for the platform: 44 ASCII characters.

        A press then brings the token; the button of the pressed message that has it is meant.
        """
        digest = sha256((self.value or self.label).encode()).digest()
        return "~" + urlsafe_b64encode(digest).decode().rstrip("=")


ButtonRow = tuple[Button, ...]


class Choice(Model):
    """One line of the numbered list that buttons or a poll became on a channel without them."""

    number: int = Field(ge=1)
    label: str
    value: str | None = None
    """What a press of the button would have brought."""


class ReplyRef(Model):
    """The message that this one answers."""

    message_id: str | None = None
    """Ours, when we know it."""
    external_id: ExternalId | None = None
    quote: str | None = None
    quote_start: int | None = None
    author_name: str | None = None
    other_thread: bool = False
    """It stands in another chat or is a story."""


class Forward(Model):
    """Where a forwarded message came from; any of it may be hidden."""

    origin: Literal["user", "hidden_user", "chat", "channel", "community", "unknown"] = "unknown"
    name: str | None = None
    external_id: ExternalId | None = None
    at: Utc | None = None
    nested: tuple["Content", ...] = ()


class Action(Model):
    """A pressed button or an answered menu."""

    external_id: ExternalId | None = None
    """What the platform wants back when the press is answered."""
    value: str | None = None
    label: str | None = None
    target_external_id: ExternalId | None = None
    """The message under which the button stands."""
    answer_until: Utc | None = None


class Address(Model):
    """One address of an e-mail."""

    email: str
    name: str | None = None


class EmailFields(Model):
    """What only an e-mail has."""

    subject: str | None = None
    sender: Address | None = None
    reply_to: tuple[Address, ...] = ()
    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    bcc: tuple[Address, ...] = ()
    message_id: str | None = None
    in_reply_to: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    html_blob_id: BlobId | None = None
    """The sanitised HTML."""
    quoted_from: int | None = None
    """Where in the text the quoted earlier mail begins, in UTF-16 units."""
    automatic: bool = False
    """Written by a machine: never answered by one."""


class Entry(Model):
    """How the customer came here: deep link, advertisement, page."""

    kind: Literal["deep_link", "ad", "page", "other"]
    ref: str | None = None
    source: str | None = None
    title: str | None = None
    url: str | None = None


class Content(Model):
    """All that one message says."""

    text: str = ""
    spans: tuple[Span, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    blocks: tuple[Block, ...] = ()
    buttons: tuple[ButtonRow, ...] = ()
    choices: tuple[Choice, ...] = ()
    """Of a message of ours: the numbered list that its buttons are on the channel; an answer with
    the number is the press."""
    reply_to: ReplyRef | None = None
    forward: Forward | None = None
    action: Action | None = None
    email: EmailFields | None = None
    entry: Entry | None = None
    template: TemplateRef | None = None
    """It is sent as this template; ``text`` is then what it says, for those who read here."""
    group_key: str | None = None
    """Messages of one album share it; they are shown as one bubble."""
    language: str | None = None
    mentions: tuple[Mention, ...] = ()
    """Of a note: the colleagues whom it calls."""

    def own_text(self) -> str:
        """The text without the earlier mail that it quotes."""
        cut = self.email.quoted_from if self.email is not None else None
        if cut is None:
            return self.text
        return self.text.encode("utf-16-le", "replace")[: 2 * cut].decode("utf-16-le", "replace")

    def is_empty(self) -> bool:
        """Nothing that a person could see."""
        return not (self.text.strip() or self.attachments or self.blocks or self.action)
