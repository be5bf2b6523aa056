"""Headers that keep pages in their place: strict content policy, no sniffing, no framing."""

import re
from collections.abc import MutableMapping
from typing import Final

from aiohttp import web

from inbox.rest.addresses import SECURE

_HOST: Final = re.compile(r"[A-Za-z0-9.-]{1,253}(:\d{1,5})?|\[[0-9A-Fa-f:]{2,39}\](:\d{1,5})?")
EMBEDDED: Final = ("/widget", "/webchat/", "/demo/")
"""Pages that stand in a frame of the customer's site, or show how that looks."""


def content_policy(host: str, *, framed: bool) -> str:
    """The content security policy of our own pages. ``host`` is as the browser named it."""
    # Some browsers do not count a WebSocket to the page's own host as 'self'.
    live = f" ws://{host} wss://{host}" if _HOST.fullmatch(host) else ""
    rules = [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "font-src 'self'",
        "img-src 'self' blob: data:",
        "media-src 'self' blob: data:",
        f"connect-src 'self'{live}",
        "manifest-src 'self'",
        "worker-src 'self'",
        "frame-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
    ]
    if not framed:
        rules.append("frame-ancestors 'none'")
    return "; ".join(rules)


def secure(request: web.Request, headers: MutableMapping[str, str]) -> None:
    """Add what the handler has not set itself; a handler's own policy is left as it is."""
    framed = request.path.startswith(EMBEDDED)
    headers.setdefault("Content-Security-Policy", content_policy(request.host, framed=framed))
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault(
        "Referrer-Policy", "strict-origin-when-cross-origin" if framed else "same-origin"
    )
    if not framed:
        headers.setdefault("X-Frame-Options", "DENY")
        headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        headers.setdefault(
            "Permissions-Policy", "microphone=(self), camera=(), geolocation=(), payment=(), usb=()"
        )
    if request.get(SECURE, False):
        headers.setdefault("Strict-Transport-Security", "max-age=31536000")
