"""A channel's settings: opened for its connector, taken apart for the store, and what is wrong."""

from collections.abc import Mapping
from typing import Any

from pydantic import SecretStr, ValidationError

from connectors.manifest import ChannelSettings, Manifest
from shared.checks import SettingProblem
from shared.errors import ChannelBroken
from shared.model.channel import Channel
from shared.sealing import Seal


def open_settings(channel: Channel, manifest: Manifest, seal: Seal) -> ChannelSettings:
    """The settings with the secrets. Raises ``ChannelBroken`` naming what does not fit."""
    values = channel.settings | seal.open(channel.sealed)
    problems = setting_problems(values, manifest)
    if problems:
        named = "; ".join(f"{p.field}: {p.reason}" if p.field else p.reason for p in problems)
        raise ChannelBroken(f"its settings do not fit: {named}")
    return manifest.settings.model_validate(values)


def setting_problems(values: Mapping[str, Any], manifest: Manifest) -> tuple[SettingProblem, ...]:
    """What is wrong with the settings, by field; no value is ever repeated in it."""
    try:
        manifest.settings.model_validate(dict(values))
    except ValidationError as error:
        return tuple(
            SettingProblem(
                field=str(found["loc"][0]) if found["loc"] else None,
                reason=(
                    "unknown setting"
                    if found["type"] == "extra_forbidden"
                    else found["msg"].removeprefix("Value error, ")
                ),
            )
            for found in error.errors(include_input=False, include_url=False)
        )
    return ()


def close_settings(
    values: Mapping[str, Any], manifest: Manifest, seal: Seal
) -> tuple[dict[str, Any], str | None]:
    """(what may be stored and shown, the secrets encrypted)."""
    secret = manifest.secret_fields()
    sealed = {
        name: value.get_secret_value() if isinstance(value, SecretStr) else value
        for name, value in values.items()
        if name in secret and value is not None
    }
    plain = {name: value for name, value in values.items() if name not in secret}
    return plain, seal.close(sealed) if sealed else None
