"""Who may be called at an address that somebody gave us: nobody on our own networks.

The address is looked at when the connection is made, on each address that the name has just been
resolved to: a name that resolves to another one afterwards gains nothing, and neither do numbers in
odd notations or redirects. Through a proxy it is the proxy that connects: there it must guard.
"""

import socket
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final

from aiohttp import (
    AddrInfoType,
    ClientConnectorError,
    ClientSession,
    ClientTimeout,
    DummyCookieJar,
    TCPConnector,
)

_NEVER: Final = (  # global by name, private by what they stand for
    IPv6Network("64:ff9b::/96"),  # an IPv4 address in its last 32 bits, as NAT64 routes it
    IPv6Network("64:ff9b:1::/48"),
    IPv6Network("2002::/16"),  # 6to4: an IPv4 address in bits 16 to 48
    IPv6Network("::/96"),
    IPv6Network("fec0::/10"),  # site-local, of old
)
_CONNECT_S: Final = 10.0


class ForbiddenAddress(OSError):
    """The address belongs to a network that nobody outside may name."""

    def __init__(self) -> None:
        super().__init__("this address is on a private network, which the hub does not call")


class Guard:
    """Which addresses may be called: public ones, and those of ``allowed`` networks."""

    def __init__(self, allowed: Sequence[str] = ()) -> None:
        """``allowed`` as ``10.1.0.0/16`` or ``127.0.0.1``. Raises ``ValueError``."""
        self._allowed = tuple(ip_network(network) for network in allowed)

    def allows(self, address: str) -> bool:
        """Whether this IP address may be called."""
        found = ip_address(address.partition("%")[0])
        plain = found.ipv4_mapped if isinstance(found, IPv6Address) else None
        return self._allows(plain or found)

    def socket(self, info: AddrInfoType) -> socket.socket:
        """A socket for one address that a name was resolved to. Raises ``ForbiddenAddress``."""
        family, type_, proto, _, address = info
        if not self.allows(str(address[0])):
            raise ForbiddenAddress
        return socket.socket(family=family, type=type_, proto=proto)

    def session(self, proxy: str | None = None) -> ClientSession:
        """A session that connects to nobody else; to be closed by whoever opened it."""
        return ClientSession(
            proxy=proxy,
            connector=TCPConnector(socket_factory=self.socket),
            timeout=ClientTimeout(total=60, sock_connect=_CONNECT_S),
            cookie_jar=DummyCookieJar(),
        )

    def _allows(self, address: IPv4Address | IPv6Address) -> bool:
        networks: tuple[IPv4Network | IPv6Network, ...] = self._allowed
        if any(address in network for network in networks):
            return True
        carries = any(address in network for network in _NEVER)
        return address.is_global and not address.is_multicast and not carries


def is_forbidden(error: BaseException) -> bool:
    """Whether a client error is the guard's refusal."""
    return isinstance(error, ClientConnectorError) and isinstance(error.os_error, ForbiddenAddress)
