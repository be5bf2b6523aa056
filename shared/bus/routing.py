"""Which queues a publication goes to."""

from collections.abc import Iterable
from typing import Final, Generic, TypeVar

from shared.ports.bus import Exchange, Queue

Q = TypeVar("Q")

_MOST_FOUND: Final = 1024


def matches(pattern: str, routing_key: str) -> bool:
    """Whether the key fits the pattern: ``*`` is one word, ``#`` any number, words end at dots."""
    return _match(pattern.split("."), routing_key.split("."))


def _match(pattern: list[str], words: list[str]) -> bool:
    for position, expected in enumerate(pattern):
        if expected == "#":
            rest = pattern[position + 1 :]
            return any(_match(rest, words[n:]) for n in range(position, len(words) + 1))
        if position >= len(words) or expected not in ("*", words[position]):
            return False
    return len(pattern) == len(words)


class Routes(Generic[Q]):
    """The bindings of some queues. Exact keys are looked up, patterns are tried one by one."""

    def __init__(self) -> None:
        self._exact: dict[tuple[Exchange, str], list[Q]] = {}
        self._patterns: dict[Exchange, list[tuple[str, Q]]] = {}
        self._found: dict[tuple[Exchange, str], tuple[Q, ...]] = {}
        """What was looked for since the last binding."""

    def bind(self, queue: Queue, target: Q) -> None:
        """Send to ``target`` what the queue's bindings match."""
        self._found.clear()
        for exchange, pattern in queue.bindings:
            if "*" in pattern or "#" in pattern:
                self._patterns.setdefault(exchange, []).append((pattern, target))
            else:
                self._exact.setdefault((exchange, pattern), []).append(target)

    def unbind(self, target: Q) -> None:
        """Forget the target's bindings."""
        self._found.clear()
        for targets in self._exact.values():
            targets[:] = [t for t in targets if t is not target]
        for patterns in self._patterns.values():
            patterns[:] = [(p, t) for p, t in patterns if t is not target]
        self._exact = {key: targets for key, targets in self._exact.items() if targets}

    def targets(self, exchange: Exchange, routing_key: str) -> Iterable[Q]:
        """Each target once, however many of its bindings match."""
        key = (exchange, routing_key)
        found = self._found.get(key)
        if found is None:
            if len(self._found) >= _MOST_FOUND:
                self._found.clear()
            found = self._found[key] = self._look(exchange, routing_key)
        return found

    def _look(self, exchange: Exchange, routing_key: str) -> tuple[Q, ...]:
        found = list(self._exact.get((exchange, routing_key), ()))
        for pattern, target in self._patterns.get(exchange, ()):
            if matches(pattern, routing_key):
                found.append(target)
        return tuple(dict.fromkeys(found))
