"""What the book says of the queue, and what holds where it says nothing."""

from datetime import UTC, datetime
from typing import Final

from shared.collections import QUEUEING
from shared.model.queueing import Duties, Queueing
from shared.policies.book import Book

QUEUEING_ID: Final = "queueing"
REBALANCE: Final = "rebalance"
"""The setting by which rebalancing is wished for: a higher version is another wish."""
_LONG_AGO: Final = datetime(2026, 1, 1, tzinfo=UTC)
_DEFAULT: Final = Queueing(
    id=QUEUEING_ID, name="Queueing", created_at=_LONG_AGO, updated_at=_LONG_AGO
)


def queueing_of(book: Book) -> Queueing:
    """How the hub assigns."""
    return next(iter(book.all(QUEUEING)), _DEFAULT)


def weight_of(queueing: Queueing, channel_type: str) -> int:
    """How much of a capacity a conversation of the channel type takes."""
    return queueing.weights.get(channel_type, 1)


def capacity_of(queueing: Queueing, duties: Duties) -> int:
    """How much fits an agent."""
    return queueing.capacity if duties.capacity is None else duties.capacity
