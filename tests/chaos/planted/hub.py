"""``hub up`` with one fault planted, ``python -m tests.chaos.planted.hub FAULT``: its ports are
wrapped, or one function is replaced. The hub itself knows nothing of it.
"""

import json
import sys
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from aiohttp import web

import connectors.dispatch
import hub.app
from connectors.outcome import Verdict
from router import refs
from router.inbound import handling
from shared import runtime
from shared.clock import Clock
from shared.ids import uuid7
from shared.model.channel import Capabilities
from shared.model.delivery import Delivery, Part
from shared.model.inbound import Inbound
from shared.runtime import Ports
from shared.settings import Settings
from tests.chaos.planted.buses import AckBeforeCommit, DroppedReceipt, LostEvent, SwappedOrder
from tests.chaos.planted.moment import SAID, speaks_of
from tests.chaos.planted.stores import (
    KilledBeforeCommit,
    KilledBeforeOutcome,
    LostRow,
    PublishedBeforeCommit,
)

Plant = Callable[[Ports], Ports]


def ack_before_commit(ports: Ports) -> Ports:
    """What was handed out and not dealt with is gone after a kill."""
    return replace(ports, bus=AckBeforeCommit(ports.bus), store=KilledBeforeCommit(ports.store))


def publish_before_commit(ports: Ports) -> Ports:
    """Screens and bots hear of what never happened."""
    return replace(ports, store=PublishedBeforeCommit(ports.store, ports.bus))


def lost_outbox_row(ports: Ports) -> Ports:
    """A message is stored, and nobody is told."""
    return replace(ports, bus=LostEvent(ports.bus), store=LostRow(ports.store))


def no_idempotency_check(ports: Ports) -> Ports:
    """What the platform delivers twice is a message twice: neither its key nor its number is
    known."""

    def seen_id(item: Inbound) -> str:
        return f"{item.channel_id}\n{uuid7().hex}"

    async def find_message(*_: Any) -> None:
        return None

    _put(handling, "seen_id", seen_id)
    _put(refs, "find_message", find_message)
    return ports


def swapped_order(ports: Ports) -> Ports:
    """Two messages change places."""
    return replace(ports, bus=SwappedOrder(ports.bus))


def dropped_receipt(ports: Ports) -> Ports:
    """A message that was sent is never said to be."""
    return replace(ports, bus=DroppedReceipt(ports.bus))


def doubling_resend(ports: Ports) -> Ports:
    """What was being sent when the hub died is sent again where nobody can know it again."""

    def again(_part: Part, _capabilities: Capabilities, now: datetime) -> Verdict:
        return Verdict(Delivery.QUEUED, due_at=now)

    _put(connectors.dispatch, "found_sending", again)
    return replace(ports, store=KilledBeforeOutcome(ports.store))


def lost_frame(ports: Ports) -> Ports:
    """A frame does not reach screens and bots, and the next one goes on from behind it."""
    send = web.WebSocketResponse.send_str

    async def send_str(socket: web.WebSocketResponse, data: str, *more: Any) -> None:
        frame = json.loads(data)
        added = frame.get("kind") == "message.added"
        if not (added and speaks_of(SAID, frame["payload"]["message"])):
            await send(socket, data, *more)

    _put(web.WebSocketResponse, "send_str", send_str)
    return ports


def killed_before_commit(ports: Ports) -> Ports:
    """No fault: the same kill as with some of the faults."""
    return replace(ports, store=KilledBeforeCommit(ports.store))


def none(ports: Ports) -> Ports:
    """No fault."""
    return ports


def _put(where: object, name: str, instead: object) -> None:
    """Replace what stands there, which is there."""
    assert hasattr(where, name)
    setattr(where, name, instead)


PLANTS: Final[Mapping[str, Plant]] = {
    plant.__name__: plant
    for plant in (
        ack_before_commit,
        publish_before_commit,
        lost_outbox_row,
        no_idempotency_check,
        swapped_order,
        dropped_receipt,
        doubling_resend,
        lost_frame,
        killed_before_commit,
        none,
    )
}


def main(arguments: Sequence[str]) -> None:
    """Run the hub with the fault that the first argument names."""
    plant = PLANTS[arguments[0]]

    @asynccontextmanager
    async def open_ports(settings: Settings, *, clock: Clock | None = None) -> AsyncIterator[Ports]:
        async with runtime.open_ports(settings, clock=clock) as ports:
            yield plant(ports)

    _put(hub.app, "open_ports", open_ports)
    sys.argv = ["hub", "up"]
    from hub.cli import app

    app()


if __name__ == "__main__":
    main(sys.argv[1:])
