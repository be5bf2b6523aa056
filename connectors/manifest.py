"""What is known of a channel type without importing its connector.

``connectors/<type>/manifest.py`` defines ``MANIFEST``. It may import only pydantic, ``shared`` and
this module, so that listing the types costs nothing; the connector's own module, and the platform
library with it, is imported when a channel of the type starts.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from pydantic import ConfigDict, Field, SecretStr

from shared.ids import ChannelType
from shared.model.base import Strict
from shared.model.channel import Capabilities, SettingWords


class ChannelSettings(Strict):
    """The base of a connector's settings: unknown fields are refused by name.

    Secrets are ``SecretStr``: they are stored encrypted and never leave by the API. Each field
    has a ``title`` and a ``description`` that says where its value is found. ``api_base`` is the
    platform's base address, so that another server or a proxy can stand in.
    """

    model_config = ConfigDict(hide_input_in_errors=True)

    proxy: SecretStr | None = Field(
        default=None,
        title="Proxy",
        description="Of this channel alone, such as http://user:password@proxy.example:3128.",
    )


COMMON_WORDS: Final[Mapping[str, Mapping[str, SettingWords]]] = {
    "ru": {
        "proxy": SettingWords(
            title="Прокси",
            description="Только для этого канала, например http://user:password@proxy.example:3128.",
        )
    }
}
"""Of the settings that every type has."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """A channel type."""

    channel_type: ChannelType
    title: str
    summary: Mapping[str, str]
    """One sentence per language (``en``, ``ru``)."""
    settings: type[ChannelSettings]
    capabilities: Capabilities
    module: str
    """The module that defines ``connect(context) -> Connector``."""
    pulls: bool = False
    webhooks: bool = False
    retry_at: bool = False
    """The platform reads ``Retry-After`` only as a date, not as seconds."""
    simulator: str | None = None
    """The module that defines ``simulate(context) -> Simulator``; None: there is none."""
    site: str | None = None
    """The module that defines ``site_routes()``, pages of the type that belong to no channel."""
    words: Mapping[str, Mapping[str, SettingWords]] = field(default_factory=dict)
    """The settings' titles and descriptions in other languages than English."""
    exclusive: tuple[str, ...] = ()
    """Settings that name the account: no two channels may agree in all of them."""
    secrets: tuple[str, ...] = field(default=())
    """Names of the settings that are secret; computed when empty."""

    def secret_fields(self) -> tuple[str, ...]:
        """The names of the settings that must be encrypted and never shown."""
        marked = tuple(
            name
            for name, info in self.settings.model_fields.items()
            if "SecretStr" in str(info.annotation)
        )
        return self.secrets or marked
