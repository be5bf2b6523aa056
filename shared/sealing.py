"""Secrets at rest: channel settings that are secret are kept encrypted under the hub's key."""

import hashlib
import hmac
import json
import os
from base64 import urlsafe_b64encode
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from pydantic import SecretStr

from shared.errors import ChannelBroken


class Seal:
    """Encrypts and opens; several keys separated by commas allow rotation (the first one
    writes)."""

    def __init__(self, key: SecretStr) -> None:
        keys = [part.strip() for part in key.get_secret_value().split(",") if part.strip()]
        self._fernet = MultiFernet([Fernet(_fernet_key(part)) for part in keys])
        self._derive = hashlib.sha256(b"omnihub\n" + keys[-1].encode()).digest()

    def close(self, secrets: dict[str, Any]) -> str:
        """Encrypted text of the secrets."""
        return self._fernet.encrypt(json.dumps(secrets).encode()).decode()

    def open(self, sealed: str | None) -> dict[str, Any]:
        """The secrets. Raises ``ChannelBroken`` when they were sealed under another key."""
        if sealed is None:
            return {}
        try:
            opened: dict[str, Any] = json.loads(self._fernet.decrypt(sealed.encode()))
        except InvalidToken:
            raise ChannelBroken(
                "its secrets were encrypted under another HUB_SECRET_KEY; enter them again"
            ) from None
        return opened

    def derive(self, purpose: str) -> str:
        """A stable secret for a purpose, such as a channel's webhook secret: 43 of A-Za-z0-9_-."""
        digest = hmac.new(self._derive, purpose.encode(), hashlib.sha256).digest()
        return urlsafe_b64encode(digest).decode().rstrip("=")


def _fernet_key(text: str) -> bytes:
    return urlsafe_b64encode(hashlib.sha256(text.encode()).digest())


def load_or_make_key(path: Path) -> SecretStr:
    """The key in the file; makes it, readable by its owner only, when there is none."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return SecretStr(path.read_text(encoding="ascii").strip())
    key = Fernet.generate_key().decode()
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(key + "\n")
        file.flush()
        os.fsync(file.fileno())
    return SecretStr(key)
