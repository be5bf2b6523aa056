"""What waits, in its order, by what it asks for. Kept in memory, no I/O."""

from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from router.assigner.cases import Case, Key, Need


class WaitingList:
    """Cases that ask for the same stand behind one another; few of the many are ever looked at."""

    def __init__(self) -> None:
        self._cases: dict[str, Case] = {}
        self._lines: dict[Need, list[Key]] = {}
        self._counts: Counter[tuple[str | None, str | None]] = Counter()

    def __len__(self) -> int:
        return len(self._cases)

    def __contains__(self, id: str) -> bool:
        return id in self._cases

    def get(self, id: str) -> Case | None:
        """The case, if it waits."""
        return self._cases.get(id)

    def add(self, case: Case) -> None:
        """It waits, or waits differently than before."""
        self.discard(case.id)
        self._cases[case.id] = case
        insort(self._lines.setdefault(case.need, []), case.key)
        self._counts[case.queue] += 1

    def discard(self, id: str) -> Case | None:
        """It waits no more; the case, if it did."""
        case = self._cases.pop(id, None)
        if case is None:
            return None
        line = self._lines[case.need]
        del line[bisect_left(line, case.key)]
        if not line:
            del self._lines[case.need]
        self._counts[case.queue] -= 1
        return case

    def needs(self) -> Sequence[Need]:
        """Everything that is asked for."""
        return list(self._lines)

    def of(self, need: Need) -> Iterator[Case]:
        """Those who ask for it, in their order, as they stood at the first step."""
        for key in tuple(self._lines.get(need, ())):
            case = self._cases.get(key[3])
            if case is not None:
                yield case

    def head(self, need: Need) -> Key:
        """The place of the first who asks for it, of whom there is one."""
        return self._lines[need][0]

    def counts(self) -> Mapping[tuple[str | None, str | None], int]:
        """How many wait in the queue of each team's line."""
        return {queue: count for queue, count in self._counts.items() if count}

    def oldest(self) -> Mapping[tuple[str | None, str | None], datetime]:
        """Since when the one waits that has waited longest, in the queue of each team's line."""
        found: dict[tuple[str | None, str | None], datetime] = {}
        for case in self._cases.values():
            known = found.get(case.queue)
            if known is None or case.since < known:
                found[case.queue] = case.since
        return found

    def all(self) -> Sequence[Case]:
        """All of them, in their order."""
        return sorted(self._cases.values(), key=lambda case: case.key)
