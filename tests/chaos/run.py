"""One run: a hub, both of its ends, the faults of a plan meanwhile, and what came of it."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from hub.services.broker import Broker
from tests.chaos.drama import Drama
from tests.chaos.kept import compare_kept
from tests.chaos.plan import Plan
from tests.chaos.reading import read_kept
from tests.chaos.report import Report
from tests.chaos.stage import Programs, Stage, open_stage
from tests.chaos.telling import told

_END_LIMIT_S: Final = 2.0


async def run(
    plan: Plan,
    folder: Path,
    *,
    broker: Broker | None = None,
    mongo: str | None = None,
    programs: Programs | None = None,
) -> Report:
    """Carry the plan out on a fresh hub in the folder; the report says what is wrong.

    ``programs`` names other modules than the usual ones to be run as a service: ``hub``,
    ``router``, ``inbox``, ``connectors``. What happened is kept in the folder.
    """
    async with open_stage(
        plan.set_up, plan.channels, folder, broker, mongo, programs or {}
    ) as stage:
        drama = Drama(plan, stage)
        try:
            async with _kept_running(stage, drama.wrong):
                await drama.play()
            if drama.found is not None:
                drama.wrong += compare_kept(drama.found, await read_kept(stage))
            report = told(drama)
        finally:
            await asyncio.to_thread(_keep, folder, drama)
        return report


@asynccontextmanager
async def _kept_running(stage: Stage, wrong: list[str]) -> AsyncIterator[None]:
    """The processes, started and kept; in the end each ends in order."""
    async with asyncio.TaskGroup() as group:
        keeping = [group.create_task(keeper.run()) for keeper in stage.keepers.values()]
        try:
            yield
        finally:
            ends = await asyncio.gather(*(keeper.leave() for keeper in stage.keepers.values()))
            wrong += [end for end in ends if end is not None]
            wrong += [end for keeper in stage.keepers.values() for end in keeper.ends]
            await asyncio.wait(keeping, timeout=_END_LIMIT_S)
            for task in keeping:
                task.cancel()


def _keep(folder: Path, drama: Drama) -> None:
    """The plan and both ends of the ledger, to find out what went wrong."""
    found: Any = None if drama.found is None else asdict(drama.found)
    files = {
        "plan.json": asdict(drama.plan),
        "struck.json": [asdict(struck) for struck in drama.struck],
        "ledger.json": asdict(drama.ledger),
        "found.json": found,
        "shown_at.json": drama.screen.shown_at,
        "wrong.json": drama.wrong,
    }
    for name, content in files.items():
        text = json.dumps(content, ensure_ascii=False, indent=1, default=str)
        (folder / name).write_text(text, encoding="utf-8")
