"""One HTTP call to a platform, and what went wrong as the error that says what follows.

It fits most HTTP APIs. A platform that means something else by a status is called directly.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from shared.errors import ChannelBroken, NotSent, Throttled, Uncertain

if TYPE_CHECKING:
    from aiohttp import ClientSession

_MOST_BYTES: Final = 1024 * 1024
_LONGEST_WAIT_S: Final = 24 * 3600.0
_UNASKED_WAIT_S: Final = 5.0
_THROTTLED: Final = 429
_UNAUTHORISED: Final = 401
_SERVER: Final = 500


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """An answer below 500 other than 401 and 429: a success, or a refusal to be looked at."""

    status: int
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes

    @property
    def ok(self) -> bool:
        """It is a 2xx."""
        return self.status // 100 == 2  # noqa: PLR2004 - what the line above says

    def json(self) -> dict[str, Any]:
        """The JSON object in it. Raises ``Uncertain`` when there is none."""
        try:
            found = json.loads(self.body)
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, dict):
            raise Uncertain(f"the platform answered {self.status} with something unreadable")
        return found


async def call(
    http: ClientSession, method: str, url: str, *, timeout_s: float = 30.0, **arguments: Any
) -> HttpAnswer:
    """Make one call; ``arguments`` as of ``ClientSession.request``. Redirects are not followed.

    Raises ``NotSent`` (nobody was reached), ``Uncertain`` (no answer, or a 5xx), ``Throttled``
    (429) and ``ChannelBroken`` (401). No error holds the URL, a header or a body.
    """
    from aiohttp import ClientConnectorError, ClientError, ClientTimeout, ConnectionTimeoutError

    limit = ClientTimeout(total=timeout_s, sock_connect=min(timeout_s, 10.0))
    try:
        async with http.request(
            method, url, timeout=limit, allow_redirects=False, **arguments
        ) as answer:
            body = await answer.content.read(_MOST_BYTES)
            while len(body) < _MOST_BYTES and (more := await answer.content.readany()):
                body += more
            headers = {name.lower(): value for name, value in answer.headers.items()}
            return _checked(HttpAnswer(answer.status, headers, body))
    except (ClientConnectorError, ConnectionTimeoutError):
        raise NotSent("the platform is not reached") from None
    except (ClientError, TimeoutError):
        raise Uncertain("the platform did not answer") from None


def retry_after_s(answer: HttpAnswer) -> float | None:
    """The seconds that an answer asks to wait, if it does, up to a day."""
    text = answer.headers.get("retry-after", "").strip()
    return min(float(text), _LONGEST_WAIT_S) if text.isascii() and text.isdigit() else None


def _checked(answer: HttpAnswer) -> HttpAnswer:
    if answer.status == _THROTTLED:
        asked_s = retry_after_s(answer)
        raise Throttled(_UNASKED_WAIT_S if asked_s is None else asked_s)
    if answer.status == _UNAUTHORISED:
        raise ChannelBroken("the platform answered 401: the key or token is not accepted")
    if answer.status >= _SERVER:
        raise Uncertain(f"the platform answered {answer.status}")
    return answer
