"""Acknowledgements go beside the handling, and none is left out or hidden."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from router.acks import Acks
from shared.envelope import Envelope
from shared.errors import Unavailable
from shared.ports.bus import Delivery


class Queue:
    """A subscription that acknowledges when it is told to."""

    def __init__(self) -> None:
        self.acked: list[list[int]] = []
        self.open = asyncio.Event()
        self.lost = False

    async def take(self, limit: int) -> Sequence[Delivery]:
        raise NotImplementedError

    async def ack(self, deliveries: Sequence[Delivery]) -> None:
        await self.open.wait()
        if self.lost:
            raise Unavailable("the connection is lost")
        self.acked.append([delivery.tag for delivery in deliveries])


async def at_once() -> None:
    """Everything is told already."""


def item(tag: int) -> Delivery:
    at = datetime(2026, 1, 5, tzinfo=UTC)
    envelope = Envelope(id=str(tag), kind="inbound", at=at, source="test", trace_id="t")
    return Delivery(tag, envelope, redelivered=False)


async def test_what_is_done_meanwhile_is_acknowledged_together() -> None:
    queue = Queue()
    async with Acks.of(queue, at_once) as acks:
        acks.add([item(1)])
        await asyncio.sleep(0)
        acks.add([item(2)])
        acks.add([item(3), item(4)])
        assert queue.acked == []
        queue.open.set()

    assert queue.acked == [[1], [2, 3, 4]]


async def test_what_follows_a_finished_acknowledgement_is_acknowledged_too() -> None:
    queue = Queue()
    queue.open.set()
    async with Acks.of(queue, at_once) as acks:
        acks.add([item(1)])
        await acks.settled()
        acks.add([item(2)])

    assert queue.acked == [[1], [2]]


async def test_a_lost_acknowledgement_shows_at_the_end() -> None:
    async def work() -> None:
        async with Acks.of(a_lost_queue(), at_once) as acks:
            acks.add([item(1)])

    with pytest.raises(Unavailable):
        await work()


async def test_a_lost_acknowledgement_shows_at_the_next_one() -> None:
    async with Acks.of(a_lost_queue(), at_once) as acks:
        acks.add([item(1)])
        await asyncio.sleep(0)
        with pytest.raises(Unavailable):
            acks.add([item(2)])


async def test_a_lost_acknowledgement_is_told_while_nothing_follows_it() -> None:
    told = asyncio.Event()
    async with asyncio.timeout(5), Acks.of(a_lost_queue(), at_once, told.set) as acks:
        acks.add([item(1)])
        acks.add([item(2)])
        await told.wait()
        with pytest.raises(Unavailable):
            acks.check()


async def test_what_ends_the_work_is_not_hidden_by_a_lost_acknowledgement() -> None:
    async def work() -> None:
        async with Acks.of(a_lost_queue(), at_once) as acks:
            acks.add([item(1)])
            raise LookupError

    with pytest.raises(LookupError):
        await work()


def a_lost_queue() -> Queue:
    queue = Queue()
    queue.lost = True
    queue.open.set()
    return queue
