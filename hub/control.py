"""The control file: how the `hub` commands find and may use the hub that runs on the data.

``<data dir>/hub.json``, readable by its owner only, holds the running hub's process, address and an
admin token that is good for as long as it runs.
"""

import hashlib
import json
import os
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from shared.collections import TOKENS
from shared.errors import HubError
from shared.model.people import Actor, ActorKind, Role
from shared.model.records import ApiToken
from shared.ports.store import Delete, Put
from shared.runtime import Ports

CONTROL_FILE: Final = "hub.json"


@dataclass(frozen=True, slots=True)
class Control:
    """Where a running hub is, and the token that its owner may use."""

    pid: int
    url: str
    token: str


def read_control(directory: Path) -> Control | None:
    """The running hub's control file; None when there is none or its process is gone."""
    try:
        values = json.loads((directory / CONTROL_FILE).read_text(encoding="utf-8"))
        control = Control(pid=values["pid"], url=values["url"], token=values["token"])
        os.kill(control.pid, 0)
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return control


@asynccontextmanager
async def control_token(ports: Ports) -> AsyncIterator[str]:
    """An admin token for the hub's own commands, revoked at the end."""
    token = secrets.token_urlsafe(32)
    row = ApiToken(
        id=hashlib.sha256(token.encode()).hexdigest(),
        name="hub command",
        role=Role.ADMIN,
        created_at=ports.clock.now(),
        created_by=Actor(kind=ActorKind.SYSTEM),
    )
    await ports.store.commit([Put(TOKENS, row)])
    try:
        yield token
    finally:
        with suppress(HubError):
            await ports.store.commit([Delete(TOKENS, row.id)])


@asynccontextmanager
async def control_file(directory: Path, url: str, token: str) -> AsyncIterator[None]:
    """Write the control file, and take it away at the end."""
    path = directory / CONTROL_FILE
    text = json.dumps(asdict(Control(pid=os.getpid(), url=url, token=token)))
    with suppress(FileNotFoundError):
        path.unlink()
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    try:
        yield
    finally:
        with suppress(FileNotFoundError):
            path.unlink()
