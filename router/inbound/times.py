"""When things happened, by clocks that are not ours."""

from datetime import datetime, timedelta

from router.work import Work
from shared.model.inbound import Inbound


def happened_at(work: Work, item: Inbound) -> datetime:
    """When it happened by the platform's clock, which may be ahead of ours: never after now."""
    return min(item.occurred_at, work.now)


def until(start: datetime, seconds: float) -> datetime:
    """The end of a time that begins at ``start``."""
    return start + timedelta(seconds=seconds)
