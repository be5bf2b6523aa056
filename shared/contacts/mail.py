"""Mail addresses that are certain of a contact. Pure."""

import re
from collections.abc import Sequence
from typing import Final

from shared.ids import ChannelType
from shared.model.people import Identifier, IdentifierKind, Identity

MAIL: Final = ChannelType("email")
_ADDRESS: Final = re.compile(r"[^\s@<>\",;:\\()\[\]]{1,64}@[^\s@<>\",;:\\()\[\]]{1,255}")


def certain_addresses(identities: Sequence[Identity]) -> Sequence[str]:
    """Those from which the contact has written, or that were vouched for."""
    found: dict[str, str] = {}
    for identity in identities:
        named = [one.value for one in identity.identifiers if _is_certain(one)]
        if identity.channel_type == MAIL and identity.heard_at is not None:
            named.append(identity.external_id)
        for address in named:
            if _ADDRESS.fullmatch(address):
                found.setdefault(address.casefold(), address)
    return list(found.values())


def _is_certain(one: Identifier) -> bool:
    return one.kind is IdentifierKind.EMAIL and one.verified
