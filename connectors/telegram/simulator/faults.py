"""Faults on demand: how many of the next calls or updates go wrong, and how."""

from shared.errors import BadRequest

SENDS = (
    "400",
    "429",
    "500",
    "502_html",
    "odd",
    "hang",
    "cut_before",
    "cut_after_write",
    "blocked",
    "migrate",
)
"""Fail the next sends, edits, deletions and reactions; ``odd`` answers a 200 without sense."""
POLLS = ("poll_429", "poll_500", "poll_502_html", "poll_409", "poll_cut")
"""Fail the next ``getUpdates``."""
UPDATES = ("duplicate", "reorder", "malformed")
"""Spoil the next updates: deliver each twice, deliver that many in reverse, drop the chat."""
ALWAYS = ("401",)
"""Fail the next calls of any method."""
KINDS = (*SENDS, *POLLS, *UPDATES, *ALWAYS)


class Faults:
    """The faults that are still to come."""

    def __init__(self) -> None:
        self._left: dict[str, int] = {}

    def arm(self, kind: str, times: int) -> None:
        """Let the next ``times`` go wrong; 0 takes it back. Raises ``BadRequest``."""
        if kind not in KINDS:
            raise BadRequest(f"no such fault: {kind}; there are {', '.join(KINDS)}", field="kind")
        if times < 0:
            raise BadRequest("a number from 0 on", field="times")
        self._left[kind] = times

    def take(self, kind: str) -> bool:
        """Whether this one goes wrong; counts it."""
        left = self._left.get(kind, 0)
        if left:
            self._left[kind] = left - 1
        return left > 0

    def left(self, kind: str) -> int:
        """How many are still to come."""
        return self._left.get(kind, 0)

    def first(self, kinds: tuple[str, ...]) -> str | None:
        """The first of the kinds that is to happen now; counts it."""
        return next((kind for kind in kinds if self.take(kind)), None)
