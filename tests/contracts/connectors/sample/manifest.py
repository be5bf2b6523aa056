"""A made-up platform for short messages: signed webhooks or pulled; files by reference."""

from typing import Literal

from pydantic import Field, SecretStr

from connectors.manifest import ChannelSettings, Manifest
from shared.ids import ChannelType
from shared.model.channel import Capabilities, Format, MediaLimit, RateLimit
from shared.model.content import AttachmentKind


class SampleSettings(ChannelSettings):
    """Settings of one number."""

    token: SecretStr = Field(title="Token", description="Of the account page.")
    signing_key: SecretStr = Field(title="Signing key", description="Of the account page.")
    api_base: str = Field(default="https://sms.invalid", title="API", description="Its address.")
    mode: Literal["webhook", "pull"] = Field(default="webhook", title="Mode", description="How.")


MANIFEST = Manifest(
    channel_type=ChannelType("sample"),
    title="Sample",
    summary={"en": "Short messages.", "ru": "Короткие сообщения."},
    settings=SampleSettings,
    capabilities=Capabilities(
        max_text=160,
        max_caption=80,
        formats=(Format.BOLD, Format.LINK),
        media=(
            MediaLimit(kind=AttachmentKind.IMAGE, max_bytes=1024 * 1024),
            MediaLimit(kind=AttachmentKind.FILE, max_bytes=5 * 1024 * 1024),
        ),
        album_max=3,
        buttons=True,
        max_buttons=6,
        max_button_rows=3,
        reply=True,
        edit=True,
        receipts=("delivered",),
        rate_thread=RateLimit(count=50, per_s=1, burst=50),
    ),
    module="tests.contracts.connectors.sample.connector",
    pulls=True,
    webhooks=True,
    simulator="tests.contracts.connectors.sample.simulator",
)
