"""The `hub` commands' way to the hub: its HTTP API, whether one runs on the data or not."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Any, Final

from aiohttp import ClientError, ClientSession, ClientTimeout

from hub.control import control_file, control_token, read_control
from shared.errors import BadRequest, HubError, NotFound, Unavailable
from shared.settings import Settings

_LIMIT_S: Final = 40.0
"""A live check of a channel may take half of it."""


class Api:
    """Calls of ``/api/v1``, answers as plain data, problems as errors."""

    def __init__(self, http: ClientSession, url: str, *, running: bool) -> None:
        self._http = http
        self._url = url
        self.running = running
        """A hub runs on the data; otherwise its API is up for this one command only."""

    async def call(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        query: Mapping[str, str] | None = None,
    ) -> Any:
        """The JSON of the answer, None when it has none.

        Raises ``NotFound``, ``BadRequest`` with the hub's reason, ``Unavailable``.
        """
        try:
            async with self._http.request(
                method, f"{self._url}{path}", json=body, params=query
            ) as answer:
                if answer.status < HTTPStatus.BAD_REQUEST:
                    return None if answer.status == HTTPStatus.NO_CONTENT else await answer.json()
                problem = await answer.json(content_type=None)
                status = answer.status
        except (ClientError, TimeoutError) as error:
            raise Unavailable(f"the hub does not answer: {type(error).__name__}") from None
        raise _error(status, problem if isinstance(problem, dict) else {})

    async def items(self, path: str, query: Mapping[str, str] | None = None) -> list[Any]:
        """All items of a list, over its pages."""
        found: list[Any] = []
        cursor: str | None = None
        while True:
            asked = dict(query or {}) | ({"cursor": cursor} if cursor else {})
            page = await self.call("GET", path, query=asked)
            found.extend(page["items"])
            cursor = page.get("next")
            if cursor is None:
                return found


def _error(status: int, problem: dict[str, Any]) -> HubError:
    reason = str(problem.get("detail") or problem.get("title") or f"HTTP status {status}")
    named = [f"{e.get('field')}: {e.get('reason')}" for e in problem.get("errors") or []]
    text = "; ".join(named) or reason  # the detail repeats the first of them
    if status == HTTPStatus.NOT_FOUND:
        return NotFound(text)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return Unavailable(text)
    return BadRequest(text, field=problem.get("field"))


@asynccontextmanager
async def hub_api(settings: Settings) -> AsyncIterator[Api]:
    """The API of the hub that runs on the data; else of one opened for this command.

    The one opened for the command serves nobody else: it neither pulls nor sends.
    Raises ``DataInUse`` when a hub holds the data and cannot be reached.
    """
    control = read_control(settings.data_dir.absolute())
    if control is not None:
        async with _client(control.token) as http:
            yield Api(http, control.url, running=True)
        return
    from hub.app import open_hub  # the services are needed only here

    async with (
        open_hub(settings.model_copy(update={"host": "127.0.0.1", "port": 0})) as hub,
        control_token(hub.ports) as token,
        hub.listening(),
        control_file(settings.data_dir.absolute(), hub.url, token),
        hub.working(with_channels=False),
        _client(token) as http,
    ):
        yield Api(http, hub.url, running=False)


def _client(token: str) -> ClientSession:
    return ClientSession(
        headers={"Authorization": f"Bearer {token}"}, timeout=ClientTimeout(total=_LIMIT_S)
    )
