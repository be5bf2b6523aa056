"""The far ends that outlive a killed hub: a simulated platform, and visitors of the site chat."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from importlib import import_module
from typing import Any

from aiohttp import ClientError, ClientSession, ClientTimeout

from connectors.simulator import Simulator, SimulatorContext
from shared.clock import Clock, SystemClock
from shared.ids import ChannelId
from tests.support.running_hub import RunningHub

_CALL_LIMIT = ClientTimeout(total=3)


@asynccontextmanager
async def platform(
    channel_type: str,
    channel_id: str,
    *,
    webhook_url: str | None = None,
    clock: Clock | None = None,
) -> AsyncIterator[Simulator]:
    """The simulated platform of a channel, in the test's process."""
    async with ClientSession(timeout=_CALL_LIMIT) as http:
        context = SimulatorContext(
            channel_id=ChannelId(channel_id),
            webhook_url=webhook_url,
            http=http,
            clock=clock or SystemClock(),
            changed=lambda _: None,
        )
        simulate = import_module(f"connectors.{channel_type}.simulator").simulate
        simulator: Simulator = simulate(context)
        await simulator.start()
        try:
            yield simulator
        finally:
            await simulator.close()


def telegram_platform(
    channel_id: str = "shop", clock: Clock | None = None
) -> AbstractAsyncContextManager[Simulator]:
    """A Bot API of our own, in the test's process."""
    return platform("telegram", channel_id, clock=clock)


async def add_channel(
    hub: RunningHub, channel_type: str, channel_id: str, settings: Mapping[str, Any]
) -> None:
    """A channel of the hub; unchecked, for its library takes seconds to load."""
    body = {
        "id": channel_id,
        "type": channel_type,
        "name": channel_id.capitalize(),
        "settings": settings,
    }
    await hub.call("POST", "/api/v1/channels", body, check="false")


async def add_telegram(
    hub: RunningHub, simulator: Simulator, channel_id: str = "shop", **settings: Any
) -> None:
    """A channel of the hub on that platform."""
    await add_channel(hub, "telegram", channel_id, {**simulator.settings(), **settings})


class Visitor:
    """A visitor of the site chat who tries until the hub says "received"."""

    def __init__(self, hub: RunningHub, name: str) -> None:
        self.name = name
        self._hub = hub
        self._token: str | None = None
        self._known = asyncio.Event()

    async def write(self, text: str) -> None:
        """Write, and try again with the same id until it is accepted."""
        body = {"id": f"{self.name}-{text}", "text": text}
        await self._insist("POST", "messages", body)

    async def read(self, ids: Sequence[str]) -> None:
        """The widget has shown these messages of ours; told until it is accepted."""
        await self._insist("POST", "receipts", {"state": "read", "ids": list(ids)})

    async def credential(self) -> str:
        """What this visitor's widget shows to be let in; waits for the first message."""
        await self._known.wait()
        return f"Bearer {self._token}"

    async def shown(self) -> list[dict[str, Any]]:
        """What the widget shows, oldest first."""
        found: list[dict[str, Any]] = []
        before = ""
        while True:
            query = f"?before={before}" if before else ""
            page = await self._insist("GET", f"messages{query}")
            found = page["items"] + found
            before = page.get("next") or ""
            if not before:
                return found

    async def _insist(self, method: str, path: str, body: Any = None) -> Any:
        async with ClientSession(timeout=_CALL_LIMIT) as http:
            while True:
                try:
                    if self._token is None:
                        self._token = await self._session(http)
                        self._known.set()
                    return await self._call(http, method, path, body)
                except (ClientError, TimeoutError, ConnectionError, RuntimeError):
                    await asyncio.sleep(0.1)  # the hub is away: try again, as the widget does

    async def _session(self, http: ClientSession) -> str:
        made = await self._call(http, "POST", "session", {"name": self.name})
        token: str = made["token"]
        return token

    async def _call(self, http: ClientSession, method: str, path: str, body: Any) -> Any:
        headers = {"Authorization": f"Bearer {self._token}"} if self._token else {}
        url = f"{self._hub.url}/webchat/site/{path}"
        async with http.request(method, url, json=body, headers=headers) as answer:
            if answer.status in {429, 502, 503}:
                raise ClientError("not now")
            assert answer.status < 300, f"{path}: {answer.status} {await answer.text()}"
            return None if answer.status == 204 else await answer.json()
