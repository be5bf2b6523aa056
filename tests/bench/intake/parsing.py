"""What it costs to take one webhook apart and read its event, in a process of its own.

``python -m tests.bench.intake.parsing`` writes the median microseconds by type of channel, as JSON.
"""

import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from statistics import median
from typing import Any, Final

from aiohttp import ClientSession

from connectors.base import Connector, ConnectorContext
from connectors.registry import Registry
from shared.clock import SystemClock
from shared.ids import ChannelId, ChannelType
from shared.ports.blobs import Blobs
from tests.bench.intake.webhooks import KINDS, SETTINGS

EVENTS: Final = 3_000
"""A fifth of them warms up."""


@asynccontextmanager
async def connected(
    channel_type: str, settings: dict[str, Any], blobs: Blobs | None = None
) -> AsyncIterator[Connector]:
    """A connector as the hub makes it, with nobody at the far end."""
    registry = Registry.discover()
    manifest = registry.manifests()[ChannelType(channel_type)]
    async with ClientSession() as http:
        context = ConnectorContext(
            channel_id=ChannelId(channel_type),
            channel_type=manifest.channel_type,
            settings=manifest.settings.model_validate(settings),
            http=http,
            clock=SystemClock(),
            webhook_secret="of the bench",
            blobs=blobs,
        )
        connector = await registry.connect(context)
        try:
            yield connector
        finally:
            await connector.close()


async def median_us(name: str, events: int = EVENTS) -> float:
    """Of one event of this kind: from the bytes of its webhook to what the hub has of it."""
    kind = KINDS[name]
    async with connected(kind.channel, dict(SETTINGS[kind.channel])) as connector:
        times_us = []
        for number in range(events):
            _, body = kind.make(number)
            began = time.perf_counter_ns()
            (event,) = connector.split(body)
            parsed = connector.parse(event)
            times_us.append((time.perf_counter_ns() - began) / 1000)
            assert len(parsed.inbound) == 1, f"{name}: the webhook brings one message"
        return median(times_us[events // 5 :])


async def _main() -> None:
    names = ("telegram", "vk", "whatsapp")
    found = {name: await median_us(name) for name in names}
    sys.stdout.write(json.dumps(found) + "\n")


async def medians_us() -> dict[str, float]:
    """The same in a process of its own. Raises ``RuntimeError`` when it fails."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", __spec__.name, cwd=Path.cwd(), stdout=asyncio.subprocess.PIPE
    )
    written, _ = await process.communicate()
    if process.returncode != 0:
        raise RuntimeError("the parsers could not be measured")
    found: dict[str, float] = json.loads(written)
    return found


if __name__ == "__main__":
    asyncio.run(_main())
