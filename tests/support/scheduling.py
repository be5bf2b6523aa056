"""Which worker runs a test: a group's tests share one, and so do those of a file that has none."""

from collections.abc import Sequence
from typing import Final

import pytest
from xdist.scheduler import LoadGroupScheduling

_LONGEST_FIRST: Final = ("browser", "broker", "mongo", "mail", "outages")
"""Groups that take minutes: begun first, while what is short fills the gaps at the end."""


class Scheduling(LoadGroupScheduling):  # type: ignore[misc]  # xdist tells no types
    """As ``--dist loadgroup``, where the unit of what has no group is its file.

    So what a module's tests share is set up once, by one worker.
    """

    def _split_scope(self, nodeid: str) -> str:
        scope: str = super()._split_scope(nodeid)
        return scope if scope != nodeid else nodeid.partition("::")[0]


def longest_first(items: Sequence[pytest.Item]) -> list[pytest.Item]:
    """The same tests, groups that take minutes in front; all else as it was."""
    return sorted(items, key=_rank)


def _rank(item: pytest.Item) -> int:
    mark = item.get_closest_marker("xdist_group")
    known = mark is not None and mark.args[0] in _LONGEST_FIRST
    return _LONGEST_FIRST.index(mark.args[0]) if mark and known else len(_LONGEST_FIRST)
