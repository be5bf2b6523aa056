"""The example script makes a console a channel, on a hub that runs."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from shared.webhooks.signing import new_secret
from tests.support.hub_command import hub_command
from tests.support.hub_process import HubProcess
from tests.support.services_process import free_port
from tests.support.waiting import until

SCRIPT = Path(__file__).parents[2] / "docs" / "examples" / "any_system.py"
LIMIT_S = 20.0
pytestmark = [
    pytest.mark.timeout(120),
    pytest.mark.usefixtures("forked_programs"),
]  # whole hubs are started


@asynccontextmanager
async def console(*arguments: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """The script, running."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        str(SCRIPT),
        *arguments,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        yield process
    finally:
        process.kill()
        await process.wait()


async def test_a_console_is_a_channel_in_both_directions(tmp_path: Path) -> None:
    secret, port = new_secret(), free_port()
    environ = {"HUB_PRIVATE_NETWORKS": "127.0.0.0/8"}
    async with HubProcess(tmp_path, environ=environ) as hub:
        settings = {"secret": secret, "callback_url": f"http://127.0.0.1:{port}/"}
        body = {"id": "console", "type": "webhook", "name": "Console", "settings": settings}
        await hub.call("POST", "/api/v1/channels", body, check="false")
        await until(lambda: is_at_work(hub), limit_s=LIMIT_S)
        async with console(f"{hub.url}/hooks/console", secret, str(port)) as process:
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write("Где мой заказ?\n".encode())
            await process.stdin.drain()
            await until(lambda: arrived(hub), limit_s=LIMIT_S)

            (conversation,) = await hub.items("/api/v1/conversations", view="open")
            answer = {"kind": "reply", "text": "On its way."}
            await hub.call("POST", f"/api/v1/conversations/{conversation['id']}/messages", answer)
            async with asyncio.timeout(LIMIT_S):
                printed = await process.stdout.readline()
            await until(lambda: logged(hub), limit_s=LIMIT_S)
            attempts = await hub.items("/api/v1/channels/console/attempts")
            shown = await hub_command(hub.data, "channel", "attempts", "console")
            checked = await hub.call("POST", "/api/v1/channels/console/check", {})

    assert conversation["preview"]["text"].strip() == "Где мой заказ?"
    assert conversation["contact_name"] == "Console"
    assert printed.decode().strip() == "agent: On its way."
    assert checked["ok"]
    assert [attempt["status"] for attempt in attempts] == [200]
    assert "message" in shown.out


async def is_at_work(hub: HubProcess) -> bool:
    """Whether the channel takes requests: it refuses an unsigned one."""
    async with hub.http.post(f"{hub.url}/hooks/console", data=b"{}") as answer:
        return answer.status == 401


async def logged(hub: HubProcess) -> bool:
    """Whether the attempt stands in the log."""
    return bool(await hub.items("/api/v1/channels/console/attempts"))


async def arrived(hub: HubProcess) -> bool:
    """Whether agents see the conversation."""
    return bool(await hub.items("/api/v1/conversations", view="open"))
