"""Signatures as Standard Webhooks describes them (pure).

Three headers: ``webhook-id`` (the same on every repeat), ``webhook-timestamp`` (seconds since 1970)
and ``webhook-signature``: ``v1,`` and the base64 of HMAC-SHA-256 over ``<id>.<timestamp>.<body>``,
several separated by spaces while a secret is being changed. A secret is ``whsec_`` and the base64
of its 24 to 64 bytes. https://github.com/standard-webhooks/standard-webhooks, read 2026-11-22.
"""

import base64
import binascii
import hmac
import secrets as randomness
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from pydantic import SecretStr

from shared.errors import Unauthorised

ID: Final = "webhook-id"
TIMESTAMP: Final = "webhook-timestamp"
SIGNATURE: Final = "webhook-signature"
TOLERANCE: Final = timedelta(minutes=5)
"""How far the sender's clock may be from ours, either way."""
_PREFIX: Final = "whsec_"
_VERSION: Final = "v1,"
_LEAST_BYTES: Final = 24
_MOST_BYTES: Final = 64
_MOST_SIGNATURES: Final = 20
_LONGEST_ID: Final = 256


def new_secret() -> str:
    """A secret of 32 random bytes."""
    return _PREFIX + base64.b64encode(randomness.token_bytes(32)).decode()


def checked_secret(secret: SecretStr) -> SecretStr:
    """The same secret. Raises ``ValueError`` in words for whoever typed it, without its value."""
    text = secret.get_secret_value()
    try:
        size = len(_key(secret))
    except (binascii.Error, ValueError):
        size = 0
    if not text.startswith(_PREFIX) or not _LEAST_BYTES <= size <= _MOST_BYTES:
        raise ValueError("whsec_ followed by the base64 of 24 to 64 random bytes")
    return secret


def sign(secrets: Sequence[SecretStr], id: str, at: datetime, body: bytes) -> dict[str, str]:
    """The headers of a request, signed with every secret that is valid at present."""
    timestamp = str(int(at.timestamp()))
    signed = _signed(id.encode(), timestamp.encode(), body)
    signatures = [_VERSION + _signature(secret, signed).decode() for secret in secrets]
    return {ID: id, TIMESTAMP: timestamp, SIGNATURE: " ".join(signatures)}


def verify(
    secrets: Sequence[SecretStr], headers: Mapping[str, str], body: bytes, now: datetime
) -> str:
    """The webhook's id, once one of our secrets is known to have signed it.

    ``headers`` have names in lower case. Raises ``Unauthorised``, saying which header is wrong.
    """
    id, timestamp, given = (headers.get(name, "") for name in (ID, TIMESTAMP, SIGNATURE))
    if not id or len(id) > _LONGEST_ID:
        raise Unauthorised(f"{ID} is missing or too long")
    if not timestamp.isascii() or not timestamp.isdigit() or len(timestamp) > len("9999999999"):
        raise Unauthorised(f"{TIMESTAMP} is missing or no number of seconds")
    if abs(int(timestamp) - now.timestamp()) > TOLERANCE.total_seconds():
        raise Unauthorised(f"{TIMESTAMP} is more than five minutes away from our time")
    # As bytes: a comparison of texts fails on what is not ASCII.
    signed = _signed(_bytes(id), timestamp.encode(), body)
    right = [_VERSION.encode() + _signature(secret, signed) for secret in secrets]
    candidates = [_bytes(one) for one in given.split(" ")[:_MOST_SIGNATURES]]
    matches = [hmac.compare_digest(one, other) for one in candidates for other in right]
    if not any(matches):
        raise Unauthorised(f"{SIGNATURE} does not fit this body and our secret")
    return id


def _key(secret: SecretStr) -> bytes:
    text = secret.get_secret_value().removeprefix(_PREFIX)
    return base64.b64decode(text, validate=True)


def _signed(id: bytes, timestamp: bytes, body: bytes) -> bytes:
    return b".".join((id, timestamp, body))


def _signature(secret: SecretStr, signed: bytes) -> bytes:
    return base64.b64encode(hmac.digest(_key(secret), signed, "sha256"))


def _bytes(text: str) -> bytes:
    return text.encode(errors="backslashreplace")
