"""How many conversations the views hold, from the counters that the router keeps."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from shared.collections import COUNTERS
from shared.ports.store import Range, Store

_FIXED: Final = {
    "open": "open",
    "open/unassigned": "unassigned",
    "pending": "pending",
    "snoozed": "snoozed",
    "resolved": "resolved",
}
_OWN: Final = {"agent": "mine", "follower": "following"}
"""Views of one's own, by whose counters they are."""
_GROUPS: Final = ("channel", "label", "team", "topic")
_PAGE: Final = 500


def view_key(counter: str, agent_id: str | None) -> str | None:
    """The view whose count the counter is, for this agent; None when it is of no view of theirs."""
    if (fixed := _FIXED.get(counter)) is not None:
        return fixed
    status, _, rest = counter.partition("/")
    group, _, name = rest.partition("/")
    if status != "open" or not name:
        return None
    if (view := _OWN.get(group)) is not None:
        return view if name == agent_id else None
    if group == "channel" and "/" in name:
        return None  # a channel's topics; a label may well have a stroke in it
    return rest if group in _GROUPS else None


def is_shown(counter: str) -> bool:
    """Whether it is the count of a view, of whomever."""
    owner = counter.rpartition("/")[2]
    return view_key(counter, owner) is not None


@dataclass(frozen=True, slots=True)
class Counts:
    """Sums the counters of all partitions. All methods raise ``Unavailable``."""

    store: Store

    async def totals(self, keys: Iterable[str]) -> dict[str, int]:
        """The present values of these counters."""
        return {key: await self._sum(key) for key in keys}

    async def views(self, agent_id: str | None) -> dict[str, int]:
        """The counts of all views of an agent, by the view's key."""
        own = [f"open/{group}/{agent_id}" for group in _OWN if agent_id is not None]
        keys = [*_FIXED, *own]
        totals = await self.totals(keys)
        for group in _GROUPS:
            totals |= await self.group(f"open/{group}/")
        named = {view_key(key, agent_id): value for key, value in totals.items()}
        return {key: value for key, value in named.items() if key is not None}

    async def topics(
        self, status: str, *, channel_id: str | None = None, unassigned: bool = False
    ) -> dict[str | None, int]:
        """How many conversations there are of each topic, the most first; None: of none."""
        within = f"/channel/{channel_id}" if channel_id is not None else ""
        prefix = f"{status}{'/unassigned' if unassigned else within}/topic/"
        group = await self.group(prefix)
        named = {key.removeprefix(prefix): value for key, value in group.items() if value > 0}
        first = sorted(named.items(), key=lambda one: (-one[1], one[0]))
        return {(key if key != "-" else None): value for key, value in first}

    async def labels(self) -> list[str]:
        """The labels of conversations that are not resolved, in order."""
        found: set[str] = set()
        for status in ("open", "pending", "snoozed"):
            prefix = f"{status}/label/"
            group = await self.group(prefix)
            found.update(key.removeprefix(prefix) for key, value in group.items() if value > 0)
        return sorted(found)

    async def _sum(self, key: str) -> int:
        page = await self.store.find(COUNTERS, equal={"key": key}, limit=_PAGE)
        return max(0, sum(counter.value for counter in page.items))

    async def group(self, prefix: str) -> dict[str, int]:
        """The present values of the counters whose keys begin so, by the key."""
        totals: dict[str, int] = {}
        cursor: str | None = None
        while True:
            page = await self.store.find(
                COUNTERS,
                equal={},
                range=Range("key", ge=prefix, lt=prefix[:-1] + "0"),
                order="key",
                cursor=cursor,
                limit=_PAGE,
            )
            for counter in page.items:
                totals[counter.key] = totals.get(counter.key, 0) + counter.value
            if page.next is None:
                return totals
            cursor = page.next
