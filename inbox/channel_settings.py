"""A channel's settings, told apart by its type's schema: what may be shown, and what is sealed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shared.errors import BadRequest
from shared.model.channel import ChannelTypeInfo


@dataclass(frozen=True, slots=True)
class Split:
    """Settings in two halves."""

    plain: dict[str, Any]
    secret: dict[str, Any]


def secret_names(info: ChannelTypeInfo) -> frozenset[str]:
    """The settings that are never shown."""
    properties = info.settings_schema.get("properties", {})
    return frozenset(name for name, schema in properties.items() if schema.get("writeOnly") is True)


def split(info: ChannelTypeInfo, settings: Mapping[str, Any]) -> Split:
    """Plain and secret settings. Raises ``BadRequest`` for one that the type does not have.

    A secret as it is shown (``{"set": true}``) stands for the one that is there, and None for none:
    both are left out of the result, and ``merge`` and ``removed`` see to them.
    """
    known = info.settings_schema.get("properties", {})
    secrets = secret_names(info)
    plain: dict[str, Any] = {}
    secret: dict[str, Any] = {}
    for name, value in settings.items():
        if name not in known:
            raise BadRequest(
                f"{info.title} has no such setting; it has {', '.join(sorted(known))}",
                field=f"settings.{name}",
            )
        if name not in secrets:
            plain[name] = value
        elif not _is_mark(value) and value is not None:
            secret[name] = value
    return Split(plain, secret)


def merge(stored: Split, given: Split, settings: Mapping[str, Any]) -> Split:
    """The stored settings with those that were given; null takes one away."""
    plain = {name: v for name, v in {**stored.plain, **given.plain}.items() if v is not None}
    gone = {name for name, value in settings.items() if value is None}
    secret = {name: v for name, v in {**stored.secret, **given.secret}.items() if name not in gone}
    return Split(plain, secret)


def shown(
    info: ChannelTypeInfo | None, settings: Mapping[str, Any], sealed: frozenset[str]
) -> dict[str, Any]:
    """The settings for an admin's eyes: of a secret only whether it is set."""
    secrets = sealed if info is None else sealed | secret_names(info)
    marks = {name: {"set": name in sealed} for name in sorted(secrets)}
    return {name: v for name, v in settings.items() if name not in secrets} | marks


def _is_mark(value: Any) -> bool:
    return isinstance(value, Mapping) and set(value) == {"set"}
