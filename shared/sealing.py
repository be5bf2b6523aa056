"""Secrets at rest: channel settings that are secret are kept encrypted under the hub's key."""

import hashlib
import hmac
import json
import os
import secrets
from base64 import urlsafe_b64encode
from contextlib import suppress
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from pydantic import SecretStr

from shared.errors import ChannelBroken, Unavailable


class Seal:
    """Encrypts and opens; several keys separated by commas allow rotation (the first one
    writes)."""

    def __init__(self, key: SecretStr) -> None:
        keys = [part.strip() for part in key.get_secret_value().split(",") if part.strip()]
        self._fernet = MultiFernet([Fernet(_fernet_key(part)) for part in keys])
        self._derive = hashlib.sha256(b"omnihub\n" + keys[-1].encode()).digest()

    def close(self, values: dict[str, Any]) -> str:
        """Encrypted text of the secrets."""
        return self._fernet.encrypt(json.dumps(values).encode()).decode()

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
    """The key in the file; makes it, readable by its owner only, when there is none.

    Several processes may do so at once: all get the same key. Raises ``Unavailable``.
    """
    try:
        with suppress(FileNotFoundError):
            return _read_key(path)
        fresh = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "w", encoding="ascii") as file:
                file.write(Fernet.generate_key().decode() + "\n")
                file.flush()
                os.fsync(file.fileno())
            # The name appears with the whole key behind it, and the first one to give it wins.
            with suppress(FileExistsError):
                path.hardlink_to(fresh)
        finally:
            fresh.unlink()
        return _read_key(path)
    except OSError as error:
        raise Unavailable(f"cannot keep the key in {path}: {error.strerror}") from None


def _read_key(path: Path) -> SecretStr:
    key = path.read_text(encoding="ascii").strip()
    if not key:
        raise Unavailable(f"the key file {path} is empty: remove it, or put the hub's key back")
    return SecretStr(key)
