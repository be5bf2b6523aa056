"""Every service is restarted in turn while people work: nobody is refused."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession, ClientTimeout

from tests.support.services_process import ServicesProcess
from tests.support.set_ups import own_vhost

pytestmark = [
    pytest.mark.broker,
    pytest.mark.xdist_group("broker"),
    pytest.mark.timeout(150),
    pytest.mark.usefixtures("forked_programs"),
]

_LIMIT = ClientTimeout(total=15)


class Regulars:
    """People whose requests must never fail; ``answers`` are the statuses that they got."""

    def __init__(self, hub: ServicesProcess) -> None:
        self._hub = hub
        self.answers: list[str] = []
        self.done = asyncio.Event()

    async def visit(self) -> None:
        """Write in the site chat again and again."""
        site = f"{self._hub.url}/webchat/site"
        async with ClientSession(timeout=_LIMIT) as http:
            async with http.post(f"{site}/session", json={"name": "regular"}) as answer:
                token = (await answer.json())["token"]
            http.headers["Authorization"] = f"Bearer {token}"
            number = 0

            async def write() -> int:
                body = {"id": f"m{number}", "text": f"visit {number}"}
                async with http.post(f"{site}/messages", json=body) as answer:
                    return answer.status

            while not self.done.is_set():
                await self._note("POST /messages", write)
                number += 1
                await asyncio.sleep(1.1)  # as often as one visitor may

    async def look(self) -> None:
        """List the conversations again and again."""

        async def get() -> int:
            url = f"{self._hub.url}/api/v1/conversations"
            async with self._hub.http.get(url, params={"view": "open"}) as answer:
                return answer.status

        while not self.done.is_set():
            await self._note("GET /conversations", get)
            await asyncio.sleep(0.02)

    async def _note(self, what: str, ask: Callable[[], Awaitable[int]]) -> None:
        self.answers.append(f"{what}: {await ask()}")


async def test_restarting_one_replica_after_the_other_refuses_no_request(
    tmp_path: Path, broker_url: str
) -> None:
    bus_url = await asyncio.to_thread(own_vhost, broker_url, tmp_path)
    settings = {"HUB_DRAIN_S": "1", "HUB_SIMULATORS": "false"}
    async with ServicesProcess(tmp_path, bus_url, "sqlite:", environ=settings, connectors=2) as hub:
        regulars = Regulars(hub)
        statuses: dict[str, Any] = {}
        async with asyncio.TaskGroup() as group:
            group.create_task(regulars.visit())
            group.create_task(regulars.look())
            for name, process in hub.processes.items():
                statuses[name] = await process.stop()
                await process.start()
                await process.until_ready()
            regulars.done.set()

        assert set(statuses.values()) == {0}, statuses
        assert hub.front is not None
        assert hub.front.failures == []
        assert {answer for answer in regulars.answers if not answer.endswith(": 200")} == set()
        assert len(regulars.answers) > 100
