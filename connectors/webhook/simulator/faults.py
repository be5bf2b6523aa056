"""Faults on demand: what the far end answers instead, and how it spoils its own events."""

from typing import Any, Final

from aiohttp import web

from shared.errors import BadRequest

_HTML: Final = "<html><body><h1>502 Bad Gateway</h1></body></html>"
_MOST: Final = 10_000

ANSWERS: Final = (
    "400", "401", "404", "410", "429", "500", "502_html", "503", "blocked", "cut_after_write",
    "cut_before", "hang", "redirect", "window",
)  # fmt: skip
"""The next callbacks get this answer; ``cut_after_write`` takes the message and says nothing."""
EVENTS: Final = ("duplicate", "late", "malformed", "unsigned", "wrong_secret")
"""The next events are sent twice, ten minutes old, without a type, unsigned, or signed by
another."""


class Faults:
    """The faults that are still to come."""

    def __init__(self) -> None:
        self._left: dict[str, int] = {}

    def arm(self, kind: str, times: int) -> None:
        """Let the next ``times`` go wrong; 0 takes it back. Raises ``BadRequest``."""
        if kind not in (*ANSWERS, *EVENTS):
            known = ", ".join((*ANSWERS, *EVENTS))
            raise BadRequest(f"no such fault: {kind}; there are {known}", field="kind")
        if not 0 <= times <= _MOST:
            raise BadRequest(f"a number from 0 to {_MOST}", field="times")
        self._left[kind] = times

    def take(self, kind: str) -> bool:
        """Whether this one goes wrong; counts it."""
        left = self._left.get(kind, 0)
        if left:
            self._left[kind] = left - 1
        return left > 0

    def answer(self) -> str | None:
        """The fault of the next callback, if one is to come; counts it."""
        return next((kind for kind in ANSWERS if self.take(kind)), None)


def refusal(kind: str) -> web.Response:
    """What a fault answers."""
    said: dict[str, tuple[int, dict[str, Any]]] = {
        "400": (422, {"code": "too_rude", "reason": "the shop does not take such words"}),
        "401": (401, {"reason": "the signature does not fit"}),
        "blocked": (422, {"code": "contact_gone", "reason": "the customer has left"}),
        "window": (422, {"code": "window_closed", "reason": "the chat has been closed"}),
    }
    if kind in said:
        status, body = said[kind]
        return web.json_response(body, status=status)
    if kind == "redirect":
        return web.Response(status=302, headers={"Location": "/elsewhere"})
    if kind in {"429", "503"}:
        return web.Response(status=int(kind), headers={"Retry-After": "1"})
    if kind == "502_html":
        return web.Response(status=502, text=_HTML, content_type="text/html")
    return web.Response(status=int(kind))
