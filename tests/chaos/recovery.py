"""How long after a fault customers' messages were shown late. Pure."""

from collections.abc import Iterable, Sequence
from typing import Final

LATE_S: Final = 1.0
"""A message is late when an agent does not see it so long after it was written."""

_FELT_WITHIN_S: Final = 1.0
"""So long after its end a fault may show first: somebody must write for it to be felt."""

Span = tuple[float, float]


def late_spans(messages: Iterable[Span]) -> list[Span]:
    """When some message was late, from (written, shown) of each; what touches is one."""
    late = sorted((at + LATE_S, shown) for at, shown in messages if shown > at + LATE_S)
    joined: list[Span] = []
    for begin, end in late:
        if joined and begin <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((begin, end))
    return joined


def recovery_s(over_at: float, late: Sequence[Span], others: Iterable[Span]) -> float | None:
    """Seconds from the end of a fault until no message was late any more; 0 when none was.

    None where another fault can have made the same messages late: whose time it was nobody can
    tell.
    """
    felt_within_s = LATE_S + _FELT_WITHIN_S
    felt = (s for s in late if s[0] <= over_at + felt_within_s and s[1] > over_at)
    begin, recovered_at = next(felt, (over_at + felt_within_s, over_at))
    since = min(over_at, begin - felt_within_s)
    if any(began <= recovered_at and ended > since for began, ended in others):
        return None
    return recovered_at - over_at
