"""How long a year's report takes on what a million conversations leave behind.

``python -m tests.bench.reporting``. The rows are those that counting and folding would have
written: the conversations are drawn with a fixed seed and added up, then reports are made from the
store.
"""

import asyncio
import random
import statistics
import sys
import tempfile
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from inbox.reports.reports import Reports
from shared.collections import FIGURES
from shared.model.figures import (
    Count,
    Dimension,
    Figures,
    Grain,
    Timing,
    figures_id,
    month_of,
    timed,
)
from shared.ports.store import Put
from tests.support.stores import open_embedded

CONVERSATIONS: Final = 1_000_000
_VALUES: Final = {
    Dimension.ALL: 1, Dimension.AGENT: 50, Dimension.TEAM: 6, Dimension.LINE: 3,
    Dimension.CHANNEL: 8, Dimension.TOPIC: 20,
}  # fmt: skip
_YEAR: Final = datetime(2025, 1, 1, tzinfo=UTC)
_REPEATS: Final = 5

Key = tuple[Grain, Dimension, str, datetime]


def figures_of(conversations: int, seed: int) -> dict[Key, Counter[str]]:
    """What the conversations of a year add up to, by row."""
    drawn = random.Random(seed)
    rows: dict[Key, Counter[str]] = {}
    for _ in range(conversations):
        day = _YEAR + timedelta(days=drawn.randrange(365))
        add = {Count.OPENED: 1, Count.RESOLVED: 1, Count.REPLIES: 1}
        add |= timed(Timing.FIRST_REPLY, drawn.expovariate(1 / 600))  # type: ignore[arg-type]
        add |= timed(Timing.RESOLUTION, drawn.expovariate(1 / 30_000))  # type: ignore[arg-type]
        for dimension, many in _VALUES.items():
            value = "" if dimension is Dimension.ALL else f"{dimension}-{drawn.randrange(many)}"
            rows.setdefault((Grain.DAY, dimension, value, day), Counter()).update(add)
    months: dict[Key, Counter[str]] = {}
    for (_, dimension, value, day), total in rows.items():
        key = (Grain.MONTH, dimension, value, month_of(day))
        months.setdefault(key, Counter()).update(total)
    return rows | months


async def measure_report(conversations: int = CONVERSATIONS) -> dict[str, float]:
    """Milliseconds of a year's report, medians, by what it is told apart by."""
    rows = figures_of(conversations, seed=1)
    with tempfile.TemporaryDirectory() as folder:
        async with open_embedded(Path(folder)) as hub:
            puts = [
                Put(
                    FIGURES,
                    Figures(
                        id=figures_id(*key, ""), grain=key[0], dimension=key[1], value=key[2],
                        start=key[3], **total,
                    ),
                )
                for key, total in rows.items()
            ]  # fmt: skip
            for start in range(0, len(puts), 1000):
                await hub.store.commit(puts[start : start + 1000])
            reports = Reports(hub.store)
            return {by.value: await _median_ms(reports, by) for by in Dimension}


async def _median_ms(reports: Reports, by: Dimension) -> float:
    took = []
    for _ in range(_REPEATS):
        begun = time.perf_counter()
        # Beginning and ending within months: days at both edges are read one by one.
        made = await reports.make(_YEAR + timedelta(days=14), _YEAR + timedelta(days=364), by=by)
        took.append((time.perf_counter() - begun) * 1000)
        assert made
    return statistics.median(took)


if __name__ == "__main__":
    for name, ms in asyncio.run(measure_report()).items():
        sys.stdout.write(f"a year's report by {name:8} {ms:7.1f} ms\n")
