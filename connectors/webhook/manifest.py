"""What is known of the channel type ``webhook``: its settings and abilities."""

from typing import Annotated, Final
from urllib.parse import urlsplit

from pydantic import AfterValidator, ConfigDict, Field, SecretStr

from connectors.manifest import ChannelSettings, Manifest
from connectors.webhook.russian import RUSSIAN
from shared.ids import ChannelType
from shared.model.channel import Capabilities, Format, MediaLimit
from shared.model.content import AttachmentKind
from shared.webhooks.signing import checked_secret

MAX_TEXT: Final = 20_000
"""UTF-16 units, both ways."""
_FILE_BYTES: Final = 50 * 1024 * 1024


def _address(value: SecretStr | None) -> SecretStr | None:
    if value is None:
        return None
    parts = urlsplit(value.get_secret_value())
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("an address such as https://crm.example.com/omnihub")
    if parts.username or parts.password or parts.fragment:
        raise ValueError("an address without user, password and fragment")
    return value


def _maybe_secret(value: SecretStr | None) -> SecretStr | None:
    return None if value is None else checked_secret(value)


class WebhookSettings(ChannelSettings):
    """One system that speaks the hub's own JSON."""

    model_config = ConfigDict(hide_input_in_errors=True)

    secret: Annotated[SecretStr, AfterValidator(checked_secret)] = Field(
        title="Signing secret",
        description=(
            "Signs what both sides send. Make one with `hub connector secret` (whsec_ and the "
            "base64 of 32 random bytes), set it here and in your system."
        ),
    )
    previous_secret: Annotated[SecretStr | None, AfterValidator(_maybe_secret)] = Field(
        default=None,
        title="Previous secret",
        description=(
            "Only while you change the secret: put the old one here. Both are accepted, and "
            "callbacks carry a signature by each, until you empty this field."
        ),
    )
    callback_url: Annotated[SecretStr | None, AfterValidator(_address)] = Field(
        default=None,
        title="Callback address",
        description=(
            "Where your system takes agents' messages by POST. Empty: the channel only receives. "
            "It is kept like a secret, since such addresses often hold a key."
        ),
    )
    idempotent_receiver: bool = Field(
        default=True,
        title="The receiver knows repeats",
        description=(
            "Your system takes a webhook-id that it has seen as done, so that a callback without "
            "an answer is repeated. Switch it off if it does not: then such a message is shown as "
            "unknown, and an agent decides."
        ),
    )
    buttons: bool = Field(
        default=True,
        title="Buttons",
        description="Your system shows buttons. Off: they become lines of the text.",
    )
    changes: bool = Field(
        default=True,
        title="Edits and deletions",
        description="Your system can change and delete what it has shown.",
    )
    typing: bool = Field(
        default=False,
        title="Typing",
        description="Tell your system when an agent is typing, at most every 4 seconds.",
    )
    max_text: int = Field(
        default=4096,
        ge=20,
        le=MAX_TEXT,
        title="Longest text",
        description="In UTF-16 units, as your system takes it; longer messages are split.",
    )
    timeout_s: float = Field(
        default=15,
        gt=0,
        le=55,
        title="Time limit of a callback, seconds",
        description="Your system should answer within it; the standard recommends 15 to 30.",
    )


MANIFEST = Manifest(
    channel_type=ChannelType("webhook"),
    title="Webhook",
    summary={
        "en": "Any system of your own: signed webhooks in both directions.",
        "ru": "Любая ваша система: подписанные вебхуки в обе стороны.",
    },
    settings=WebhookSettings,
    words={"ru": RUSSIAN},
    capabilities=Capabilities(
        max_text=MAX_TEXT,
        text_unit="utf16",
        max_caption=MAX_TEXT,
        formats=tuple(Format),
        media=tuple(MediaLimit(kind=kind.value, max_bytes=_FILE_BYTES) for kind in AttachmentKind),
        album_max=10,
        buttons=True,
        max_buttons=50,
        max_button_rows=50,
        max_button_label=80,
        reply=True,
        edit=True,
        delete=True,
        reactions=True,
        typing_out=True,
        typing_in=True,
        receipts=("delivered", "read"),
        idempotent=True,
        customer_edits=True,
        customer_deletes=True,
    ),
    module="connectors.webhook.connector",
    webhooks=True,
    simulator="connectors.webhook.simulator",
)
