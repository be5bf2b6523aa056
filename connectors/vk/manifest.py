"""What is known of the channel type ``vk`` without importing the platform's library."""

from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, SecretStr

from connectors.manifest import ChannelSettings, Manifest
from connectors.vk.russian import RUSSIAN
from shared.ids import ChannelType
from shared.model.channel import Capabilities, Format, MediaLimit, RateLimit
from shared.model.content import AttachmentKind

_MIB = 1024 * 1024
_DAY_S = 24 * 3600
_SECRET_MAX = 50
_PREFIXES = ("https://", "http://", "vk.com/", "vk.ru/", "club", "public", "event", "-")


def _token(value: SecretStr) -> SecretStr:
    text = value.get_secret_value()
    if not text or not text.isascii() or not text.isprintable() or " " in text:
        raise ValueError("an access key is one line of Latin letters, digits and signs: vk1.a....")
    return value


def _group_id(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    number = value.strip().lower()
    for prefix in _PREFIXES:
        number = number.removeprefix(prefix)
    return number


def _secret(value: SecretStr | None) -> SecretStr | None:
    if value is None:
        return None
    text = value.get_secret_value()
    if not 0 < len(text) <= _SECRET_MAX or not (text.isascii() and text.isalnum()):
        raise ValueError("1 to 50 Latin letters and digits")
    return value


def _confirmation(value: str | None) -> str | None:
    return (value or "").strip() or None


def _base(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("an address such as https://api.vk.ru")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise ValueError("an address without user, query and fragment")
    return value.rstrip("/")


class VkSettings(ChannelSettings):
    """A community. Its access key and its number are needed."""

    model_config = ConfigDict(hide_input_in_errors=True)

    token: Annotated[SecretStr, AfterValidator(_token)] = Field(
        title="Access key",
        description=(
            "In VK open the community, Manage, Advanced (Work with API), Access keys, Create key. "
            "Allow community management, messages, photos and documents; copy the line that begins "
            "with vk1.a. Whoever has it writes in the community's name: keep it secret."
        ),
    )
    group_id: Annotated[int, BeforeValidator(_group_id)] = Field(
        gt=0,
        title="Community number",
        description=(
            "In VK open the community, Manage, Settings: the number stands in the address, such as "
            "club123456, and under Advanced (Work with API), Callback API as group_id."
        ),
    )
    mode: Literal["longpoll", "callback"] = Field(
        default="longpoll",
        title="How messages arrive",
        description=(
            "longpoll works everywhere, also without a public address. callback needs the hub to "
            "be reachable from the internet; it is set up in the community by itself."
        ),
    )
    callback_secret: Annotated[SecretStr | None, AfterValidator(_secret)] = Field(
        default=None,
        title="Callback secret key",
        description=(
            "Made by the hub. Set it only if the callback server was entered by hand: Manage, "
            "Advanced (Work with API), Callback API, Secret key."
        ),
    )
    confirmation: Annotated[str | None, AfterValidator(_confirmation)] = Field(
        default=None,
        max_length=100,
        title="Callback confirmation string",
        description=(
            "Read from VK by itself. Set it only if the access key may not manage the community: "
            "Manage, Advanced (Work with API), Callback API, the string that the server must return"
        ),
    )
    api_base: Annotated[str, AfterValidator(_base)] = Field(
        default="https://api.vk.ru",
        title="API address",
        description="Change it only for a proxy of your own in front of VK's API.",
    )
    poll_wait_s: int = Field(
        default=25,
        ge=0,
        le=80,
        title="Long poll, seconds",
        description="How long one request waits for news, at most 80.",
    )
    call_timeout_s: float = Field(
        default=30,
        gt=0,
        le=300,
        title="Time limit of a call, seconds",
        description="Uploads get more by their size.",
    )


MANIFEST = Manifest(
    channel_type=ChannelType("vk"),
    title="VK",
    summary={
        "en": "Messages of a VK community: private dialogues and chats.",
        "ru": "Сообщения сообщества ВКонтакте: личные диалоги и беседы.",
    },
    settings=VkSettings,
    words={"ru": RUSSIAN},
    capabilities=Capabilities(
        max_text=4096,
        text_unit="utf16",
        max_caption=4096,
        formats=(Format.BOLD, Format.ITALIC, Format.UNDERLINE, Format.LINK),
        media=(
            MediaLimit(
                kind=AttachmentKind.IMAGE.value,
                max_bytes=50 * _MIB,
                # A GIF keeps moving only as a document.
                mimes=("image/jpeg", "image/png"),
            ),
            MediaLimit(
                kind=AttachmentKind.VOICE.value,
                max_bytes=50 * _MIB,
                mimes=("audio/ogg", "audio/opus", "application/ogg"),
            ),
            MediaLimit(kind=AttachmentKind.FILE.value, max_bytes=200 * _MIB),
        ),
        album_max=10,
        buttons=True,
        max_buttons=40,
        max_button_rows=10,
        max_button_label=40,
        max_buttons_in_row=5,
        buttons_need_text=True,
        reply=True,
        edit=True,
        edit_for_s=_DAY_S,
        delete=True,
        delete_for_s=_DAY_S,
        reactions=True,
        typing_out=True,
        typing_in=True,
        receipts=("read",),
        read_out=True,
        idempotent=True,
        # Never above 20 calls in any second; error 9 comes at about 1000 an hour to one user.
        rate_thread=RateLimit(count=1000, per_s=3600, burst=60),
        rate_channel=RateLimit(count=18, per_s=1, burst=2),
        customer_edits=True,
    ),
    exclusive=("group_id", "api_base"),
    module="connectors.vk.connector",
    pulls=True,
    webhooks=True,
    retry_at=True,
    simulator="connectors.vk.simulator",
)
