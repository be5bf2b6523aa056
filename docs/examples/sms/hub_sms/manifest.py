"""What is known of the channel type without importing its connector."""

from pydantic import Field, SecretStr

from connectors.api import Capabilities, ChannelSettings, ChannelType, Manifest, RateLimit


class SmsSettings(ChannelSettings):
    """One number at Ferry."""

    number: str = Field(
        title="Number",
        description="Ferry's console, Numbers: as it stands there, such as +4915550001.",
        pattern=r"^\+\d{5,15}$",
    )
    api_key: SecretStr = Field(
        title="API key", description="Ferry's console, Access: Create key, right Send."
    )
    signing_key: SecretStr = Field(
        title="Signing key",
        description="Ferry's console, Numbers, your number, Forwarding. Enter the hub's address "
        "https://<your hub>/hooks/<channel id> there, too.",
    )
    api_base: str = Field(
        default="https://api.ferry.invalid/v1",
        title="API address",
        description="Change it only for another server that speaks Ferry's protocol.",
    )


MANIFEST = Manifest(
    channel_type=ChannelType("sms"),
    title="SMS",
    summary={
        "en": "Short messages of a number at Ferry.",
        "ru": "Короткие сообщения номера у Ferry.",
    },
    settings=SmsSettings,
    capabilities=Capabilities(
        max_text=670,  # ten segments of 67 UTF-16 units, as they are sent outside of GSM-7
        text_unit="utf16",
        receipts=("delivered",),
        write_first=True,
        first_address="phone",
        idempotent=True,
        rate_thread=RateLimit(count=1, per_s=1, burst=5),
        rate_channel=RateLimit(count=30, per_s=1, burst=30),
        deadline_s=6 * 3600,
    ),
    module=f"{__package__}.connector",
    webhooks=True,
    simulator=f"{__package__}.simulator",
)
