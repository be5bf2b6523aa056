"""Faults on demand: how many of the next mails or connections go wrong, and how."""

from collections.abc import Mapping
from typing import Final

from shared.errors import BadRequest

RECIPIENT: Final[Mapping[str, str]] = {
    "429": "450 4.2.0 Greylisted, please try again in 300 seconds",
    "421": "421 4.7.0 Try again later, closing connection",
    "blocked": "550 5.1.1 The email account that you tried to reach does not exist",
    "relay": "554 5.7.1 Relay access denied",
}
"""Answers to RCPT TO."""
CONTENT: Final[Mapping[str, str]] = {
    "400": "550 5.7.1 Message rejected as spam",
    "552": "552 5.2.3 Message size exceeds fixed maximum message size",
    "452": "452 4.3.1 Insufficient system storage",
    "odd": "what is this",
}
"""Answers to the text of a mail."""
LINE: Final = ("hang", "cut_before", "cut_after_write", "partial")
"""``partial`` refuses every recipient but the first."""
SIGN_IN: Final = ("401", "imap_401")
ARRIVAL: Final = ("duplicate",)
"""The next mail of a customer arrives twice, by two ways."""
IMAP: Final = ("imap_cut", "imap_hang", "imap_broken_mail", "renumber")
"""Cut the line at the next command, answer nothing, refuse to give a mail, forget all numbers."""
KINDS: Final = (*RECIPIENT, *CONTENT, *LINE, *SIGN_IN, *ARRIVAL, *IMAP)


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

    def answer(self, answers: Mapping[str, str]) -> str | None:
        """What a server says instead of yes; None if nothing is to go wrong."""
        return next((said for kind, said in answers.items() if self.take(kind)), None)
