"""The chain of rules that one happening sets off, one rule after another. Pure.

Whoever drives it does what each rule says and tells the chain how the conversation stands then;
what that changed may wake more rules. A rule fires once in a chain: when it would fire again, or
the chain grows too long, the chain stops and says so. So it ends, whatever the rules are.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from shared.model.conversation import Conversation
from shared.model.rule import Cause, Rule
from shared.rules.causes import causes_of
from shared.rules.effects import changes_nothing
from shared.rules.facts import Facts
from shared.rules.ruling import Ready, Ruling

MOST_DEEP: Final = 5
"""So many rules may stand behind each other, each woken by the one before."""


@dataclass(frozen=True, slots=True)
class Firing:
    """A rule whose turn it is."""

    rule: Rule
    causes: tuple[str, ...]
    depth: int


@dataclass(frozen=True, slots=True)
class Stop:
    """The chain was cut."""

    why: str
    """``loop`` or ``depth``."""
    rule: Rule
    causes: tuple[str, ...]
    depth: int


class Chain:
    """One chain. Call ``next`` and, after each rule, ``done`` with what has become of it."""

    def __init__(
        self,
        ruling: Ruling,
        facts: Facts,
        causes: Iterable[Cause] = (),
        due: Sequence[Ready] = (),
    ) -> None:
        """Begin with what happened, or with time rules that are due."""
        self._ruling = ruling
        self._facts = facts
        self._fired: set[str] = set()
        self._depth = 0
        self._news: set[Cause] = set()
        self._causes: tuple[str, ...] = ("time",)
        self._turn: list[Ready] = list(due)[::-1]
        """The next one stands last."""
        if not due:
            self._begin(set(causes))
        self.stopped: Stop | None = None

    def next(self) -> Firing | None:
        """The next rule that fires; None at the end."""
        while True:
            turn, facts = self._turn, self._facts
            while turn:
                ready = turn.pop()
                if ready.holds(facts) and self._would_change(ready):
                    return self._fire(ready)
            if not self._news or self.stopped is not None:
                return None
            self._depth += 1
            self._begin(self._news)

    @property
    def left(self) -> Sequence[Ready]:
        """Those whose turn has not come yet."""
        return self._turn

    def done(self, after: Conversation) -> None:
        """The rule was carried out, and this is how the conversation stands."""
        self._news |= causes_of(self._facts.conversation, after)
        self._facts = self._facts.after(after)

    def _begin(self, causes: set[Cause]) -> None:
        self._news = set()
        self._causes = tuple(sorted(causes))
        woken = [self._ruling.by_cause[cause] for cause in causes & self._ruling.by_cause.keys()]
        if len(woken) == 1:
            turn = list(woken[0])  # they stand in their order already
        else:
            by_place = {ready.place: ready for some in woken for ready in some}
            turn = [by_place[place] for place in sorted(by_place)]
        self._turn = turn[::-1]

    def _would_change(self, ready: Ready) -> bool:
        facts = self._facts
        return not changes_nothing(ready.rule.actions, facts.conversation, facts.now)

    def _fire(self, ready: Ready) -> Firing | None:
        rule = ready.rule
        why = "loop" if rule.id in self._fired else "depth" if self._depth >= MOST_DEEP else None
        if why is not None:
            self.stopped = Stop(why, rule, self._causes, self._depth)
            self._turn = []
            return None
        self._fired.add(rule.id)
        if rule.last:
            self._turn = []
        return Firing(rule, self._causes, self._depth)
