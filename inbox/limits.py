"""How often somebody may fail to sign in."""

from collections import OrderedDict, deque
from datetime import datetime, timedelta
from typing import Final

from inbox.rest.problems import TooMany
from shared.clock import Clock

_WINDOW: Final = timedelta(minutes=5)
_PER_ACCOUNT_AND_ADDRESS: Final = 5
_PER_ADDRESS: Final = 30
_PER_ACCOUNT: Final = 50
_REMEMBERED: Final = 10_000


class SignInLimit:
    """Counts failures by account and address in a sliding window; kept in memory, bounded."""

    def __init__(self, clock: Clock, what: str = "failed sign-ins") -> None:
        """``what`` is counted, as the refusal says it."""
        self._clock = clock
        self._what = what
        self._tries: OrderedDict[tuple[str, str], deque[datetime]] = OrderedDict()

    def attempt(self, email: str, address: str) -> None:
        """Count a try before its outcome is known, so that many at once do not slip through.

        Raises ``TooMany`` when this account, this address or both failed too often.
        """
        for key, most in self._keys(email, address):
            recent = self._recent(key)
            if len(recent) >= most:
                wait = recent[-most] + _WINDOW - self._clock.now()
                raise TooMany(f"too many {self._what}; wait a little", wait.total_seconds())
        for key, most in self._keys(email, address):
            self._tries.setdefault(key, deque(maxlen=most)).append(self._clock.now())
            self._tries.move_to_end(key)
        while len(self._tries) > _REMEMBERED:
            self._tries.popitem(last=False)

    def succeeded(self, email: str, address: str) -> None:
        """The last try was good: it does not count, nor do this pair's earlier ones."""
        for key, _ in self._keys(email, address):
            tries = self._tries.get(key)
            if tries:
                tries.pop()
        self._tries.pop((email, address), None)

    def _recent(self, key: tuple[str, str]) -> deque[datetime]:
        recent = self._tries.get(key)
        if recent is None:
            return deque()
        oldest = self._clock.now() - _WINDOW
        while recent and recent[0] <= oldest:
            recent.popleft()
        return recent

    @staticmethod
    def _keys(email: str, address: str) -> tuple[tuple[tuple[str, str], int], ...]:
        return (
            ((email, address), _PER_ACCOUNT_AND_ADDRESS),
            (("", address), _PER_ADDRESS),
            ((email, ""), _PER_ACCOUNT),
        )
