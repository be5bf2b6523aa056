"""Counting and folding figures, on every store."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from router.figures.folding import Folding
from shared.clock import ManualClock
from shared.collections import ALL_COLLECTIONS, FIGURES
from shared.model.figures import Count, Dimension, Figures, Grain, figures_id
from shared.ports.store import Increment
from tests.support.document_stores import StoreImplementation

DAY = datetime(2026, 3, 30, tzinfo=UTC)


def counted(part: int, opened: int) -> Increment[Figures]:
    """As a partition counts."""
    grain, dimension = Grain.PART, Dimension.ALL
    return Increment(
        FIGURES,
        figures_id(grain, dimension, "", DAY, str(part)),
        {Count.OPENED: opened, "changes": 1},
        {"grain": grain, "dimension": dimension, "value": "", "start": DAY},
    )


async def test_partitions_are_folded_into_a_day_and_a_month_once(
    implementation: StoreImplementation, tmp_path: Path
) -> None:
    clock = ManualClock(DAY + timedelta(days=1, hours=2))
    async with implementation.open(tmp_path, ALL_COLLECTIONS) as store:
        await store.commit([counted(1, 3), counted(2, 4)])
        await Folding(store, clock).fold()
        await store.commit([counted(1, 5), counted(1, 1)])

        await Folding(store, clock).fold()
        await Folding(store, clock).fold()

        sums = {}
        for grain in Grain:
            page = await store.find(FIGURES, equal={"grain": grain.value}, order="start")
            sums[grain] = [row.figures[Count.OPENED] for row in page.items]
    assert sums == {Grain.PART: [], Grain.DAY: [13], Grain.MONTH: [13]}
