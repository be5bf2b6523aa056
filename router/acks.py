"""Acknowledging what is done and told, beside the handling of what comes next."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Self

from shared.errors import Unavailable
from shared.ports.bus import Delivery, Subscription


class Acks:
    """The acknowledgements of one subscription: one at a time, and what is done meanwhile in the
    next.

    An item that is handled and not acknowledged may come again, and is known then. So nobody waits
    for an acknowledgement but who gives the subscription up. One that fails is told at once: what
    it leaves in hand may be all that the subscription gives out.
    """

    def __init__(
        self,
        subscription: Subscription,
        told: Callable[[], Awaitable[None]],
        on_failure: Callable[[], None],
    ) -> None:
        """Use ``of``."""
        self._subscription = subscription
        self._told = told
        self._on_failure = on_failure
        self._done: list[Delivery] = []
        self._task: asyncio.Task[None] | None = None

    @classmethod
    @asynccontextmanager
    async def of(
        cls,
        subscription: Subscription,
        told: Callable[[], Awaitable[None]],
        on_failure: Callable[[], None] = lambda: None,
    ) -> AsyncIterator[Self]:
        """Acknowledge until the context ends, and all that is done by then. Raises
        ``Unavailable``.

        ``told`` waits until what was done by now is published: nothing is acknowledged before.
        ``on_failure`` is called when something could not be acknowledged; ``check`` raises why.
        """
        acks = cls(subscription, told, on_failure)
        try:
            yield acks
        except Exception:
            with suppress(Unavailable):  # they come again, and are known
                await acks.settled()
            raise
        except BaseException:
            acks.give_up()
            raise
        await acks.settled()

    def add(self, deliveries: Sequence[Delivery]) -> None:
        """These are done. Raises ``Unavailable`` when an earlier one could not be acknowledged."""
        self._done.extend(deliveries)
        self.check()
        if self._task is None and self._done:
            self._task = asyncio.create_task(self._acknowledge())
            self._task.add_done_callback(self._ended)

    def check(self) -> None:
        """Raises ``Unavailable`` when something could not be acknowledged."""
        if self._task is not None and self._task.done():
            task, self._task = self._task, None
            task.result()

    async def settled(self) -> None:
        """Wait until everything is acknowledged. Raises ``Unavailable``."""
        if self._task is not None:
            task, self._task = self._task, None
            await task

    def give_up(self) -> None:
        """Acknowledge no more: what is left comes again, and is known."""
        if self._task is not None:
            self._task.cancel()

    def _ended(self, task: asyncio.Task[None]) -> None:
        if task.cancelled() or task.exception() is not None:
            self._on_failure()

    async def _acknowledge(self) -> None:
        while self._done:
            done, self._done = self._done, []
            await self._told()
            await self._subscription.ack(done)
