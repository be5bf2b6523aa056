"""What is known of the channel type ``telegram`` without importing the platform's library."""

from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, ConfigDict, Field, SecretStr, ValidationInfo, field_validator

from connectors.manifest import ChannelSettings, Manifest
from connectors.telegram.russian import RUSSIAN
from shared.ids import ChannelType
from shared.model.channel import Capabilities, Format, MediaLimit, PollLimit, RateLimit
from shared.model.content import AttachmentKind

_MIB = 1024 * 1024
_UPLOAD_BYTES = 50 * _MIB
_PHOTO_BYTES = 10 * _MIB
_TWO_DAYS_S = 48 * 3600
_SECRET_MAX = 256
_TELEGRAMS_OWN = "https://api.telegram.org"


def _token(value: SecretStr) -> SecretStr:
    number, colon, rest = value.get_secret_value().partition(":")
    plain = rest.isascii() and rest.replace("_", "").replace("-", "").isalnum()
    if not (colon and number.isascii() and number.isdigit() and plain):
        raise ValueError(
            "a bot token looks like 123456789:AAE... (digits, a colon, letters, digits, - and _)"
        )
    return value


def _webhook_secret(value: SecretStr | None) -> SecretStr | None:
    if value is None:
        return None
    text = value.get_secret_value()
    plain = text.isascii() and text.replace("_", "").replace("-", "").isalnum()
    if not plain or len(text) > _SECRET_MAX:
        raise ValueError("1 to 256 characters of A-Z, a-z, 0-9, _ and -")
    return value


def _base(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("an address such as https://api.telegram.org")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise ValueError("an address without user, query and fragment")
    return value.rstrip("/")


class TelegramSettings(ChannelSettings):
    """A bot. Only the token is needed."""

    model_config = ConfigDict(hide_input_in_errors=True)

    token: Annotated[SecretStr, AfterValidator(_token)] = Field(
        title="Bot token",
        description=(
            "Open @BotFather in Telegram, send /newbot (or /mybots, your bot, API Token) and copy "
            "the line that looks like 123456789:AAE... Whoever has it is the bot: keep it secret."
        ),
    )
    mode: Literal["polling", "webhook"] = Field(
        default="polling",
        title="How messages arrive",
        description=(
            "polling works everywhere, also without a public address. webhook needs the hub to be "
            "reachable by HTTPS on port 443, 80, 88 or 8443."
        ),
    )
    api_base: Annotated[str, AfterValidator(_base)] = Field(
        default=_TELEGRAMS_OWN,
        title="API address",
        description="Change it only for a Bot API server of your own.",
    )
    webhook_secret: Annotated[SecretStr | None, AfterValidator(_webhook_secret)] = Field(
        default=None,
        title="Webhook secret",
        description="Made by the hub; set it only if a proxy in front of the hub checks it too.",
    )
    poll_timeout_s: int = Field(
        default=25,
        ge=0,
        le=50,
        title="Long poll, seconds",
        description="How long one request waits for news; Telegram allows 50.",
    )
    send_timeout_s: float = Field(
        default=30,
        gt=0,
        le=300,
        title="Time limit of a call, seconds",
        description="Uploads get more by their size.",
    )
    calls_per_s: float | None = Field(
        default=None,
        gt=0,
        le=100_000,
        title="Calls per second",
        description=(
            "Only for a Bot API server of your own that has limits of its own: so many messages in "
            "all, and into one chat. Empty: Telegram's limits, 30 in all and 1 into one chat."
        ),
    )

    @field_validator("calls_per_s")
    @classmethod
    def _not_at_telegram(cls, value: float | None, info: ValidationInfo) -> float | None:
        if value is not None and info.data.get("api_base") == _TELEGRAMS_OWN:
            raise ValueError("Telegram's own server has fixed limits: leave it empty")
        return value


MANIFEST = Manifest(
    channel_type=ChannelType("telegram"),
    title="Telegram",
    summary={
        "en": "A Telegram bot: private chats, groups with topics, and Telegram Business accounts.",
        "ru": "Бот Telegram: личные чаты, группы с темами и аккаунты Telegram Business.",
    },
    settings=TelegramSettings,
    words={"ru": RUSSIAN},
    capabilities=Capabilities(
        max_text=4096,
        text_unit="utf16",
        max_caption=1024,
        formats=tuple(Format),
        media=tuple(
            MediaLimit(
                kind=kind.value,
                max_bytes=_PHOTO_BYTES if kind is AttachmentKind.IMAGE else _UPLOAD_BYTES,
            )
            for kind in AttachmentKind
        ),
        album_max=10,
        buttons=True,
        max_buttons=100,
        max_button_rows=100,
        max_button_label=64,
        blocks=("location", "contact_card", "poll", "dice"),
        polls=PollLimit(max_question=300, max_options=10, max_option=100),
        reply=True,
        edit=True,
        delete=True,
        delete_for_s=_TWO_DAYS_S,
        reactions=True,
        typing_out=True,
        read_out=True,
        rate_thread=RateLimit(count=1, per_s=1, burst=3),
        rate_channel=RateLimit(count=30, per_s=1, burst=30),
        # 20 in any minute: 3 at once, and 17 more while these are refilled.
        rate_group=RateLimit(count=17, per_s=60, burst=3),
        customer_edits=True,
    ),
    module="connectors.telegram.connector",
    pulls=True,
    webhooks=True,
    simulator="connectors.telegram.simulator",
    exclusive=("token", "api_base"),
)
