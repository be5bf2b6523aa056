"""What somebody writes to a customer, as it is asked for by programs and screens."""

from typing import Annotated, Literal

from pydantic import Field

from inbox.api.mail_heads import MailHeadRequest
from inbox.api.markup import SpanRequests, spans_of
from inbox.api.templates import TemplateRequest
from inbox.rest.shapes import OwnId
from shared.ids import AgentId, TeamId
from shared.model.agent_draft import DraftUse
from shared.model.base import Strict, Utc
from shared.model.canned_reply import CannedUse
from shared.model.content import (
    Attachment,
    Block,
    Button,
    ButtonKind,
    ButtonRow,
    ContactCard,
    Content,
    Dice,
    Link,
    Location,
    Mention,
    Poll,
    PollOption,
)

_Line = Annotated[str, Field(min_length=1, max_length=300)]
_Address = Annotated[str, Field(max_length=2000, pattern=r"^https?://")]


class ButtonRequest(Strict):
    """A button under a reply."""

    kind: ButtonKind = ButtonKind.ACTION
    label: str = Field(min_length=1, max_length=80)
    value: str | None = Field(default=None, max_length=1000)
    url: str | None = Field(default=None, max_length=2000, pattern=r"^https?://")


class LocationRequest(Strict):
    """A place."""

    type: Literal["location"]
    latitude: float = Field(ge=-90, le=90)
    longitude: float = Field(ge=-180, le=180)
    title: _Line | None = None
    address: _Line | None = None

    def block(self) -> Block:
        """As the model has it."""
        return Location.model_validate(self.model_dump())


class ContactCardRequest(Strict):
    """Somebody's card."""

    type: Literal["contact_card"]
    name: _Line
    phones: tuple[Annotated[str, Field(min_length=1, max_length=40)], ...] = Field(
        default=(), max_length=10
    )
    emails: tuple[Annotated[str, Field(min_length=3, max_length=254)], ...] = Field(
        default=(), max_length=10
    )

    def block(self) -> Block:
        """As the model has it."""
        return ContactCard.model_validate(self.model_dump())


class PollRequest(Strict):
    """A question with answers to choose from."""

    type: Literal["poll"]
    question: _Line
    options: tuple[Annotated[str, Field(min_length=1, max_length=100)], ...] = Field(
        min_length=2, max_length=12
    )
    anonymous: bool = True
    multiple: bool = False

    def block(self) -> Block:
        """As the model has it."""
        options = tuple(PollOption(text=option) for option in self.options)
        return Poll(
            question=self.question,
            options=options,
            anonymous=self.anonymous,
            multiple=self.multiple,
        )


class DiceRequest(Strict):
    """A die that the platform throws."""

    type: Literal["dice"]
    emoji: Literal["🎲", "🎯", "🏀", "⚽", "🎳", "🎰"] = "🎲"

    def block(self) -> Block:
        """As the model has it; nobody knows its value yet."""
        return Dice(emoji=self.emoji, value=0)


class LinkRequest(Strict):
    """A link with a title, such as of a product."""

    type: Literal["link"]
    url: _Address
    title: _Line | None = None
    description: Annotated[str, Field(max_length=1000)] | None = None

    def block(self) -> Block:
        """As the model has it."""
        return Link.model_validate(self.model_dump())


BlockRequest = Annotated[
    LocationRequest | ContactCardRequest | PollRequest | DiceRequest | LinkRequest,
    Field(discriminator="type"),
]


class CannedRequest(Strict):
    """A canned reply, and what its places are filled with."""

    id: str = Field(min_length=1, max_length=100)
    values: dict[str, Annotated[str, Field(max_length=5000)]] = Field(
        default_factory=dict, max_length=50
    )
    files: bool = True
    """Its files go with it."""

    def use(self) -> CannedUse:
        """As a command carries it."""
        return CannedUse(id=self.id, values=self.values, files=self.files)


class MentionRequest(Strict):
    """A colleague or a team whom a note calls, and where in the text it stands, in UTF-16 units."""

    agent_id: AgentId | None = Field(default=None, max_length=100)
    team_id: TeamId | None = Field(default=None, max_length=100)
    start: int | None = Field(default=None, ge=0)
    length: int | None = Field(default=None, gt=0)

    def mention(self) -> Mention:
        """As the model has it; the router fills in the name."""
        return Mention.model_validate(self.model_dump())


MentionRequests = Annotated[tuple[MentionRequest, ...], Field(max_length=50)]


class DraftUseRequest(Strict):
    """The draft that a message is made of: it is emptied with it, so that no other device sends it
    again."""

    version: int = Field(ge=0)
    """The last one that the caller has saved or seen; 0: none."""
    device: OwnId | None = None

    def use(self) -> DraftUse:
        """As a command carries it."""
        return DraftUse(version=self.version, device=self.device)


class NewMessage(Strict):
    """A reply to the customer, or a note to the colleagues."""

    id: OwnId | None = None
    kind: Literal["reply", "note"] = "reply"
    text: str = Field(default="", max_length=100_000)
    spans: SpanRequests = ()
    """Formatting of the text."""
    attachments: tuple[str, ...] = Field(default=(), max_length=50)
    """Ids of the caller's own uploads."""
    blocks: tuple[BlockRequest, ...] = Field(default=(), max_length=10)
    """Places, contacts, polls, dice and links. What the channel lacks goes as text."""
    reply_to: str | None = Field(default=None, max_length=100)
    buttons: tuple[Annotated[tuple[ButtonRequest, ...], Field(max_length=20)], ...] = Field(
        default=(), max_length=20
    )
    template: TemplateRequest | None = None
    """Sent as this template, also outside of the reply window; the text is made of it."""
    email: MailHeadRequest | None = None
    """Subject and recipients, on a channel of mails."""
    canned: CannedRequest | None = None
    """The canned reply that it is: without a text it is filled in."""
    send_at: Utc | None = None
    recall: bool = False
    """Scheduled: take it back if the customer writes before it is sent."""
    undo_s: float | None = Field(default=None, ge=0, le=60)
    """Absent: what the hub is set to, and nothing for programs."""
    mentions: MentionRequests = ()
    """Of a note: who is called. They are told; those named by name follow then."""
    draft: DraftUseRequest | None = None
    """Refused with 409 where that draft was sent, thrown away or changed elsewhere."""

    def is_empty(self) -> bool:
        """Nothing that anybody could see."""
        said = self.text.strip() or self.attachments or self.blocks
        return not (said or self.template or self.canned)

    def rows(self) -> tuple[ButtonRow, ...]:
        """The buttons as the model has them."""
        return tuple(tuple(Button(**button.model_dump()) for button in row) for row in self.buttons)

    def content(self, files: tuple[Attachment, ...]) -> Content:
        """The whole of it, with the files that its uploads are. Raises ``BadRequest``."""
        return Content(
            text=self.text,
            spans=spans_of(self.spans, self.text),
            attachments=files,
            blocks=tuple(block.block() for block in self.blocks),
            buttons=self.rows(),
            email=self.email.fields() if self.email is not None else None,
        )
