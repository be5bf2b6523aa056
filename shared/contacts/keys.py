"""Keys: what the addresses of an identity are compared by. Pure.

Two people write one phone number in many ways; a key is the same for all of them.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Any, Final

from shared.ids import ChannelType, ExternalId
from shared.model.people import Identifier, IdentifierKind

_NO_DIGITS: Final = re.compile(r"[^0-9]")
_RUSSIAN_TRUNK: Final = re.compile(r"8\d{10}")
_FEWEST_DIGITS: Final = 7
_MOST_DIGITS: Final = 15
_ADDRESS: Final = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_JOINING: Final = frozenset({IdentifierKind.PHONE, IdentifierKind.EMAIL})
"""Whoever has one of these is one person, once it is verified."""


def phone_key(value: str) -> str | None:
    """The number with its country, digits only; None for what is no number."""
    digits = _NO_DIGITS.sub("", value)
    if _RUSSIAN_TRUNK.fullmatch(digits) and not value.lstrip().startswith("+"):
        digits = f"7{digits[1:]}"
    if not _FEWEST_DIGITS <= len(digits) <= _MOST_DIGITS:
        return None
    return f"phone:+{digits}"


def email_key(value: str) -> str | None:
    """The address in small letters; None for what is none."""
    address = value.strip().lower()
    return f"email:{address}" if _ADDRESS.fullmatch(address) else None


def username_key(value: str) -> str | None:
    """A name on a platform, without its @."""
    name = value.strip().lstrip("@").lower()
    return f"username:{name}" if name else None


def keys_of(
    channel_type: ChannelType, external_id: ExternalId, identifiers: Iterable[Identifier]
) -> tuple[str, ...]:
    """Every key of an identity, each once."""
    keys = (_key(channel_type, external_id, one) for one in identifiers)
    return tuple(dict.fromkeys(key for key in keys if key is not None))


def verified_keys(identifiers: Iterable[Identifier]) -> tuple[str, ...]:
    """The keys that make two identities one person without anybody being asked."""
    keys = (_joining(one) for one in identifiers if one.verified and one.kind in _JOINING)
    return tuple(dict.fromkeys(key for key in keys if key is not None))


def suggesting(keys: Sequence[str]) -> tuple[str, ...]:
    """Those by which two contacts may be one: a name may be somebody else's elsewhere."""
    return tuple(key for key in keys if not key.startswith("username:"))


def asked_keys(words: str) -> tuple[str, ...]:
    """The keys that somebody may mean who looks for a person by an address."""
    found = (email_key(words), phone_key(words) if any(map(str.isdigit, words)) else None)
    named = username_key(words) if " " not in words.strip() and "@" not in words[1:] else None
    return tuple(key for key in (*found, named) if key is not None)


def is_signed(external_id: ExternalId, identifiers: Iterable[Identifier]) -> bool:
    """Whether a signature or the platform vouches for who the person is: a phone, an address, or an
    account of the site's own. That a messenger's account is itself says nothing of the person."""
    return any(
        one.verified and (one.kind in _JOINING or _is_of_the_site(external_id, one))
        for one in identifiers
    )


def with_keys(identity: dict[str, Any]) -> dict[str, Any]:
    """The identity as version 2 stores it."""
    told = [Identifier.model_validate(one) for one in identity.get("identifiers", ())]
    keys = keys_of(identity["channel_type"], identity["external_id"], told)
    return {**identity, "keys": list(keys)}


def _is_of_the_site(external_id: ExternalId, one: Identifier) -> bool:
    return one.kind is IdentifierKind.PLATFORM_ID and one.value != external_id


def _key(channel_type: ChannelType, external_id: ExternalId, one: Identifier) -> str | None:
    if one.kind is IdentifierKind.USERNAME:
        return username_key(one.value)
    if one.kind is IdentifierKind.PLATFORM_ID and one.verified:
        return f"user:{channel_type}:{one.value}" if _is_of_the_site(external_id, one) else None
    return _joining(one)


def _joining(one: Identifier) -> str | None:
    if one.kind is IdentifierKind.PHONE:
        return phone_key(one.value)
    if one.kind is IdentifierKind.EMAIL:
        return email_key(one.value)
    return None
