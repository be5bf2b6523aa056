"""Time rules that are new: conversations from before get their timer too.

A conversation sets its timer when something happens in it. Where a rule was added or changed,
nothing may happen for long: so a sweep lets the timer of each open conversation fire once.
"""

import structlog

from router.rules.timed import TIMER, timer_id
from shared.clock import Clock
from shared.collections import CONVERSATIONS, RULES, SETTINGS, TIMERS
from shared.errors import Conflict
from shared.model.conversation import Status
from shared.model.records import HubSetting, Timer
from shared.model.rule import OnTime
from shared.policies.shelf import Shelf
from shared.ports.store import ABSENT, Put, Store

log = structlog.get_logger(__name__)

_ARMED = "rules/armed"
"""The setting that names the time rules for which this was done."""
_PAGE = 200


class Arming:
    """Done once for each set of time rules, by whoever holds the sweep's lease."""

    def __init__(self, store: Store, clock: Clock, shelf: Shelf) -> None:
        self._store = store
        self._clock = clock
        self._shelf = shelf
        self._edition: int | None = None

    async def arm(self) -> None:
        """Let timers fire, if there are other time rules than before. Raises ``Unavailable``."""
        book = self._shelf.book
        if book.edition == self._edition:
            return
        rules = [rule for rule in book.all(RULES) if rule.enabled and isinstance(rule.when, OnTime)]
        value = [f"{rule.id}/{rule.version}" for rule in rules]
        known = await self._store.get(SETTINGS, _ARMED)
        if rules and (known is None or known.value != value):
            await self._fire_all()
        if known is None or known.value != value:
            version = known.version + 1 if known is not None else 1
            setting = HubSetting(id=_ARMED, value=value, version=version)
            expect = {"version": known.version} if known is not None else ABSENT
            try:
                await self._store.commit([Put(SETTINGS, setting, expect=expect)])
            except Conflict:
                return  # another router does it
        self._edition = book.edition

    async def _fire_all(self) -> None:
        count = 0
        for status in (Status.OPEN, Status.PENDING, Status.SNOOZED):
            cursor = None
            while True:
                page = await self._store.find(
                    CONVERSATIONS,
                    equal={"status": status.value},
                    order="last_activity_at",
                    cursor=cursor,
                    limit=_PAGE,
                )
                now = self._clock.now()
                timers = [
                    Timer(id=timer_id(one.id), kind=TIMER, conversation_id=one.id, due_at=now)
                    for one in page.items
                ]
                if timers:
                    await self._store.commit([Put(TIMERS, timer) for timer in timers])
                count += len(timers)
                cursor = page.next
                if cursor is None:
                    break
        log.info("rules.armed", conversations=count)
