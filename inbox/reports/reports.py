"""Making a report: reading the rows of a period, and naming what they are about."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from inbox.reports.periods import Slice, checked, slices
from inbox.reports.summing import ReportLine, lines
from shared.collections import AGENTS, CHANNELS, FIGURES, TOPICS
from shared.model.figures import Dimension, Figures
from shared.ports.store import Collection, Range, Scalar, Store

_PAGE: Final = 500
_NAMED_BY: Final[Mapping[Dimension, Collection[Any]]] = {
    Dimension.AGENT: AGENTS,
    Dimension.CHANNEL: CHANNELS,
    Dimension.TOPIC: TOPICS,
}


@dataclass(frozen=True, slots=True)
class Reports:
    """Reads kept figures. All methods raise ``Unavailable``."""

    store: Store

    async def make(
        self,
        since: datetime,
        before: datetime,
        *,
        by: Dimension = Dimension.ALL,
        value: str | None = None,
        step: str = "total",
    ) -> Sequence[ReportLine]:
        """The lines of a period, days in UTC. Raises ``BadRequest`` for a period that is none."""
        first, end = checked(since, before)
        rows: list[Figures] = []
        for one in slices(first, end, by_day=step == "day"):
            rows += await self._rows(one, by, value)
        return await self._named(lines(rows, step=step), by)

    async def _rows(self, one: Slice, by: Dimension, value: str | None) -> Sequence[Figures]:
        equal: dict[str, Scalar] = {"grain": one.grain.value, "dimension": by.value}
        if value is not None:
            equal["value"] = value
        found: list[Figures] = []
        cursor = None
        while True:
            page = await self.store.find(
                FIGURES,
                equal=equal,
                range=Range("start", ge=one.since, lt=one.before),
                order="start",
                cursor=cursor,
                limit=_PAGE,
            )
            found.extend(page.items)
            cursor = page.next
            if cursor is None:
                return found

    async def _named(self, made: Sequence[ReportLine], by: Dimension) -> Sequence[ReportLine]:
        collection = _NAMED_BY.get(by)
        if collection is None:
            return made
        known = await self.store.get_many(collection, list({line.value for line in made}))
        names = {id: document.name for id, document in known.items()}
        return [line.model_copy(update={"name": names.get(line.value)}) for line in made]
