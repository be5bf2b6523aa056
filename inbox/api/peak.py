"""Whether it is a peak, as a route."""

from dataclasses import dataclass
from datetime import timedelta

from pydantic import BaseModel

from inbox.permissions import Permission
from inbox.rest.route import Call, Nothing, Route
from shared.clock import Clock
from shared.collections import HOUR_COUNTS, PEAK_STATE
from shared.ids import PARTITIONS
from shared.model.base import Utc
from shared.ports.store import Range, Store
from shared.rules.peaks import hour_of

_SECOND = timedelta(seconds=1)


class PeakView(BaseModel):
    """Peak mode, and what it goes by."""

    on: bool
    since: Utc | None
    """When it last began or ended."""
    mean: float | None
    """The mean of that hour in the four weeks before."""
    messages: int
    """Of customers in the present hour."""


@dataclass(frozen=True, slots=True)
class PeakApi:
    """The route of peak mode."""

    store: Store
    clock: Clock

    def routes(self) -> list[Route]:
        """What they are."""
        return [
            Route(
                "GET", "/peak", self.get, Permission.SETTINGS_READ, "Whether it is a peak now",
                "policies", answer=PeakView,
            )
        ]  # fmt: skip

    async def get(self, call: Call[Nothing, Nothing]) -> PeakView:
        """As it stands."""
        del call
        state = await self.store.get(PEAK_STATE, "now")
        hour = hour_of(self.clock.now())
        page = await self.store.find(
            HOUR_COUNTS, equal={}, order="hour",
            range=Range("hour", gt=hour - _SECOND, lt=hour + _SECOND),
            limit=PARTITIONS,
        )  # fmt: skip
        return PeakView(
            on=state is not None and state.on,
            since=state.since if state is not None else None,
            mean=state.mean if state is not None else None,
            messages=sum(row.messages for row in page.items),
        )
