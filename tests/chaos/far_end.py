"""The simulated platform of a channel as a run needs it: its doors, and what it waits for."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

from yarl import URL

from connectors.email.simulator.simulator import EmailSimulator
from connectors.simulator import Simulator
from connectors.vk.simulator.simulator import VkSimulator
from tests.chaos.channel import CHANNELS, Channel

_ADDRESSES: Final = ("api_base", "callback_url")
_PORTS: Final = ("imap_port", "smtp_port")


class Platform(Simulator, Protocol):
    """A simulator that can say what the hub has not taken yet."""

    def waiting(self) -> int:
        """How many messages and other news."""


@dataclass(frozen=True, slots=True)
class FarEnd:
    """A platform, and the channel of the hub that it serves."""

    name: str
    """The channel's id."""
    platform: Platform

    @property
    def channel(self) -> Channel:
        """What is known of the channel."""
        return CHANNELS[self.name]

    def doors(self) -> dict[str, int]:
        """The ports on which it listens, by the setting that names each."""
        settings = self.platform.settings()
        ports = {name: int(settings[name]) for name in _PORTS if name in settings}
        addresses = {name: settings[name] for name in _ADDRESSES if name in settings}
        return ports | {name: URL(address).port or 0 for name, address in addresses.items()}

    def settings(self, ports: Mapping[str, int]) -> dict[str, Any]:
        """Those of the channel, by way of these ports in the place of its own."""
        settings = {**self.platform.settings(), **self.channel.settings}
        for name, port in ports.items():
            address = settings[name]
            settings[name] = port if name in _PORTS else str(URL(address).with_port(port))
        return settings

    def go_by(self, ports: Mapping[str, int]) -> None:
        """Name these ports wherever it names its own, and keep what is sent as providers do."""
        if isinstance(self.platform, VkSimulator):
            self.platform.community.base = f"http://127.0.0.1:{ports['api_base']}"
        if isinstance(self.platform, EmailSimulator):
            self.platform.keeps_sent = True

    def is_heard(self) -> bool:
        """Whether what it tells from now on reaches the hub: VK keeps nothing for later."""
        return not isinstance(self.platform, VkSimulator) or self.platform.is_heard()
