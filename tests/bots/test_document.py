"""The bot of the document does what the document says."""

import asyncio
import os
import re
import sys
from pathlib import Path

import pytest

from tests.support.hub_process import HubProcess
from tests.support.simulated import phone
from tests.support.waiting import until

DOCUMENT = Path(__file__).parents[2] / "docs" / "bots.md"


@pytest.mark.timeout(90)
async def test_the_bot_of_the_document_runs(embedded_hub: HubProcess, tmp_path: Path) -> None:
    hub = embedded_hub
    found = re.search(r"```python\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None
    (tmp_path / "bot.py").write_text(found[1], encoding="utf-8")
    made = await hub.call("POST", "/api/v1/bots", {"name": "helper"})
    environ = {
        **os.environ,
        "PYTHONPATH": str(DOCUMENT.parents[1]),
        "BOT_URL": hub.url,
        "BOT_TOKEN": made["token"],
    }

    async def answered() -> bool:
        async with hub.http.get(f"{hub.url}/simulators/sim-telegram/messages?customer=ann") as got:
            if got.status != 200:
                return False
        # It hears what is written once it listens, which it tells nobody.
        written = {"customer": "ann", "text": "When are you open?"}
        await hub.call("POST", "/simulators/sim-telegram/messages", written)
        shown = await phone(hub, "sim-telegram", "ann")
        return any(item["text"] == "From 9 to 18." for item in shown)

    process = await asyncio.create_subprocess_exec(
        sys.executable, str(tmp_path / "bot.py"), env=environ, stdin=asyncio.subprocess.DEVNULL
    )
    try:
        await until(answered, limit_s=60)
    finally:
        process.kill()
        await process.wait()
