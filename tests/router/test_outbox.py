"""What commits have to tell goes out in order, beside the work, and nothing is called out before it
is."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest

from router.health import Troubles
from router.outbox import Outbox
from shared.clock import SystemClock
from shared.envelope import Envelope
from shared.errors import Unavailable
from shared.ports.bus import Exchange, Publication
from tests.router.world import until


class Bus:
    """Publishes when it is let."""

    def __init__(self) -> None:
        self.calls: list[list[str]] = []
        self.let = asyncio.Semaphore(1000)
        self.failures: list[Exception] = []

    async def called(self, times: int) -> bool:
        return len(self.calls) == times

    async def publish(self, publications: Sequence[Publication]) -> None:
        self.calls.append([one.envelope.id for one in publications])
        await self.let.acquire()
        if self.failures:
            raise self.failures.pop()


def event(id: str) -> Publication:
    at = datetime(2026, 1, 5, tzinfo=UTC)
    envelope = Envelope(id=id, kind="event.x", at=at, source="test", trace_id="t")
    return Publication(Exchange.EVENTS, "x", envelope)


def outbox_on(bus: Any) -> Outbox:
    return Outbox(bus, SystemClock(), Troubles())


async def test_what_is_added_meanwhile_goes_out_together_and_in_order() -> None:
    bus, out = Bus(), list[Any]()
    outbox = outbox_on(bus)
    bus.let = asyncio.Semaphore(0)
    for number in range(4):
        outbox.add([event(str(number))], then=partial(out.append, number))
        await asyncio.sleep(0)
    assert out == []
    bus.let.release()
    bus.let.release()
    await outbox.settled()

    assert bus.calls == [["0"], ["1", "2", "3"]]
    assert out == [0, 1, 2, 3]


async def test_waiting_ends_with_what_was_added_before_it() -> None:
    bus = Bus()
    bus.let = asyncio.Semaphore(0)
    outbox = outbox_on(bus)
    for id in ("0", "1", "2"):
        outbox.add([event(id)], then=lambda: None)
        await asyncio.sleep(0)
    waiting = asyncio.create_task(outbox.settled())
    bus.let.release()
    await until(lambda: bus.called(2))
    outbox.add([event("later")], then=lambda: None)
    bus.let.release()
    await waiting
    await until(lambda: bus.called(3))

    assert bus.calls == [["0"], ["1", "2"], ["later"]]
    bus.let.release()
    await outbox.settled()


async def test_nothing_to_tell_is_settled_at_once() -> None:
    bus, out = Bus(), list[Any]()
    outbox = outbox_on(bus)
    await outbox.settled()
    outbox.add([], then=lambda: out.append(True))
    await outbox.settled()

    assert out == [True]
    assert bus.calls == []


async def test_a_bus_that_is_away_is_waited_for() -> None:
    bus, out = Bus(), list[Any]()
    bus.failures = [Unavailable("away")]
    outbox = outbox_on(bus)
    outbox.add([event("0")], then=lambda: out.append(True))
    await outbox.settled()

    assert bus.calls == [["0"], ["0"]]
    assert out == [True]


async def test_what_nobody_expected_is_told_to_everybody_who_waits() -> None:
    bus, out = Bus(), list[Any]()
    bus.failures = [LookupError("a bug")]
    outbox = outbox_on(bus)
    outbox.add([event("0")], then=lambda: out.append(True))
    with pytest.raises(LookupError):
        await outbox.settled()
    outbox.add([event("1")], then=lambda: out.append(True))
    with pytest.raises(LookupError):
        await outbox.settled()

    assert bus.calls == [["0"]]
    assert out == []


async def test_who_gives_up_publishes_no_more() -> None:
    bus, out = Bus(), list[Any]()
    bus.let = asyncio.Semaphore(0)
    outbox = outbox_on(bus)
    outbox.add([event("0")], then=lambda: out.append(True))
    await asyncio.sleep(0)
    outbox.give_up()
    bus.let.release()
    with pytest.raises(asyncio.CancelledError):
        await outbox.settled()

    assert out == []
