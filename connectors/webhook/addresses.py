"""Addresses of files: sealed, since an attachment is shown to agents and addresses hold keys."""

import base64
import binascii
import hashlib
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

_FIELD: Final = "address"


class Addresses:
    """Seals addresses with a key of the channel; the same address is the same text."""

    def __init__(self, secret: str) -> None:
        self._cipher = AESSIV(hashlib.sha512(b"addresses\n" + secret.encode()).digest())

    def sealed(self, url: str) -> dict[str, str]:
        """What an attachment holds instead of the address."""
        text = self._cipher.encrypt(url.encode(errors="surrogatepass"), None)
        return {_FIELD: base64.urlsafe_b64encode(text).decode()}

    def opened(self, native: dict[str, str]) -> str | None:
        """The address, or None if there is none of ours."""
        try:
            sealed = base64.urlsafe_b64decode(native.get(_FIELD, ""))
            return self._cipher.decrypt(sealed, None).decode(errors="surrogatepass")
        except (binascii.Error, InvalidTag, ValueError):
            return None
