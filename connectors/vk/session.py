"""The session that vk_api calls from its threads: the request is made on the hub's own client.

So a call goes through the channel's proxy, ends at its time limit as a whole, and ends at once when
whoever waits for it is cancelled; a socket of vk_api's own would do neither.
"""

import asyncio
from collections.abc import Mapping
from concurrent.futures import CancelledError as Aborted
from concurrent.futures import Future
from threading import Lock
from typing import Any, Final

import requests
from aiohttp import (
    ClientConnectorError,
    ClientError,
    ClientSession,
    ClientTimeout,
    ConnectionTimeoutError,
)
from yarl import URL

from connectors.vk.errors import NoAnswer

_CONNECT_S: Final = 10.0
_GRACE_S: Final = 5.0
_MOST_BYTES: Final = 32 * 1024 * 1024
_FORM: Final = {"Content-Type": "application/x-www-form-urlencoded"}

_Answer = tuple[int, bytes]


class HubSession(requests.Session):
    """Answers ``post`` for one instance of vk_api; its methods block and belong to its thread."""

    def __init__(self, http: ClientSession, loop: asyncio.AbstractEventLoop, api_base: str) -> None:
        super().__init__()
        self._client = http
        self._loop = loop
        self._base = api_base
        self._running: Future[_Answer] | None = None
        self._aborted = False
        self._lock = Lock()
        self.limit_s = _CONNECT_S

    def begin(self, limit_s: float) -> None:
        """The next call may take so long. Called from the loop, while no call is under way."""
        self.limit_s = limit_s
        self._aborted = False

    def abort(self) -> None:
        """End the call under way, or the one that is about to begin."""
        with self._lock:
            self._aborted = True
            if self._running is not None:
                self._running.cancel()

    def request(  # type: ignore[override]  # vk_api posts a form and nothing else
        self, method: str | bytes, url: str | bytes, data: Any = None, **_given: Any
    ) -> requests.Response:
        """One POST, at the API's own address or the one in the settings. Raises ``NoAnswer``."""
        path = URL(str(url)).path
        with self._lock:
            if self._aborted or self._loop.is_closed():
                raise NoAnswer("the call was given up", written=False)
            running = asyncio.run_coroutine_threadsafe(
                self._post(self._base + path, data or {}), self._loop
            )
            self._running = running
        try:
            status, body = running.result(self.limit_s + _GRACE_S)
        except TimeoutError:
            running.cancel()
            raise NoAnswer("VK did not answer in time", written=True) from None
        except Aborted:
            raise NoAnswer("the call was given up", written=True) from None
        finally:
            self._running = None
        response = requests.Response()
        response.status_code = status
        response.encoding = "utf-8"
        response._content = body
        return response

    async def _post(self, url: str, form: Mapping[str, Any]) -> _Answer:
        query = URL.build(query={name: str(value) for name, value in form.items()})
        limit = ClientTimeout(total=self.limit_s, sock_connect=_CONNECT_S)
        try:
            async with self._client.post(
                url,
                data=query.raw_query_string.encode(),
                headers=_FORM,
                timeout=limit,
                allow_redirects=False,
            ) as response:
                body = await response.content.read(_MOST_BYTES)
                while not response.content.at_eof() and len(body) < _MOST_BYTES:
                    body += await response.content.read(_MOST_BYTES)
                return response.status, body
        except (ClientConnectorError, ConnectionTimeoutError):
            raise NoAnswer("VK cannot be reached", written=False) from None
        except TimeoutError:
            raise NoAnswer("VK did not answer in time", written=True) from None
        except (ClientError, OSError) as error:
            raise NoAnswer(f"the connection broke ({type(error).__name__})", written=True) from None
