"""The certificate that the hub shows to mail servers, read from files and noticed when renewed."""

import ssl
from pathlib import Path
from typing import Final

import structlog

from shared.errors import ChannelBroken

log = structlog.get_logger(__name__)

_NO_PASSWORD: Final = ""


class Certificate:
    """A certificate with its key."""

    def __init__(self, certificate: str, key: str) -> None:
        """Raises ``ChannelBroken`` for files that do not fit."""
        self._certificate = certificate
        self._key = key
        self._read = self._stamp()
        self.context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        try:
            self._load()
        except (OSError, ValueError) as error:
            raise ChannelBroken(
                f"listen_certificate, listen_key: they cannot be used: {_why(error)}"
            ) from None

    def renew(self) -> None:
        """Read the files again if they changed; what cannot be read leaves it as it was."""
        stamp = self._stamp()
        if stamp == self._read:
            return
        self._read = stamp
        try:
            self._load()
        except (OSError, ValueError) as error:
            log.warning("email.certificate_unread", reason=_why(error))

    def _load(self) -> None:
        # A key under a password must be refused, not asked for on the terminal.
        self.context.load_cert_chain(self._certificate, self._key, password=lambda: _NO_PASSWORD)

    def _stamp(self) -> tuple[int, ...]:
        found = []
        for path in (self._certificate, self._key):
            try:
                facts = Path(path).stat()
            except OSError:
                found.append(0)
            else:
                found.append(facts.st_mtime_ns)
        return tuple(found)


def _why(error: Exception) -> str:
    if isinstance(error, ssl.SSLError):
        return error.reason or "no PEM"
    return error.strerror or type(error).__name__ if isinstance(error, OSError) else "no PEM"
