"""Ports that fail on order, around the real ones."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

from shared.errors import Unavailable
from shared.ports.bus import Bus, Delivery, Publication, Subscription
from shared.ports.store import Change, Store


class Crash(BaseException):
    """The process ends here."""


class FaultyStore:
    """A store whose commits can be made to fail before or after they are applied."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.before: list[Callable[[Sequence[Change]], BaseException | None]] = []
        self.after: list[Callable[[Sequence[Change]], BaseException | None]] = []
        self.on_start: list[BaseException] = []
        """Raised after the count of a start was written."""
        self.away = False
        self.gate: asyncio.Event | None = None
        self.reached = asyncio.Event()
        self.get = self._guarded(store.get)
        self.get_many = self._guarded(store.get_many)
        self.find = self._guarded(store.find)
        self.search = store.search

    def _guarded(self, method: Any) -> Any:
        async def call(*arguments: Any, **named: Any) -> Any:
            if self.away:
                raise Unavailable("the store is away")
            return await method(*arguments, **named)

        return call

    async def commit(self, changes: Sequence[Change]) -> None:
        if self.away:
            raise Unavailable("the store is away")
        if self.gate is not None and _is_of_the_log(changes):
            self.reached.set()
            await self.gate.wait()
        _fail(self.before, changes)
        await self._store.commit(changes)
        _fail(self.after, changes)
        if self.on_start and any(_name(change) == "starts" for change in changes):
            raise self.on_start.pop(0)


class FaultyBus:
    """A bus whose publishing or acknowledging can be made to fail."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self.on_publish: list[BaseException] = []
        self.on_ack: list[BaseException] = []
        self.published: list[Publication] = []
        self.dead_letter = bus.dead_letter
        self.depth = bus.depth

    async def publish(self, publications: Sequence[Publication]) -> None:
        if self.on_publish:
            raise self.on_publish.pop(0)
        await self._bus.publish(publications)
        self.published.extend(publications)

    def consume(self, *arguments: Any, **named: Any) -> Any:
        return _Consuming(self, self._bus.consume(*arguments, **named))


class _Consuming:
    def __init__(self, faulty: FaultyBus, context: Any) -> None:
        self._faulty = faulty
        self._context = context

    async def __aenter__(self) -> "_FaultySubscription":
        return _FaultySubscription(self._faulty, await self._context.__aenter__())

    async def __aexit__(self, *error: Any) -> Any:
        return await self._context.__aexit__(*error)


class _FaultySubscription:
    def __init__(self, faulty: FaultyBus, subscription: Subscription) -> None:
        self._faulty = faulty
        self._subscription = subscription
        self.take = subscription.take

    async def ack(self, deliveries: Sequence[Delivery]) -> None:
        if self._faulty.on_ack:
            raise self._faulty.on_ack.pop(0)
        await self._subscription.ack(deliveries)


def _is_of_the_log(changes: Sequence[Change]) -> bool:
    """Whether it is a commit of handled items, not one of leases or members."""
    return any(_name(change) == "event_log" for change in changes)


def _name(change: Change) -> str:
    return change.collection.name


def _fail(
    faults: list[Callable[[Sequence[Change]], BaseException | None]], changes: Sequence[Change]
) -> None:
    if faults and _is_of_the_log(changes):
        error = faults.pop(0)(changes)
        if error is not None:
            raise error
