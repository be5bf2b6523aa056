"""Channels: configured accounts on platforms, and what their types can do."""

from enum import StrEnum
from typing import Any, Literal

from pydantic import Field

from shared.ids import ChannelId, ChannelType
from shared.model.base import Model, Utc
from shared.model.content import ButtonKind
from shared.ports.store import Document


class Format(StrEnum):
    """A formatting that a channel can carry; names of ``SpanKind``."""

    BOLD = "bold"
    ITALIC = "italic"
    UNDERLINE = "underline"
    STRIKE = "strike"
    SPOILER = "spoiler"
    CODE = "code"
    PRE = "pre"
    QUOTE = "quote"
    LINK = "link"


class MediaLimit(Model):
    """What files of one kind a channel carries."""

    kind: str
    """An ``AttachmentKind``."""
    max_bytes: int
    mimes: tuple[str, ...] = ()
    """Empty: any."""
    captioned: bool = True
    """Whether a text can stand under it."""


class PollLimit(Model):
    """What polls a channel takes; a longer one becomes a list. Lengths in the ``text_unit``."""

    max_question: int
    max_options: int
    max_option: int
    min_options: int = 2


BlockKind = Literal["location", "contact_card", "poll", "dice", "link"]
"""The structured pieces of a message that somebody can send."""


class RateLimit(Model):
    """So many sends in a time, refilled evenly; ``burst`` may go at once."""

    count: float
    per_s: float
    burst: int = 1


_EVERY_KIND = tuple(ButtonKind)


class Capabilities(Model):
    """The limits and abilities of a channel type; the composer and the dispatcher obey them."""

    max_text: int
    """In ``text_unit``; longer texts are split."""
    text_unit: Literal["utf16", "characters", "bytes"] = "utf16"
    max_caption: int = 0
    """0: files carry no text; it goes as a message of its own."""
    formats: tuple[Format, ...] = ()
    media: tuple[MediaLimit, ...] = ()
    album_max: int = 1
    """1: files go one by one."""
    buttons: bool = False
    max_buttons: int = 0
    max_button_rows: int = 0
    max_button_label: int = 40
    max_buttons_in_row: int = 0
    """0: as many as there are."""
    button_kinds: tuple[ButtonKind, ...] = _EVERY_KIND
    """The others become text: a link is written out, anything else a numbered list."""
    buttons_need_text: bool = False
    """No buttons under a message that has no text of its own."""
    blocks: tuple[BlockKind, ...] = ()
    """The structured pieces that it can be sent; the others become text."""
    polls: PollLimit | None = None
    reply: bool = False
    edit: bool = False
    edit_for_s: int | None = None
    delete: bool = False
    delete_for_s: int | None = None
    reactions: bool = False
    typing_out: bool = False
    typing_in: bool = False
    presence: bool = False
    """We are told when the customer comes to the chat and goes."""
    receipts: tuple[Literal["delivered", "read"], ...] = ()
    read_out: bool = False
    reply_window_s: int | None = None
    idempotent: bool = False
    """A repeat with the same key is not sent twice."""
    write_first: bool = False
    """We may write to somebody who never wrote to us; the connector's ``reach`` says where."""
    first_address: Literal["email", "phone"] | None = None
    """What such a person is addressed by."""
    first_template: bool = False
    """The first message to them is a template."""
    templates: bool = False
    """Approved texts can be sent, also outside of the reply window."""
    rate_thread: RateLimit | None = None
    rate_channel: RateLimit | None = None
    rate_group: RateLimit | None = None
    """In a chat of many people, whose topics share it; the connector names the chat in the
    thread's context. Holds beside ``rate_thread``."""
    deadline_s: int = 24 * 3600
    """A part that could not be sent by then fails."""
    customer_edits: bool = False
    """We are told of the customer's edits."""
    customer_deletes: bool = False


class SettingWords(Model):
    """How a setting is called in a language, and where its value is found."""

    title: str
    description: str = ""


class ChannelTypeInfo(Document):
    """A channel type as admins and the composer see it; written by the connectors at their start.

    ``id`` is the channel type.
    """

    title: str
    summary: dict[str, str] = Field(default_factory=dict)
    """One sentence per language."""
    settings_schema: dict[str, Any]
    """JSON Schema of the settings; secrets are marked ``writeOnly``. Its words are English."""
    settings_words: dict[str, dict[str, SettingWords]] = Field(default_factory=dict)
    """Per other language and setting."""
    capabilities: Capabilities
    pulls: bool = False
    webhooks: bool = False
    simulated: bool = False
    """A simulator of the platform ships with the connector."""


class ChannelState(StrEnum):
    """Whether a channel carries traffic."""

    ACTIVE = "active"
    PAUSED = "paused"
    BROKEN = "broken"
    """Stopped by its connector; ``reason`` says why, for the admin."""
    REMOVED = "removed"


class Channel(Document):
    """One configured account. Its secrets are encrypted in ``sealed``; ``settings`` holds the
    rest."""

    id: ChannelId
    type: ChannelType
    name: str
    state: ChannelState = ChannelState.ACTIVE
    reason: str | None = None
    settings: dict[str, Any] = Field(default_factory=dict)
    sealed: str | None = None
    simulated: bool = False
    account: str | None = None
    """How the platform names the account, such as ``@shop_bot``; learned by the check."""
    created_at: Utc
    updated_at: Utc
    version: int = 1
