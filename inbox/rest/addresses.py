"""Where a request comes from: proxies are believed only when they are trusted."""

import ipaddress
from collections.abc import Sequence
from typing import Final

from aiohttp import web

from shared.errors import BadRequest

REMOTE: Final = web.RequestKey("hub.remote", str)
SECURE: Final = web.RequestKey("hub.secure", bool)
_FORWARDED: Final = ("X-Forwarded-For", "X-Forwarded-Proto", "Forwarded")


def forwarded(request: web.Request) -> bool:
    """Whether a proxy, trusted or not, says that it passed the request on."""
    return any(name in request.headers for name in _FORWARDED)


class Proxies:
    """The networks whose ``X-Forwarded-*`` headers are believed."""

    def __init__(self, trusted: Sequence[str]) -> None:
        """Raises ``BadRequest`` on something that is no network."""
        try:
            self._networks = tuple(ipaddress.ip_network(text, strict=False) for text in trusted)
        except ValueError as error:
            raise BadRequest(f"trusted_proxies: {error}", field="trusted_proxies") from None

    def address(self, request: web.Request) -> str:
        """The client's address: the last one in the chain that no trusted proxy has."""
        address = request.remote or ""
        if not self.trusts(address):
            return address
        chain = ",".join(request.headers.getall("X-Forwarded-For", ())).split(",")
        for hop in reversed([hop.strip() for hop in chain if hop.strip()]):
            if _parse(hop) is None:
                return address
            address = hop
            if not self.trusts(hop):
                return address
        return address

    def is_secure(self, request: web.Request) -> bool:
        """Whether the client speaks TLS, to us or to a trusted proxy."""
        if request.secure:
            return True
        claimed = request.headers.get("X-Forwarded-Proto", "").split(",")[-1].strip()
        return self.trusts(request.remote or "") and claimed == "https"

    def trusts(self, address: str) -> bool:
        """Whether the address is one of a trusted proxy."""
        parsed = _parse(address)
        return parsed is not None and any(parsed in network for network in self._networks)


def _parse(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None
