"""What waits to be sent, by thread, in memory; the rows in the store are the truth.

Parts of a thread leave in order. A part in its undo time or backing off holds those behind it; one
that is scheduled for later does not; held ones wait for a person and are passed over.
"""

import heapq
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import count

from shared.hints import Added
from shared.ids import ExternalId, PartId
from shared.model.delivery import Delivery, Part

_MOST_TURNS = 10_000


def place_of(part: Part) -> tuple[int, int]:
    """Where a part stands in its thread."""
    return part.order, part.index


def head_of(parts: Sequence[Part], now: datetime) -> Part | None:
    """The part that is next, whether it is due or not; ``parts`` are in order."""
    for part in parts:
        later = part.scheduled and part.due_at > now
        if part.state is not Delivery.HELD and not later:
            return part
    return None


class Board:
    """The open parts of one channel. Used by the dispatcher's task alone."""

    def __init__(self) -> None:
        self._threads: dict[str, list[Part]] = {}
        self._moved: dict[str, str] = {}
        self._busy: set[str] = set()
        self._lacking: set[str] = set()
        self._turns: dict[str, int] = {}
        self._touched: dict[str, int] = {}
        self._tick = 0
        self._due: list[tuple[datetime, int, str]] = []
        self._due_at: dict[str, datetime] = {}
        self._tie = count()

    def __len__(self) -> int:
        return sum(len(parts) for parts in self._threads.values())

    @property
    def busy(self) -> int:
        """How many threads have a part under way."""
        return len(self._busy)

    @property
    def tick(self) -> int:
        """The moment, for telling whether something was read before it was changed here."""
        return self._tick

    def key(self, thread: str) -> str:
        """The thread, or the one it was renamed to."""
        while (renamed := self._moved.get(thread)) is not None:
            thread = renamed
        return thread

    def names(self, thread: str) -> list[ExternalId]:
        """All names of the thread under which parts may stand."""
        key = self.key(thread)
        older = [old for old in self._moved if self.key(old) == key]
        return [ExternalId(name) for name in (key, *older)]

    def rename(self, old: str, new: str, now: datetime) -> None:
        """The platform renamed the thread: from here on its parts are those of the new one."""
        key, target = self.key(old), self.key(new)
        if key == target:
            return
        self._moved[key] = target
        if key in self._busy:
            self._busy.discard(key)
            self._busy.add(target)
        if key in self._lacking:
            self._lacking.discard(key)
            self._lacking.add(target)
        self._set(target, [*self._threads.pop(key, []), *self._threads.get(target, [])], now)
        self._due_at.pop(key, None)

    def merge(self, parts: Iterable[Part], *, read_at: int, now: datetime) -> None:
        """Take over all open parts as they were read at a tick; what changed since stays."""
        found: dict[str, list[Part]] = {}
        for part in parts:
            found.setdefault(self.key(part.thread), []).append(part)
        for thread in {*found, *self._threads}:
            self.merge_thread(thread, found.get(thread, []), read_at=read_at, now=now)
        self._touched = {
            key: tick
            for key, tick in self._touched.items()
            if tick > read_at or key in self._threads or key in self._busy
        }

    def merge_thread(
        self, thread: str, parts: Sequence[Part], *, read_at: int, now: datetime
    ) -> None:
        """The same for one thread; what is new in a thread that changed since is only noted."""
        key = self.key(thread)
        if key not in self._busy and self._touched.get(key, 0) <= read_at:
            self._lacking.discard(key)
            self._set(key, parts, now)
        elif not self.knows(key, parts):
            self._lacking.add(key)

    def add(self, added: Added, now: datetime, *, read_first: bool = False) -> bool:
        """Take over a part that was told of; False: the thread has to be read, and it with it.

        That is so when something before it was missed, or is yet to be read (``read_first``).
        """
        part = added.part
        key = self.key(part.thread)
        missed = self._turns.get(key, 0) != added.turn_from
        if len(self._turns) >= _MOST_TURNS:
            self._turns.clear()
        # Seen with this turn are all before it: whoever tells of a part has stored it.
        self._turns[part.thread] = added.turn_to
        if missed or read_first or key != part.thread:
            return False
        if not self.knows(key, [part]):
            self._set(key, [*self._threads.get(key, ()), part], now)
        return True

    def due_since(self, now: datetime) -> datetime | None:
        """When the longest waiting of the heads that could go now was due."""
        heads = (head_of(parts, now) for parts in self._threads.values())
        return min(
            (
                head.due_at
                for head in heads
                if head is not None and head.state is Delivery.QUEUED and head.due_at <= now
            ),
            default=None,
        )

    def forget_turns(self) -> None:
        """Hints may have been lost."""
        self._turns.clear()

    def lacks(self, thread: str) -> bool:
        """Whether the thread has parts that were read and not taken over: read it again."""
        return self.key(thread) in self._lacking

    def is_busy(self, thread: str) -> bool:
        """Whether a part of the thread is under way."""
        return self.key(thread) in self._busy

    def reset(self, thread: str, parts: Sequence[Part], now: datetime) -> None:
        """Take over a thread as it was read just now, by whoever has it under way."""
        self._lacking.discard(self.key(thread))
        self._set(self.key(thread), parts, now)

    def knows(self, thread: str, parts: Sequence[Part]) -> bool:
        """Whether these parts of the thread are no news."""
        known = {part.id for part in self._threads.get(self.key(thread), ())}
        return {part.id for part in parts} <= known

    def replace(self, old: PartId, parts: Sequence[Part], thread: str, now: datetime) -> None:
        """Put these in the place of a part: its planned pieces, itself changed, or nothing."""
        key = self.key(thread)
        replaced = {old, *(part.id for part in parts)}
        others = [part for part in self._threads.get(key, ()) if part.id not in replaced]
        self._set(key, [*others, *(part for part in parts if part.open)], now)

    def followers(self, part: Part) -> list[Part]:
        """The parts of the same message that wait behind this one."""
        return [
            other
            for other in self._threads.get(self.key(part.thread), ())
            if other.message_id == part.message_id
            and other.kind == part.kind
            and other.index > part.index
            and other.state is Delivery.QUEUED
        ]

    def held(self) -> list[Part]:
        """The parts that wait for a person."""
        every = (part for parts in self._threads.values() for part in parts)
        return [part for part in every if part.state is Delivery.HELD]

    def take(self, now: datetime) -> Part | None:
        """The next head that is due; its thread is busy until ``release`` or ``put_off``."""
        while self._due and self._due[0][0] <= now:
            at, _, thread = heapq.heappop(self._due)
            if self._due_at.get(thread) != at or thread in self._busy:
                continue
            head = head_of(self._threads.get(thread, ()), now)
            del self._due_at[thread]
            if head is not None and head.state is Delivery.QUEUED and head.due_at <= now:
                self._busy.add(thread)
                return head
            self._schedule(thread, now)
        return None

    def next_at(self) -> datetime | None:
        """When the next head may be due; never too late."""
        return self._due[0][0] if self._due else None

    def release(self, thread: str, now: datetime) -> None:
        """Nothing of this thread is under way any more."""
        key = self.key(thread)
        self._busy.discard(key)
        self._schedule(key, now)

    def put_off(self, thread: str, until: datetime) -> None:
        """Ask for this thread again at that time."""
        key = self.key(thread)
        self._busy.discard(key)
        self._push(key, until)

    def _set(self, key: str, parts: Sequence[Part], now: datetime) -> None:
        self._tick += 1
        self._touched[key] = self._tick
        if parts:
            self._threads[key] = sorted(parts, key=place_of)
        else:
            self._threads.pop(key, None)
        self._schedule(key, now)

    def _schedule(self, key: str, now: datetime) -> None:
        parts = self._threads.get(key, ())
        if key in self._busy:
            return
        waiting = [p.due_at for p in parts if p.scheduled and p.due_at > now]
        head = head_of(parts, now)
        if head is not None and head.state is Delivery.QUEUED:
            waiting.append(head.due_at)
        if waiting:
            self._push(key, min(waiting))
        else:
            self._due_at.pop(key, None)

    def _push(self, key: str, at: datetime) -> None:
        if self._due_at.get(key) != at:
            self._due_at[key] = at
            heapq.heappush(self._due, (at, next(self._tie), key))
