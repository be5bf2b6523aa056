"""The runs of all set-ups, in turns, on one private broker."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from tests.bench.bare.running import bare
from tests.bench.bound.running import bound
from tests.bench.driving import driver
from tests.bench.measuring import Plan, Run, measure
from tests.bench.set_ups import Node, Place, SetUp, embedded, services
from tests.support.broker import Broker

SET_UPS: Final[dict[str, SetUp]] = {"bare": bare, "embedded": embedded, "services": services}
BESIDE: Final[dict[str, SetUp]] = {"bound": bound}
"""What is measured only where it is asked for: it says what the hub costs beside deciding."""
_WITHOUT_BROKER: Final = frozenset({"embedded", "dispatcher", "bound"})
_PROFILERS: Final = Path(__file__).parent / "profiling"


@asynccontextmanager
async def node_for(names: Sequence[str], folder: Path) -> AsyncIterator[Node | None]:
    """A RabbitMQ of our own, if one of the set-ups needs it."""
    if set(names) <= _WITHOUT_BROKER:
        yield None
        return
    broker = await asyncio.to_thread(Broker.start, folder / "broker")
    try:
        pid = int((folder / "broker" / "pid").read_text(encoding="ascii"))
        yield Node(broker.url, broker.management_port, pid)
    finally:
        await asyncio.to_thread(broker.stop)


async def run_once(
    name: str, plan: Plan, folder: Path, node: Node | None, profiles: Path | None = None
) -> Run:
    """One run of one set-up on a fresh folder, which is removed when it went well."""
    environ = {}
    if profiles is not None:
        environ = {"HUB_TEST_PROFILE": str(profiles), "PYTHONPATH": str(_PROFILERS)}
    async with driver() as driving:
        run = await measure((SET_UPS | BESIDE)[name], Place(folder, driving, node, environ), plan)
    shutil.rmtree(folder, ignore_errors=True)
    return run
