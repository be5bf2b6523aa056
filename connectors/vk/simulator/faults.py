"""Faults on demand: how many of the next calls or events go wrong, and how."""

import re
from typing import Final

from shared.errors import BadRequest

SENDS: Final = (
    "400",
    "429",
    "500",
    "502_html",
    "odd",
    "hang",
    "cut_before",
    "cut_after_write",
    "blocked",
)
"""Fail the next sends, edits, deletions and reactions; ``odd`` answers a 200 without sense."""
READS: Final = ("read_500", "read_hang")
"""Fail the next calls that read messages."""
POLLS: Final = (
    "failed1",
    "failed2",
    "failed3",
    "failed4",
    "poll_html",
    "poll_odd",
    "poll_500",
    "poll_cut",
    "poll_hang",
)
"""Fail the next requests of Bots Long Poll; ``failed1`` and ``failed3`` lose what waits there."""
EVENTS: Final = ("duplicate", "reorder", "malformed", "cropped", "lose")
"""Spoil the next events: tell each twice, tell that many in reverse, without a conversation,
cropped, not at all."""
UPLOADS: Final = ("upload_html", "upload_cut", "upload_refused")
"""Fail the next uploads."""
ALWAYS: Final = ("401", "no_cmid")
"""Fail the next calls of any method; leave the number in the conversation out of an answer."""
KINDS: Final = (*SENDS, *READS, *POLLS, *EVENTS, *UPLOADS, *ALWAYS)
_ERROR: Final = re.compile(r"error_(\d{1,4})")


class Faults:
    """The faults that are still to come."""

    def __init__(self) -> None:
        self._left: dict[str, int] = {}

    def arm(self, kind: str, times: int) -> None:
        """Let the next ``times`` go wrong; 0 takes it back. Raises ``BadRequest``."""
        if kind not in KINDS and _ERROR.fullmatch(kind) is None:
            known = ", ".join(KINDS)
            raise BadRequest(
                f"no such fault: {kind}; there are {known} and error_<code>", field="kind"
            )
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

    def code(self) -> int | None:
        """The error code that the next send is to be refused with; counts it."""
        for kind in tuple(self._left):
            found = _ERROR.fullmatch(kind)
            if found is not None and self.take(kind):
                return int(found.group(1))
        return None
