"""The hub's own key for web push (VAPID, RFC 8292), by which push services know who pushes.

Derived from the hub's secret: the same in every process and after every start, and kept nowhere
else. Under another ``HUB_SECRET_KEY`` it is another one: devices then subscribe anew by themselves
when their page is next opened.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime, timedelta
from typing import Final

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from py_vapid import Vapid02
from yarl import URL

from shared.sealing import Seal

_ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""Of the curve P-256."""
_HOLDS: Final = timedelta(hours=12)
"""Push services refuse tokens that hold for more than a day."""


class PushKey:
    """Signs what is pushed."""

    def __init__(self, seal: Seal, contact: str) -> None:
        """``contact``: how the push service reaches the hub's owner, ``mailto:`` or ``https:``."""
        # Two digests: of one alone, some values would come more often than others.
        given = "".join(seal.derive(f"push/vapid/{part}") for part in (1, 2))
        number = int.from_bytes(urlsafe_b64decode(given + "=" * (-len(given) % 4)))
        self._vapid = Vapid02(ec.derive_private_key(number % (_ORDER - 1) + 1, ec.SECP256R1()))
        self._contact = contact

    @property
    def public(self) -> str:
        """What browsers call ``applicationServerKey``, in base64url."""
        point = self._vapid.public_key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return urlsafe_b64encode(point).decode().rstrip("=")

    def headers(self, endpoint: str, now: datetime) -> dict[str, str]:
        """The header by which the push service of the endpoint knows us."""
        claims = {
            "aud": str(URL(endpoint).origin()),
            "sub": self._contact,
            "exp": int((now + _HOLDS).timestamp()),
        }
        signed: dict[str, str] = self._vapid.sign(claims)
        return signed
