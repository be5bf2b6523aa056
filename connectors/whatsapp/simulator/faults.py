"""Faults on demand: how many of the next calls or webhooks go wrong, and how."""

from typing import Final

from connectors.whatsapp.simulator.refusal import KNOWN
from shared.errors import BadRequest

SENDS: Final = (
    "400", "429", "500", "500_json", "502_html", "odd", "hang", "cut_before", "cut_after_write",
    "blocked", *(str(code) for code in sorted(KNOWN)),
)  # fmt: skip
"""Fail the next messages; a number is one of Meta's codes, ``odd`` a 200 without sense."""
LATER: Final = tuple(f"status_{code}" for code in sorted(KNOWN))
"""Take the next messages, and tell by a status that they failed with that code."""
WEBHOOKS: Final = ("duplicate", "reorder", "bad_signature", "batch")
"""Spoil the next webhooks: each twice, that many in reverse, wrongly signed, that many in one."""
LADDER: Final = ("early_status", "skip_delivered", "no_status")
"""Spoil the statuses of the next messages: before the answer, without delivered, none at all."""
MEDIA: Final = ("media_404", "media_gone", "media_wrong")
"""The next download: its address has expired, the file is gone, other bytes come."""
ALWAYS: Final = ("401",)
"""Fail the next calls of any kind."""
KINDS: Final = (*SENDS, *LATER, *WEBHOOKS, *LADDER, *MEDIA, *ALWAYS)


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
