"""The Graph API over the hub's own HTTP session: one call, its answer, and what went wrong."""

import json
from collections.abc import AsyncGenerator, Mapping
from typing import Any, Final

from aiohttp import (
    ClientConnectorError,
    ClientError,
    ClientResponse,
    ClientSession,
    ClientTimeout,
    ConnectionTimeoutError,
    FormData,
)
from pydantic import SecretStr
from yarl import URL

from connectors.payload import Payload
from connectors.whatsapp.problems import Problem, problem

_CONNECT_S: Final = 10
_SILENCE_S: Final = 30
_CHUNK: Final = 64 * 1024
_ANSWER_BYTES: Final = 16 * 1024 * 1024
_RETRY_MAX_S: Final = 86_400.0
_SUCCESS: Final = range(200, 300)
_AGENT: Final = "omnihub"


class Refused(Exception):
    """Meta, or what stands before it, answered, and not with a success."""

    def __init__(
        self, status: int, told: Problem | None = None, *, retry_after_s: float | None = None
    ) -> None:
        super().__init__(f"{status} {told.code if told else ''}".strip())
        self.status = status
        self.problem = told
        self.retry_after_s = retry_after_s


class NoAnswer(Exception):
    """No usable answer came. ``written``: the request may have reached Meta."""

    def __init__(self, reason: str, *, written: bool) -> None:
        super().__init__(reason)
        self.reason = reason
        self.written = written


class Graph:
    """Calls with one access token. All methods raise ``Refused`` and ``NoAnswer``."""

    def __init__(
        self, http: ClientSession, base: str, token: SecretStr, *, timeout_s: float
    ) -> None:
        self._http = http
        self._base = base
        self._token = token
        self._timeout_s = timeout_s

    async def get(
        self, path: str, query: Mapping[str, str] | None = None, *, timeout_s: float | None = None
    ) -> dict[str, Any]:
        """Read something below the base address."""
        url = URL(f"{self._base}/{path}").with_query(query or {})
        return await self._call("GET", url, None, timeout_s)

    async def get_next(self, address: str) -> dict[str, Any]:
        """The next page of a list, at the address that Meta gave: only where the list itself is."""
        url = URL(address)
        if url.origin() != URL(self._base).origin():
            raise NoAnswer("Meta named another server for the next page", written=False)
        # The address may repeat the token; the header is enough.
        query = {name: value for name, value in url.query.items() if name != "access_token"}
        return await self._call("GET", url.with_query(query), None, None)

    async def post(
        self, path: str, body: Mapping[str, Any], *, timeout_s: float | None = None
    ) -> dict[str, Any]:
        """Say something as JSON."""
        data = json.dumps(body, ensure_ascii=False).encode(errors="replace")
        return await self._call("POST", URL(f"{self._base}/{path}"), data, timeout_s)

    async def delete(self, path: str) -> dict[str, Any]:
        """Take something away."""
        return await self._call("DELETE", URL(f"{self._base}/{path}"), None, None)

    async def upload(self, path: str, form: FormData, *, timeout_s: float) -> dict[str, Any]:
        """Send a form with a file."""
        return await self._call("POST", URL(f"{self._base}/{path}"), form, timeout_s)

    async def download(self, address: str) -> AsyncGenerator[bytes, None]:
        """A file's bytes; each silence has a limit, the whole has none."""
        limit = ClientTimeout(total=None, sock_connect=_CONNECT_S, sock_read=_SILENCE_S)
        try:
            async with self._http.get(
                URL(address), headers=self._headers(), timeout=limit, allow_redirects=False
            ) as response:
                if response.status not in _SUCCESS:
                    raise _refused(response, await response.content.read(_CHUNK), self._token)
                async for chunk in response.content.iter_chunked(_CHUNK):
                    yield chunk
        except (ClientError, OSError, ValueError) as error:  # TimeoutError is an OSError
            reason = f"the download broke off ({type(error).__name__})"
            raise NoAnswer(reason, written=True) from None

    async def _call(
        self, method: str, url: URL, data: bytes | FormData | None, timeout_s: float | None
    ) -> dict[str, Any]:
        limit = ClientTimeout(total=timeout_s or self._timeout_s, sock_connect=_CONNECT_S)
        headers = self._headers()
        if isinstance(data, bytes):
            headers["Content-Type"] = "application/json"
        try:
            async with self._http.request(
                method, url, data=data, headers=headers, timeout=limit, allow_redirects=False
            ) as response:
                body = await _read(response)
                return _answer(response, body, self._token)
        except (ClientConnectorError, ConnectionTimeoutError):
            raise NoAnswer("Meta cannot be reached", written=False) from None
        except TimeoutError:
            raise NoAnswer("Meta did not answer in time", written=True) from None
        except (ClientError, OSError) as error:
            raise NoAnswer(f"the connection broke ({type(error).__name__})", written=True) from None

    def _headers(self) -> dict[str, str]:
        # Downloads are refused without a User-Agent.
        return {
            "Authorization": f"Bearer {self._token.get_secret_value()}",
            "User-Agent": _AGENT,
        }


async def _read(response: ClientResponse) -> bytes:
    body = bytearray()
    async for chunk in response.content.iter_chunked(_CHUNK):
        body += chunk
        if len(body) > _ANSWER_BYTES:
            raise NoAnswer("Meta's answer is too long", written=True)
    return bytes(body)


def _answer(response: ClientResponse, body: bytes, token: SecretStr) -> dict[str, Any]:
    if response.status not in _SUCCESS:
        raise _refused(response, body, token)
    answer = _object(body)
    if answer is None:
        raise NoAnswer("Meta's answer is unreadable", written=True)
    if isinstance(answer.get("error"), dict):  # a refusal in the clothes of a success
        raise _refused(response, body, token)
    return answer


def _refused(response: ClientResponse, body: bytes, token: SecretStr) -> Refused:
    answer = _object(body)
    error = Payload(answer or {}).child("error")
    told = problem(error) if error is not None else None
    if told is not None:
        words = told.reason.replace(token.get_secret_value(), "...")
        told = Problem(told.code, words, told.subcode)
    return Refused(response.status, told, retry_after_s=_retry_after(response))


def _object(body: bytes) -> dict[str, Any] | None:
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return answer if isinstance(answer, dict) else None


def _retry_after(response: ClientResponse) -> float | None:
    told = response.headers.get("Retry-After", "")
    if told.isascii() and told.isdigit() and int(told[:9]) > 0:
        return min(float(told[:9]), _RETRY_MAX_S)
    return None
