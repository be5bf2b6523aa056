"""Settings: a TOML file and the environment (prefix ``HUB_``); the environment wins.

An unknown key stops the start and is named.
"""

import difflib
import os
import tomllib
from ipaddress import ip_network
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, SecretStr, ValidationError, field_validator

from shared.errors import BadRequest
from shared.model.base import Strict

PREFIX = "HUB_"
_NOT_SETTINGS = frozenset({"HUB_CONFIG"})
"""Read before the settings are: where they stand."""
_TEST_PREFIX = "HUB_TEST_"
_LISTS = frozenset({"trusted_proxies", "private_networks"})
_FILE_SUFFIX = "_FILE"
"""``HUB_BUS_URL_FILE`` names the file that holds the value of ``HUB_BUS_URL``."""


class Settings(Strict):
    """How this hub runs. Each field is also an environment variable, ``HUB_`` and its upper name;
    with ``_FILE`` behind it, it names a file that holds the value."""

    bus_url: str = Field(default="embedded:", description="`embedded:` or `amqp://...`")
    store_url: str = Field(default="sqlite:", description="`sqlite:` or `mongodb://...`")
    blobs_url: str = Field(default="file:", description="`file:` or `s3://...`")
    blobs_endpoint: str | None = Field(
        default=None, description="of another S3 service than Amazon's, `https://...`"
    )
    blobs_region: str | None = Field(default=None, description="of the bucket")
    blobs_access_key: str | None = Field(default=None, description="who writes to the bucket")
    blobs_secret_key: SecretStr | None = Field(default=None, description="the key's secret")
    broker_management_url: SecretStr | None = Field(
        default=None,
        description="RabbitMQ's management API, `http://user:password@host:15672`; for `hub bot`",
    )
    data_dir: Path = Field(default=Path(".data"), description="database, blobs, key")
    host: str = Field(default="127.0.0.1", description="address to listen on")
    port: int = Field(default=8080, ge=0, le=65535, description="port to listen on; 0: a free one")
    public_url: str | None = Field(
        default=None, description="how platforms and customers reach this hub from outside"
    )
    trusted_proxies: tuple[str, ...] = Field(
        default=(), description="networks whose X-Forwarded-For is believed"
    )
    private_networks: tuple[str, ...] = Field(
        default=(),
        description="private networks that webhooks may call, such as 10.1.0.0/16",
    )
    secret_key: SecretStr | None = Field(
        default=None, description="encrypts channel secrets; made in the data directory if absent"
    )
    admin_email: str = Field(default="admin@example.com", description="the first admin")
    admin_password: SecretStr | None = Field(
        default=None, description="of the first admin; made and printed once if absent"
    )
    simulators: bool = Field(default=False, description="a simulated channel of every type")
    simulators_public: bool = Field(
        default=False, description="simulators although the hub listens beyond this machine"
    )
    log_level: str = Field(default="info", pattern="^(debug|info|warning|error)$")
    log_json: bool = Field(default=False, description="one JSON object per line")
    undo_s: float = Field(default=5, ge=0, le=60, description="how long an agent can undo a send")
    owner_writes: Literal["escalated", "always", "never"] = Field(
        default="escalated",
        description="when only the agent who holds a conversation writes to its customer",
    )
    reopen_for_s: float = Field(
        default=7 * 86_400,
        ge=0,
        description="a customer who writes so soon after the end goes on in the same case; 0: each"
        " is a new one, inf: one case for ever",
    )
    body_limit_bytes: int = Field(default=4 * 1024 * 1024, gt=0, description="of a webhook")
    upload_limit_bytes: int = Field(default=50 * 1024 * 1024, gt=0, description="of a file")
    publish_timeout_s: float = Field(default=5, gt=0)
    store_timeout_s: float = Field(default=5, gt=0)
    lease_s: float = Field(default=4, gt=0.5)
    drain_s: float = Field(
        default=0, ge=0, le=2, description="how long a process serves on after it was told to end"
    )

    @field_validator("private_networks")
    @classmethod
    def _networks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for network in value:
            ip_network(network)
        return value


def load_settings(
    *, config: Path | None = None, overrides: dict[str, Any] | None = None
) -> Settings:
    """Read file, environment and command line, the later ones winning.

    Raises ``BadRequest`` with one line that names the wrong key or value.
    """
    values = _from_file(config) | _from_environment() | (overrides or {})
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        raise BadRequest("; ".join(_explain(e) for e in error.errors())) from None


def _from_file(path: Path | None) -> dict[str, Any]:
    if path is None:
        return {}
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadRequest(f"cannot read the settings file {path}: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadRequest(f"the settings file {path} is not TOML: {error}") from None


def _from_environment() -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, given in os.environ.items():
        if not name.startswith(PREFIX) or name in _NOT_SETTINGS or name.startswith(_TEST_PREFIX):
            continue
        if not given:
            continue  # as a compose file leaves a variable that nobody has set
        plain = name.removesuffix(_FILE_SUFFIX)
        if plain != name and plain in os.environ:
            raise BadRequest(f"both {plain} and {name} are set: leave one out")
        key = plain.removeprefix(PREFIX).lower()
        text = given if plain == name else _content(name, given)
        listed = key in _LISTS
        values[key] = [part.strip() for part in text.split(",") if part.strip()] if listed else text
    return values


def _content(name: str, path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or type(error).__name__
        raise BadRequest(f"cannot read the file {path} that {name} names: {reason}") from None


def _explain(error: Any) -> str:
    key = ".".join(str(part) for part in error["loc"])
    if error["type"] == "extra_forbidden":
        near = difflib.get_close_matches(key, Settings.model_fields, n=1)
        hint = f"; did you mean {near[0]}?" if near else ""
        return f"unknown setting {key} ({PREFIX}{key.upper()}){hint}"
    return f"setting {key} ({PREFIX}{key.upper()}): {error['msg']}"
