"""The secrets of docker-compose.yml: made once, as files that only their owner's folder shows."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import secrets
from pathlib import Path

from hub.bootstrap.problem import Problem

FOLDER = "secrets"
_TEMPLATE = Path("config", "rabbitmq", "definitions.json")
_BYTES = 24


def make_secrets(root: Path) -> list[Path]:
    """Make what is missing below ``root``; what is there stays. Answers with what was made.

    A container reads its secrets as a user of its own, so the files themselves are readable and
    the folder is not. Raises ``Problem`` when only some of those that belong together are there.
    """
    folder = root / FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    made = [
        *_together(folder, _broker(root)),
        *_together(folder, _store()),
        *_together(folder, {"secret_key": base64.urlsafe_b64encode(os.urandom(32)).decode()}),
        *_together(folder, {"admin_password": _password()}),
    ]
    return made


def _broker(root: Path) -> dict[str, str]:
    password = _password()
    definitions = json.loads((root / _TEMPLATE).read_text(encoding="utf-8"))
    definitions["users"][0]["password_hash"] = password_hash(password)
    return {
        "broker_definitions.json": json.dumps(definitions, indent=2) + "\n",
        "bus_url": f"amqp://hub:{password}@rabbitmq:5672/hub",
    }


def _store() -> dict[str, str]:
    password = _password()
    return {
        "mongo_key": base64.b64encode(os.urandom(96)).decode(),
        "mongo_password": password,
        "store_url": (
            f"mongodb://hub:{password}@mongo:27017/omnihub?replicaSet=hub&authSource=admin"
        ),
    }


def password_hash(password: str, salt: bytes | None = None) -> str:
    """As RabbitMQ keeps it: four random bytes, and the SHA-256 of them and the password."""
    salt = os.urandom(4) if salt is None else salt
    return base64.b64encode(salt + hashlib.sha256(salt + password.encode()).digest()).decode()


def _password() -> str:
    return secrets.token_urlsafe(_BYTES)


def _together(folder: Path, contents: dict[str, str]) -> list[Path]:
    """Files that fit each other only when they are made at the same time."""
    paths = [folder / name for name in contents]
    there = [path for path in paths if path.exists()]
    if len(there) == len(paths):
        return []
    if there:
        raise Problem(
            f"Some of the secrets in {folder} are gone ({_missing(paths)})",
            "put them back, or remove the others of their kind as well and make new ones",
        )
    for path, text in zip(paths, contents.values()):
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o444)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
    return paths


def _missing(paths: list[Path]) -> str:
    return ", ".join(path.name for path in paths if not path.exists())
