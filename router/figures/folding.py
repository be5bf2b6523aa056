"""Folding days that are over: the rows of all partitions into one per day and one per month.

What is folded goes in the same commit, and only as it was read: a row that was changed meanwhile is
folded later, and nothing counts twice.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Final

import structlog

from shared.clock import Clock
from shared.collections import FIGURES
from shared.errors import Conflict
from shared.model.figures import Dimension, Figures, Grain, day_of, figures_id, month_of
from shared.ports.store import Delete, Increment, Range, Store

log = structlog.get_logger(__name__)

_PAGE: Final = 500
_SETTLED: Final = timedelta(hours=1)
"""So long after midnight a day is left alone: commits of it may still be on their way."""


class Folding:
    """Folds what is over, as often as it is asked."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def fold(self) -> None:
        """Fold every day that is over. Raises ``Unavailable``."""
        today = day_of(self._clock.now() - _SETTLED)
        cursor = None
        kept: list[Figures] = []
        while True:
            page = await self._store.find(
                FIGURES,
                equal={"grain": Grain.PART.value},
                range=Range("start", lt=today),
                order="start",
                cursor=cursor,
                limit=_PAGE,
            )
            kept.extend(page.items)
            cursor = page.next
            if cursor is None:
                break
        kept.sort(key=_row)
        for (dimension, value, start), rows in groupby(kept, key=_row):
            await self._fold(Dimension(dimension), value, start, list(rows))

    async def _fold(
        self, dimension: Dimension, value: str, start: datetime, rows: Sequence[Figures]
    ) -> None:
        total: Counter[str] = Counter()
        for row in rows:
            total.update(row.figures)
        changes = [
            Increment(
                FIGURES,
                figures_id(grain, dimension, value, begin, ""),
                dict(total),
                {"grain": grain, "dimension": dimension, "value": value, "start": begin},
            )
            for grain, begin in ((Grain.DAY, start), (Grain.MONTH, month_of(start)))
        ]
        gone = [Delete(FIGURES, row.id, expect={"changes": row.changes}) for row in rows]
        try:
            await self._store.commit([*changes, *gone])
        except Conflict:
            log.info("figures.folded_later", start=start.isoformat())


def _row(figures: Figures) -> tuple[str, str, datetime]:
    return (figures.dimension.value, figures.value, figures.start)
