"""A full disk: nothing is accepted that cannot be kept, everybody is told, and it heals."""

import asyncio
import resource
from pathlib import Path

import pytest
from aiohttp import ClientResponse

from tests.support.far_ends import Visitor, add_telegram, telegram_platform
from tests.support.hub_process import HubProcess
from tests.support.ledger import until_stored

pytestmark = [pytest.mark.timeout(120), pytest.mark.usefixtures("forked_programs")]


def fill_disk(hub: HubProcess) -> None:
    """From now on no file of the hub can grow, as on a full disk."""
    _limit_files(hub, 1)


def free_disk(hub: HubProcess) -> None:
    """There is room again."""
    _limit_files(hub, resource.RLIM_INFINITY)


def _limit_files(hub: HubProcess, size_bytes: int) -> None:
    _, hard = resource.prlimit(hub.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(hub.pid, resource.RLIMIT_FSIZE, (size_bytes, hard))


async def until_ready(hub: HubProcess, *, ready: bool) -> dict[str, object]:
    """Wait until `/readyz` says so; what it says then."""
    async with asyncio.timeout(20):
        while True:
            async with hub.http.get(f"{hub.url}/readyz") as answer:
                report: dict[str, object] = await answer.json(content_type=None)
                if (answer.status == 200) is ready:
                    return report
            await asyncio.sleep(0.1)


async def write(hub: HubProcess, text: str) -> ClientResponse:
    """A visitor writes once, without trying again."""
    async with hub.http.post(f"{hub.url}/webchat/site/session", json={"name": "v"}) as made:
        token = (await made.json())["token"]
    return await hub.http.post(
        f"{hub.url}/webchat/site/messages",
        json={"id": text, "text": text},
        headers={"Authorization": f"Bearer {token}"},
    )


async def test_a_full_disk_refuses_names_the_part_and_heals(tmp_path: Path) -> None:
    async with telegram_platform() as telegram, HubProcess(tmp_path) as hub:
        await add_telegram(hub, telegram)
        await telegram.write("anna", "before")
        await until_stored(hub, "anna", ["before"])

        fill_disk(hub)
        refused = await write(hub, "during")
        await telegram.write("anna", "during")
        report = await until_ready(hub, ready=False)
        free_disk(hub)
        await until_ready(hub, ready=True)
        await telegram.write("anna", "after")
        await until_stored(hub, "anna", ["before", "during", "after"])
        visitor = Visitor(hub, "victor")
        await visitor.write("again")
        await until_stored(hub, "victor", ["again"])

    assert refused.status == 503
    assert int(refused.headers["Retry-After"]) >= 1
    assert "store" in str(report)
