"""Whether another channel has the same account already: two would take each other's messages."""

from collections.abc import Mapping
from typing import Any

from connectors.base import CheckItem
from connectors.manifest import Manifest
from shared.collections import CHANNELS
from shared.errors import ChannelBroken
from shared.ids import ChannelId
from shared.model.channel import Channel, ChannelState
from shared.ports.store import Store
from shared.sealing import Seal

_PAGE = 200


async def taken(
    store: Store,
    seal: Seal,
    manifest: Manifest,
    values: Mapping[str, Any],
    own: ChannelId | None,
) -> CheckItem | None:
    """What is wrong when a standing channel has all that may be there once. Raises
    ``Unavailable``."""
    if not manifest.exclusive:
        return None
    wanted = _account(manifest, values)
    cursor = None
    while True:
        page = await store.find(CHANNELS, equal={}, limit=_PAGE, cursor=cursor)
        for other in page.items:
            if other.type != manifest.channel_type or other.id == own:
                continue
            if other.state is not ChannelState.REMOVED and _of(other, seal, manifest) == wanted:
                return CheckItem(
                    "account",
                    False,
                    f"the channel {other.name} has this account already",
                    "Use that channel, or give this one an account of its own.",
                )
        cursor = page.next
        if cursor is None:
            return None


def _of(channel: Channel, seal: Seal, manifest: Manifest) -> tuple[Any, ...] | None:
    try:
        return _account(manifest, channel.settings | seal.open(channel.sealed))
    except ChannelBroken:
        return None  # sealed under a lost key: it carries nothing


def _account(manifest: Manifest, values: Mapping[str, Any]) -> tuple[Any, ...]:
    fields = manifest.settings.model_fields
    return tuple(values.get(name, fields[name].default) for name in manifest.exclusive)
