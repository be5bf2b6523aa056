"""The bound's process, for as long as it is measured."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from tests.bench.measuring import Plan
from tests.bench.processes import started
from tests.bench.set_ups import Place, Target

_SECRET: Final = "bench-secret"


@asynccontextmanager
async def bound(place: Place) -> AsyncIterator[Target]:
    """One process that writes the hub's rows and decides nothing."""
    place.folder.mkdir(parents=True, exist_ok=True)
    arguments = (str(place.folder), _SECRET, place.driving.api_base, str(Plan().clients))
    environ = place.whole_environ()
    async with started("tests.bench.bound.process", place.folder, environ, *arguments) as (
        pid,
        port,
    ):
        yield Target(
            webhook_url=f"http://127.0.0.1:{port}/hook",
            webhook_secret=_SECRET,
            live_url=f"http://127.0.0.1:{port}/live",
            authorization="",
            pids={"bound": pid},
        )
