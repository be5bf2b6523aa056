"""The loop of one held partition: take, decide, commit; in order, for ever. What a commit has to
tell is published beside the next one, and what it handled is acknowledged after that.

What fails is repeated alone; what was begun twice before goes to the dead letters, is confirmed
there, and only then acknowledged. A store or bus that is away pauses the partition with its items
held. Nothing is skipped and nothing overtakes.
"""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from functools import partial
from itertools import groupby
from typing import Final, ParamSpec, TypeVar

import structlog

from router import items
from router.acks import Acks
from router.backoff import Backoff
from router.bugs import report_bug
from router.deciding import decide
from router.gaps import mark_gap
from router.health import Troubles
from router.items import Item, NotUnderstood
from router.known import Known
from router.ledger import LeaseLost, Ledger
from router.numbers import Numbers
from router.outbox import Outbox
from router.policy import Policy
from router.preload import preload
from router.unit import Unit
from router.work import Work
from shared.clock import Clock
from shared.collections import STARTS
from shared.errors import BadPayload, Conflict, Unavailable
from shared.metrics import Metrics
from shared.ports.bus import Bus, Delivery
from shared.ports.store import Store
from shared.topology import partition_queue

log = structlog.get_logger(__name__)

P = ParamSpec("P")
R = TypeVar("R")

BATCH: Final = 50
PREFETCH: Final = 2 * BATCH
_FAILURES: Final = 2
"""An item whose handling fails this often is put aside."""
_STARTS: Final = 5
"""An item that was begun this often before is put aside: it may be what ends the process.

More than failures, for a process that is killed over and over by something else would otherwise
have its innocent items put aside, the first of each partition above all.
"""
_LOST_CONDITIONS: Final = 20
"""So often in a row a commit may find that others wrote a shared document first."""


