"""What is known of the channel type ``whatsapp`` without importing its connector."""

from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, ConfigDict, Field, SecretStr

from connectors.manifest import ChannelSettings, Manifest
from connectors.whatsapp.russian import RUSSIAN
from shared.ids import ChannelType
from shared.model.channel import Capabilities, Format, MediaLimit, RateLimit
from shared.model.content import AttachmentKind, ButtonKind

_KIB = 1024
_MIB = 1024 * 1024
_DAY_S = 24 * 3600
_SECRET_LEAST = 16
_TOKEN_MOST = 256
_AUDIO = ("audio/aac", "audio/amr", "audio/mpeg", "audio/mp3", "audio/mp4", "audio/m4a")
_OGG = ("audio/ogg", "application/ogg", "audio/opus")


def _filled(value: SecretStr) -> SecretStr:
    text = value.get_secret_value()
    if not text.strip() or not text.isascii() or not text.isprintable():
        raise ValueError("it must not be empty, and is made of letters and digits")
    return value


def _app_secret(value: SecretStr) -> SecretStr:
    text = value.get_secret_value()
    if len(text) < _SECRET_LEAST or not text.isascii() or not text.isalnum():
        raise ValueError(
            "an app secret has 32 letters and digits; without it anybody could write as a customer"
        )
    return value


def _verify_token(value: SecretStr | None) -> SecretStr | None:
    if value is None or not value.get_secret_value():
        return None
    text = value.get_secret_value()
    if not text.isascii() or not text.isprintable() or len(text) > _TOKEN_MOST:
        raise ValueError("1 to 256 plain characters")
    return value


def _number(value: str) -> str:
    if not (value.isascii() and value.isdigit()):
        raise ValueError("an id of digits, not the phone number itself and without +")
    return value


def _base(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("an address such as https://graph.facebook.com/v23.0")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise ValueError("an address without user, query and fragment")
    return value.rstrip("/")


class WhatsAppSettings(ChannelSettings):
    """A business number on the Cloud API."""

    model_config = ConfigDict(hide_input_in_errors=True)

    access_token: Annotated[SecretStr, AfterValidator(_filled)] = Field(
        title="Access token",
        description=(
            "The permanent token of a system user: business.facebook.com, Settings, Users, System "
            "users, your user, Generate token; choose your app and the permissions "
            "whatsapp_business_messaging and whatsapp_business_management. The token on the page "
            "API Setup is good for one day only."
        ),
    )
    phone_number_id: Annotated[str, AfterValidator(_number)] = Field(
        max_length=40,
        title="Phone number ID",
        description=(
            "developers.facebook.com, My Apps, your app, WhatsApp, API Setup: the number below "
            "'From' is followed by its Phone number ID. It is not the phone number."
        ),
    )
    waba_id: Annotated[str, AfterValidator(_number)] = Field(
        max_length=40,
        title="WhatsApp Business account ID",
        description=(
            "On the same page API Setup, beside the Phone number ID; also in "
            "business.facebook.com, Settings, Accounts, WhatsApp accounts."
        ),
    )
    app_secret: Annotated[SecretStr, AfterValidator(_app_secret)] = Field(
        title="App secret",
        description=(
            "developers.facebook.com, My Apps, your app, App settings, Basic: App secret, Show. "
            "Meta signs every webhook with it."
        ),
    )
    verify_token: Annotated[SecretStr | None, AfterValidator(_verify_token)] = Field(
        default=None,
        title="Verify token",
        description=(
            "Leave it empty: the hub makes one and tells Meta. Only if you enter the webhook by "
            "hand (your app, WhatsApp, Configuration, Webhook, Edit) make one up, and write the "
            "same here and there; the callback URL is the hub's address and /hooks/<channel id>."
        ),
    )
    webhook: Literal["automatic", "manual"] = Field(
        default="automatic",
        title="Webhook",
        description=(
            "automatic: the hub sets its own address for this number at Meta; it needs a public "
            "https address. manual: you enter it in your app, WhatsApp, Configuration."
        ),
    )
    api_base: Annotated[str, AfterValidator(_base)] = Field(
        default="https://graph.facebook.com/v23.0",
        title="API address",
        description="The Graph API with its version. Change it for a newer version or a proxy.",
    )
    send_timeout_s: float = Field(
        default=30,
        gt=0,
        le=300,
        title="Time limit of a call, seconds",
        description="Uploads get more by their size.",
    )


MANIFEST = Manifest(
    channel_type=ChannelType("whatsapp"),
    title="WhatsApp",
    summary={
        "en": "A WhatsApp business number on Meta's Cloud API, with templates.",
        "ru": "Бизнес-номер WhatsApp в облачном API Meta, с шаблонами.",
    },
    settings=WhatsAppSettings,
    words={"ru": RUSSIAN},
    capabilities=Capabilities(
        max_text=4096,
        text_unit="utf16",
        max_caption=1024,
        formats=(Format.BOLD, Format.ITALIC, Format.STRIKE, Format.CODE, Format.PRE),
        media=(
            MediaLimit(
                kind=AttachmentKind.IMAGE.value,
                max_bytes=5 * _MIB,
                mimes=("image/jpeg", "image/png"),
            ),
            MediaLimit(
                kind=AttachmentKind.VIDEO.value,
                max_bytes=16 * _MIB,
                mimes=("video/mp4", "video/3gpp"),
            ),
            MediaLimit(
                kind=AttachmentKind.VIDEO_NOTE.value, max_bytes=16 * _MIB, mimes=("video/mp4",)
            ),
            MediaLimit(
                kind=AttachmentKind.ANIMATION.value, max_bytes=16 * _MIB, mimes=("video/mp4",)
            ),
            MediaLimit(
                kind=AttachmentKind.AUDIO.value,
                max_bytes=16 * _MIB,
                mimes=(*_AUDIO, *_OGG),
                captioned=False,
            ),
            MediaLimit(
                kind=AttachmentKind.VOICE.value,
                max_bytes=16 * _MIB,
                mimes=(*_OGG, *_AUDIO),
                captioned=False,
            ),
            MediaLimit(
                kind=AttachmentKind.STICKER.value,
                max_bytes=500 * _KIB,
                mimes=("image/webp",),
                captioned=False,
            ),
            MediaLimit(kind=AttachmentKind.FILE.value, max_bytes=100 * _MIB),
        ),
        buttons=True,
        max_buttons=10,
        max_button_label=24,
        button_kinds=(ButtonKind.ACTION, ButtonKind.REPLY),
        buttons_need_text=True,
        blocks=("location", "contact_card"),
        reply=True,
        reactions=True,
        typing_out=True,
        receipts=("delivered", "read"),
        read_out=True,
        reply_window_s=_DAY_S,
        write_first=True,
        first_address="phone",
        first_template=True,
        templates=True,
        rate_thread=RateLimit(count=1, per_s=6, burst=45),
        rate_channel=RateLimit(count=80, per_s=1, burst=80),
        customer_edits=True,
        customer_deletes=True,
    ),
    exclusive=("phone_number_id", "api_base"),
    module="connectors.whatsapp.connector",
    webhooks=True,
    simulator="connectors.whatsapp.simulator",
)
