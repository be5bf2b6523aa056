"""The process that writes as customers, stands in for the platform and looks at the agent's screen.

One process for all of it and for every set-up: one clock, and the same cost for all. It takes one
JSON object per line on standard input and answers each with one on standard output.
"""

import asyncio
import gc
import json
import sys
from dataclasses import asdict
from typing import Any

from tests.bench import loops
from tests.bench.load import Load
from tests.bench.screen import Screen
from tests.bench.stand_in import StandIn


class Driver:
    """Answers the orders of the bench."""

    def __init__(self) -> None:
        self._load = Load()
        self._stand_in = StandIn(self._load.replied)
        self._screen: Screen | None = None

    async def run(self) -> None:
        """Answer until standard input ends."""
        await self._stand_in.start()
        self._tell({"api_base": self._stand_in.url})
        reader = asyncio.StreamReader()
        loop = asyncio.get_running_loop()
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
        while line := await reader.readline():
            order: dict[str, Any] = json.loads(line)
            try:
                self._tell(await self._obey(order.pop("order"), order))
            except Exception as error:  # noqa: BLE001 - told to the bench, which ends the run
                self._tell({"error": f"{type(error).__name__}: {error}"})
        self._load.close()
        self._stand_in.close()

    async def _obey(self, order: str, given: dict[str, Any]) -> dict[str, Any]:
        match order:
            case "webhook":
                async with asyncio.timeout(60):
                    url, secret = await self._stand_in.webhook
                return {"url": url, "secret": secret}
            case "aim":
                self._load.aim(given["url"], given["secret"], given["clients"])
                return {}
            case "watch":
                self._screen = await Screen.open(
                    given["url"], given["authorization"], self._load.shown
                )
                return {}
            case "warm_up":
                await self._load.warm_up(given["seconds"])
                gc.collect()
                gc.freeze()  # a long sweep of ours would look like the hub's
                return {}
            case "closed":
                return asdict(await self._load.closed(given["seconds"], given["messages"]))
            case "paced":
                return asdict(await self._load.paced(given["seconds"], given["per_s"]))
            case _:
                return await self._settled()

    async def _settled(self) -> dict[str, Any]:
        totals: dict[str, Any] = dict(await self._load.settle(screen=self._screen is not None))
        if self._screen is not None:
            totals["frames"] = self._screen.frames
            totals["frame_bytes"] = self._screen.received_bytes
            totals["feed_ended"] = self._screen.ended
        totals["strange"] = [*self._stand_in.strange[:3], *self._load.strangers[:3]]
        return totals

    def _tell(self, answer: dict[str, Any]) -> None:
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


async def _main() -> None:
    await Driver().run()


if __name__ == "__main__":
    loops.run(_main())
