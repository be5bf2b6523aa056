"""Whose mail it is: the channel, its own addresses, its signature."""

from collections.abc import Collection
from dataclasses import dataclass

from connectors.email.addresses import canonical, without_extension
from connectors.email.identifiers import Signed
from shared.ids import ChannelId, ChannelType
from shared.model.content import Address


@dataclass(frozen=True, slots=True)
class Mailbox:
    """Whose mail it is: the channel, its own addresses, its signature."""

    channel_id: ChannelId
    channel_type: ChannelType
    own: Collection[str]
    signed: Signed

    def is_own(self, address: Address) -> bool:
        """Whether it is one of ours, whatever stands behind a plus."""
        return without_extension(canonical(address.email)) in self.own
