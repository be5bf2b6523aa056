"""One held partition at work, from the claim of its lease to its release."""

import asyncio
from collections.abc import Sequence
from typing import Final

import structlog

from router.acks import Acks
from router.backoff import Backoff
from router.bugs import report_bug
from router.consumer import BATCH, PREFETCH, Consumer
from router.health import Troubles
from router.items import NotUnderstood
from router.ledger import LeaseLost, Ledger
from router.numbers import Numbers
from router.outbox import Outbox
from router.policy import Policy
from shared.clock import Clock
from shared.errors import Unavailable
from shared.metrics import Metrics
from shared.ports.bus import Bus, Delivery, Subscription
from shared.ports.store import Store
from shared.topology import partition_key, partition_queue

log = structlog.get_logger(__name__)

_STOPPED_S: Final = 30.0
"""How long a partition that met an unknown kind stays away from it before it looks again."""


class PartitionTask:
    """Holds a partition until it is told to leave or has lost the lease."""

    def __init__(
        self,
        bus: Bus,
        store: Store,
        clock: Clock,
        ledger: Ledger,
        policy: Policy,
        troubles: Troubles,
        metrics: Metrics,
        *,
        numbers: Numbers | None = None,
    ) -> None:
        """``numbers`` is the process's own."""
        self._bus = bus
        self._store = store
        self._clock = clock
        self.ledger = ledger
        self._troubles = troubles
        self._metrics = metrics
        self._outbox = Outbox(bus, clock, troubles)
        self._consumer = Consumer(
            bus, store, clock, ledger, self._outbox, policy, troubles, metrics, numbers=numbers
        )
        self._name = f"partition/{partition_key(ledger.partition)}"
        self._idle: asyncio.Timeout | None = None
        self.lost = False

    @property
    def troubles(self) -> dict[str, str]:
        """What is wrong at the moment, by name."""
        return self._troubles.now()

    @property
    def leaving(self) -> bool:
        """It was told to give the partition up."""
        return self._consumer.leaving

    @property
    def waits(self) -> bool:
        """Everything that came is handled."""
        return self._idle is not None

    def leave(self, *, lost: bool = False) -> None:
        """Give the partition up once the commit in hand is done; ``lost``: it is another's now."""
        self._consumer.leaving = True
        self.lost = self.lost or lost
        self._wake()

    async def run(self) -> None:
        """Work until told to leave or the lease is lost; then release it."""
        log.debug("partition.held", partition=self.ledger.partition, epoch=self.ledger.lease.epoch)
        try:
            await self._publish_rest()
            await self._work()
        except LeaseLost as error:
            self.lost = True
            log.warning("partition.lost", partition=self.ledger.partition, reason=str(error))
        except Exception as error:  # noqa: BLE001 - one partition's bug must not end the others
            reason = report_bug(
                self._metrics, "router/partition", error, partition=self.ledger.partition
            )
            self._troubles.begin(self._name, reason)
        finally:
            self._outbox.give_up()
        if not self.lost:
            await self.release()

    async def release(self) -> None:
        """Let others claim it at once; where that cannot be written, the lease runs out."""
        try:
            await self.ledger.release()
        except Unavailable as error:
            log.warning("partition.not_released", reason=str(error))
        else:
            log.debug("partition.released", partition=self.ledger.partition)

    async def _publish_rest(self) -> None:
        """What the holder before has committed and perhaps not published."""
        backoff = Backoff(self._clock)
        ledger = self.ledger
        while not self.leaving:
            try:
                await self._outbox.publish_rest(self._store, ledger.partition, ledger.published_seq)
            except Unavailable as error:
                self._troubles.begin("store", str(error))
                await backoff.wait()
            else:
                self._troubles.end("store")
                ledger.published(ledger.seq)
                return

    async def _work(self) -> None:
        queue = partition_queue(self.ledger.partition)
        backoff = Backoff(self._clock)
        while not self.leaving:
            try:
                async with (
                    self._bus.consume(queue, prefetch=PREFETCH) as subscription,
                    Acks.of(subscription, self._outbox.settled, self._wake) as acks,
                ):
                    self._troubles.end(f"{self._name}/bus")
                    await self._serve(subscription, acks, backoff)
            except Unavailable as error:
                # What was taken comes again, in order, to the next subscription.
                if not self.leaving:
                    self._troubles.begin(f"{self._name}/bus", str(error))
                    await backoff.wait()
            except NotUnderstood as error:
                self._troubles.begin(self._name, str(error))
                await self._stand_still()
        self._troubles.end(self._name)
        self._troubles.end(f"{self._name}/bus")

    async def _serve(self, subscription: Subscription, acks: Acks, backoff: Backoff) -> None:
        while not self.leaving:
            deliveries = await self._take(subscription)
            if deliveries:
                await self._consumer.handle(acks, deliveries)
                self._troubles.end(self._name)
            acks.check()  # the next wait is ended by a failure from here on
            backoff.reset()

    async def _take(self, subscription: Subscription) -> Sequence[Delivery]:
        """What waits, or nothing when the wait was ended."""
        try:
            async with asyncio.timeout(None) as self._idle:
                return await subscription.take(BATCH)
        except TimeoutError:
            return ()
        finally:
            self._idle = None

    def _wake(self) -> None:
        """End a wait, if there is one; a wait that is ending cannot be ended again."""
        if self._idle is not None and not self._idle.expired():
            self._idle.reschedule(asyncio.get_running_loop().time())

    async def _stand_still(self) -> None:
        """Hold the partition with its items, and look again after a while."""
        try:
            async with asyncio.timeout(None) as self._idle:
                await self._clock.sleep(_STOPPED_S)
        except TimeoutError:
            return
        finally:
            self._idle = None
