"""What is known of the site chat without starting it: its settings and capabilities."""

import re
from typing import Final, Literal

from pydantic import Field, SecretStr, field_validator

from connectors.manifest import ChannelSettings, Manifest
from connectors.webchat.russian import RUSSIAN
from shared.ids import ChannelType
from shared.model.channel import Capabilities, Format, MediaLimit
from shared.model.content import AttachmentKind

MAX_TEXT: Final = 10_000
"""UTF-16 units, both ways."""
MAX_FILE_BYTES: Final = 25 * 1024 * 1024
MAX_FILES: Final = 10


Asked = Literal["no", "optional", "required"]


class WebchatSettings(ChannelSettings):
    """Settings of one site chat."""

    title: str | None = Field(
        default=None,
        max_length=60,
        title="Title",
        description="Stands at the head of the chat window, such as the shop's name.",
    )
    greeting: str | None = Field(
        default=None,
        max_length=500,
        title="Greeting",
        description="What the window says before the first message. Empty: a general one.",
    )
    colour: str = Field(
        default="#3b5bdb",
        pattern=r"^#[0-9a-fA-F]{6}$",
        title="Colour",
        description="Of the button and of the customer's messages, as #rrggbb.",
    )
    language: Literal["auto", "en", "ru"] = Field(
        default="auto",
        title="Language",
        description="auto: the page's data-lang, or else the browser's.",
    )
    theme: Literal["auto", "light", "dark"] = Field(
        default="auto", title="Theme", description="auto: as the customer's system is set."
    )
    position: Literal["right", "left"] = Field(
        default="right", title="Position", description="The lower corner in which the button sits."
    )
    offline: bool = Field(
        default=False,
        title="Offline",
        description="Say that nobody is there now; messages are taken all the same.",
    )
    offline_notice: str | None = Field(
        default=None,
        max_length=500,
        title="Offline notice",
        description="What to say while nobody is there. Empty: a general sentence.",
    )
    show_agent_names: bool = Field(
        default=True,
        title="Show agents' names",
        description="Otherwise every answer bears the chat's title.",
    )
    allowed_origins: tuple[str, ...] = Field(
        default=(),
        title="Allowed sites",
        description="Origins that may hold the chat, such as https://shop.example. Empty: any.",
    )
    ask_name: Asked = Field(
        default="no",
        title="Ask for the name",
        description="Of visitors whom the site has not signed, before their first message.",
    )
    ask_email: Asked = Field(
        default="no",
        title="Ask for the e-mail address",
        description="Shown to agents as the visitor's own words: nobody has verified it.",
    )
    ask_phone: Asked = Field(
        default="no",
        title="Ask for the phone number",
        description="Shown to agents as the visitor's own words: nobody has verified it.",
    )
    consent: str | None = Field(
        default=None,
        max_length=500,
        title="Consent",
        description="What visitors have to agree to before they write, such as how their data are "
        "used. Empty: nothing.",
    )
    voice: bool = Field(
        default=True,
        title="Voice messages",
        description="Customers may record their voice, where their browser can.",
    )
    email_channel: str | None = Field(
        default=None,
        max_length=64,
        title="E-mail channel for those who have left",
        description="Its id. An answer that stays unread goes on by mail to visitors who gave an "
        "address, and what they answer comes back into the chat. Empty: nothing is mailed.",
    )
    email_after_s: int = Field(
        default=600,
        ge=5,
        le=7 * 86_400,
        title="Seconds until an unread answer is mailed",
        description="An open chat window that shows the answer marks it as read.",
    )
    chat_page: str | None = Field(
        default=None,
        max_length=500,
        title="Page with the chat",
        description="Mails link to it, such as https://shop.example/contact. Empty: the page from "
        "which the visitor wrote, if it is one of the allowed sites; otherwise there is no link.",
    )
    identity_secret: SecretStr | None = Field(
        default=None,
        title="Identity secret",
        description="Shared with your site's server, which signs its users' ids with it "
        "(HMAC-SHA256, in hex), so that they are known here. Make a long random one.",
    )
    require_signed: bool = Field(
        default=False,
        title="Signed users only",
        description="Refuse visitors whom the site has not signed.",
    )
    max_file_bytes: int = Field(
        default=MAX_FILE_BYTES,
        ge=1024,
        le=MAX_FILE_BYTES,
        title="Largest file",
        description="In bytes, of the files that customers send.",
    )
    messages_per_minute: int = Field(
        default=60,
        ge=1,
        le=6000,
        title="Messages per minute",
        description="Of one visitor; five times as many from one address.",
    )

    @field_validator("chat_page")
    @classmethod
    def _is_page(cls, page: str | None) -> str | None:
        if page and not re.fullmatch(r"https?://[^/\s#@]+(/[^\s#]*)?", page):
            raise ValueError("an address such as https://shop.example/contact, without #")
        return page or None

    @field_validator("allowed_origins")
    @classmethod
    def _bare_origins(cls, origins: tuple[str, ...]) -> tuple[str, ...]:
        bare = tuple(origin.strip().lower().rstrip("/") for origin in origins)
        for origin in bare:
            scheme, _, rest = origin.partition("://")
            if scheme not in {"http", "https"} or not rest or "/" in rest:
                raise ValueError("an origin is a scheme and a host, such as https://shop.example")
        return bare


CAPABILITIES: Final = Capabilities(
    max_text=MAX_TEXT,
    max_caption=MAX_TEXT,
    formats=(
        Format.BOLD,
        Format.ITALIC,
        Format.UNDERLINE,
        Format.STRIKE,
        Format.CODE,
        Format.PRE,
        Format.QUOTE,
        Format.LINK,
    ),
    media=tuple(MediaLimit(kind=kind.value, max_bytes=MAX_FILE_BYTES) for kind in AttachmentKind),
    album_max=MAX_FILES,
    buttons=True,
    max_buttons=20,
    max_button_rows=10,
    max_button_label=80,
    reply=True,
    edit=True,
    delete=True,
    typing_out=True,
    typing_in=True,
    presence=True,
    receipts=("delivered", "read"),
    idempotent=True,
)

MANIFEST: Final = Manifest(
    channel_type=ChannelType("webchat"),
    title="Site chat",
    summary={
        "en": "A chat window for your site: one script tag, no account anywhere.",
        "ru": "Окно чата для вашего сайта: один тег script и никаких учётных записей.",
    },
    settings=WebchatSettings,
    words={"ru": RUSSIAN},
    capabilities=CAPABILITIES,
    module="connectors.webchat.connector",
    site="connectors.webchat.pages",
)
