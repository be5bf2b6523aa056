"""What is known of the channel type without importing its connector."""

from pydantic import Field, SecretStr

from connectors.api import Capabilities, ChannelSettings, ChannelType, Manifest, RateLimit


class ExampleSettings(ChannelSettings):
    """What an admin fills in. Each description says where the value is found."""

    token: SecretStr = Field(
        title="API token", description="Account page of the platform, section API, Create token."
    )
    signing_key: SecretStr = Field(
        title="Signing key", description="Account page of the platform, section Webhooks."
    )
    api_base: str = Field(
        default="https://api.invalid",
        title="API address",
        description="Change it only for another server that speaks the same protocol.",
    )


MANIFEST = Manifest(
    channel_type=ChannelType("example"),
    title="Example",
    summary={"en": "Messages of a platform.", "ru": "Сообщения платформы."},
    settings=ExampleSettings,
    capabilities=Capabilities(
        max_text=1000,
        text_unit="characters",
        receipts=("delivered",),
        rate_channel=RateLimit(count=10, per_s=1, burst=10),
    ),
    module=f"{__package__}.connector",
    webhooks=True,
    simulator=f"{__package__}.simulator",
)
