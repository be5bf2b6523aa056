"""A running hub as its owner uses it, however many processes it is made of."""

import json
from typing import Any, Protocol

from aiohttp import ClientSession


class RunningHub(Protocol):
    """What the stories of the tests need of a hub."""

    url: str
    """Where agents and customers reach it."""

    async def call(self, method: str, path: str, body: Any = None, **query: str) -> Any:
        """The JSON that a call of the API answers. Raises ``AssertionError`` on an error."""

    async def items(self, path: str, **query: str) -> list[Any]:
        """All items of a list, over its pages."""


async def call(http: ClientSession, url: str, method: str, body: Any = None, **query: str) -> Any:
    """The JSON that a call answers. Raises ``AssertionError`` on an error."""
    async with http.request(method, url, json=body, params=query) as answer:
        text = await answer.text()
        assert answer.status < 400, f"{method} {url}: {answer.status} {text}"
        return json.loads(text) if text else None


async def items(http: ClientSession, url: str, **query: str) -> list[Any]:
    """All items of a list, over its pages."""
    found: list[Any] = []
    while True:
        page = await call(http, url, "GET", **query)
        found += page["items"]
        if not page.get("next"):
            return found
        query["cursor"] = page["next"]