class Consumer:
    """Handles what waits in one partition, as the holder of its lease."""

    def __init__(
        self,
        bus: Bus,
        store: Store,
        clock: Clock,
        ledger: Ledger,
        outbox: Outbox,
        policy: Policy,
        troubles: Troubles,
        metrics: Metrics,
        *,
        numbers: Numbers | None = None,
    ) -> None:
        self._bus = bus
        self._store = store
        self._clock = clock
        self._ledger = ledger
        self._outbox = outbox
        self._policy = policy
        self._troubles = troubles
        self._metrics = metrics
        self._numbers = numbers or Numbers(store, clock)
        self._known = Known(ledger.partition)
        self._queue = partition_queue(ledger.partition).name
        self.leaving = False
        """Set when the partition is to be given up: begin nothing more."""

    async def handle(self, acks: Acks, deliveries: Sequence[Delivery]) -> None:
        """Handle what was taken, acknowledging as it goes.

        Raises ``LeaseLost``; ``NotUnderstood`` at an item that only a newer router knows, those
        before it being done; ``Unavailable`` when the bus is lost.
        """
        for alone, run in _runs([items.signed(delivery) for delivery in deliveries]):
            if alone:
                for delivery in run:
                    if self.leaving:
                        return
                    await self._alone(delivery)
                    acks.add([delivery])
                    await acks.settled()
            else:
                await self._run(acks, run)

    async def _run(self, acks: Acks, run: Sequence[Delivery]) -> None:
        known: list[Item] = []
        stop: NotUnderstood | None = None
        readable = True
        for delivery in run:
            try:
                known.append(items.read(delivery))
            except NotUnderstood as error:
                stop = error
                break
            except BadPayload:
                readable = False
        done = _before(run, stop)
        if readable and known:
            await self._together(known)
        elif not readable:
            await self._one_by_one(done)
        acks.add(done)
        if stop is not None:
            raise stop

    async def _together(self, batch: Sequence[Item]) -> None:
        """Handle a run of items in one commit, or one by one if that fails."""
        try:
            await self._commit(lambda unit: self._decide_all(unit, batch))
        except LeaseLost:
            raise
        except Exception as error:  # noqa: BLE001 - it is one item's fault: find out whose
            log.warning("router.batch_failed", items=len(batch), error=type(error).__name__)
            self._known.drop()
            await self._one_by_one([item.delivery for item in batch])
        else:
            self._count(batch)

    def _count(self, items: Sequence[Item]) -> None:
        for item in items:
            self._metrics.count("hub_handled_total", kind=item.envelope.kind)

    async def _one_by_one(self, deliveries: Sequence[Delivery]) -> None:
        for delivery in deliveries:
            await self._alone(delivery)

    async def _alone(self, delivery: Delivery) -> None:
        """Handle an item by itself, and put it aside when it was begun too often."""
        reason = "the process ended while it was being handled"
        try:
            item = items.read(delivery)
        except BadPayload as error:
            await self._put_aside(delivery, str(error))
            return
        failures = 0
        while (
            failures < _FAILURES
            and await self._riding_out("store", self._ledger.start, item.envelope.id) < _STARTS
        ):
            try:
                await self._commit(lambda unit: self._decide_one(unit, item))
            except LeaseLost:
                raise
            except BadPayload as error:
                await self._put_aside(delivery, str(error))
                return
            except Exception as error:  # noqa: BLE001 - counted, and put aside in the end
                reason = report_bug(self._metrics, "router/item", error, item=delivery.envelope.id)
                failures += 1
            else:
                self._count([item])
                return
        await self._put_aside(delivery, reason)

    async def _put_aside(self, delivery: Delivery, reason: str) -> None:
        """To the dead letters, durably, and a mark where it is missing."""
        log.error("router.put_aside", item=delivery.envelope.id, queue=self._queue, reason=reason)
        self._metrics.count("hub_put_aside_total", queue=self._queue)
        await self._riding_out("bus", self._dead_letter, delivery, reason)
        try:
            await self._commit(lambda unit: self._mark_gap(unit, delivery))
        except LeaseLost:
            raise
        except Exception as error:  # noqa: BLE001 - the item is safe; its mark must not loop
            report_bug(self._metrics, "router/gap", error, item=delivery.envelope.id)

    async def _dead_letter(self, delivery: Delivery, reason: str) -> None:
        await self._bus.dead_letter(delivery, queue=self._queue, reason=reason)

    async def _decide_all(self, unit: Unit, batch: Sequence[Item]) -> None:
        await preload(unit, batch, presume=self._known.presumes)
        for item in batch:
            await decide(unit, item, self._ledger.partition, self._policy)

    async def _decide_one(self, unit: Unit, item: Item) -> None:
        await self._decide_all(unit, [item])
        unit.delete(STARTS, item.envelope.id)

    async def _mark_gap(self, unit: Unit, delivery: Delivery) -> None:
        work = Work(unit, self._ledger.partition, self._policy, delivery.envelope)
        await mark_gap(work, delivery)

    async def _commit(self, decide_on: Callable[[Unit], Awaitable[None]]) -> None:
        """Decide, commit and have it told; decided again when others wrote first."""
        for _ in range(_LOST_CONDITIONS):
            unit = await self._riding_out("store", self._decided, decide_on)
            try:
                told = await self._ledger.commit(unit)
            except Conflict as conflict:
                # Ids of some documents are addresses of people.
                log.info("router.decided_again", what=conflict.what.partition(" ")[0])
                self._known.drop()
                continue
            except BaseException:
                self._known.drop()
                raise
            self._known.keep(unit.documents(), unit.now)
            out = partial(self._ledger.published, self._ledger.seq)
            self._outbox.add([*unit.publications, *told], then=out)
            return
        raise Conflict("a shared document, again and again")

    async def _decided(self, decide_on: Callable[[Unit], Awaitable[None]]) -> Unit:
        unit = Unit(self._store, self._clock.now(), self._known, self._numbers)
        await decide_on(unit)
        return unit

    async def _riding_out(
        self, name: str, step: Callable[P, Awaitable[R]], *args: P.args, **kwargs: P.kwargs
    ) -> R:
        """Repeat a step for as long as the part that it needs is away."""
        backoff = Backoff(self._clock)
        while True:
            try:
                result = await step(*args, **kwargs)
            except Unavailable as error:
                self._troubles.begin(name, str(error))
                await backoff.wait()
            else:
                self._troubles.end(name)
                return result


def _before(run: Sequence[Delivery], stop: NotUnderstood | None) -> Sequence[Delivery]:
    """The items before the one that is not understood."""
    if stop is None:
        return run
    position = next(n for n, delivery in enumerate(run) if delivery.tag == stop.tag)
    return run[:position]


def _runs(deliveries: Sequence[Delivery]) -> Iterator[tuple[bool, list[Delivery]]]:
    """Neighbours that may share a commit; what was handed out before goes alone."""
    for alone, run in groupby(deliveries, key=lambda delivery: delivery.redelivered):
        yield alone, list(run)
