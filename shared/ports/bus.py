"""The bus: what is published stays until somebody has dealt with it, in order per queue."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, Protocol

from shared.envelope import Envelope

NOBODY: Final = ""
"""The publisher of a command that the broker does not vouch for."""


class Exchange(StrEnum):
    """Where something is published. The queues bound to each are declared in shared/topology.py."""

    CONVERSATIONS = "hub.conversations"
    """Inbound events and receipts from connectors; routing key ``pNN``."""
    COMMANDS = "hub.commands"
    """What agents and bots ask for; routing key ``pNN``. Bound to the same partition queues."""
    OUTBOUND = "hub.outbound"
    """Hints to dispatchers that parts are due; routing key ``<channel id>``."""
    EVENTS = "hub.events"
    """What happened; routing key ``<kind>.<channel type>.<channel id>``, of the outcome of a bot's
    command ``<kind>.<channel type>.<channel id>.<bot id>``."""
    ASSIGN = "hub.assign"
    DEAD = "hub.dead"


@dataclass(frozen=True, slots=True)
class Queue:
    """A queue and its bindings; declaring it twice is harmless.

    A durable queue keeps its items until they are acknowledged and survives restarts. A transient
    one belongs to its single reader, starts empty when that begins, drops the oldest items beyond
    ``capacity``, and is gone with its reader.
    """

    name: str
    durable: bool
    bindings: tuple[tuple[Exchange, str], ...]
    """(exchange, routing key pattern); ``*`` is one word, ``#`` any number, words end at dots."""
    capacity: int | None = None


@dataclass(frozen=True, slots=True)
class Publication:
    """One envelope and where it goes."""

    exchange: Exchange
    routing_key: str
    envelope: Envelope


@dataclass(frozen=True, slots=True)
class Delivery:
    """One item handed to a consumer. ``tag`` is its identity within the subscription."""

    tag: int
    envelope: Envelope
    redelivered: bool
    """It was handed out before, to this consumer or another, and not acknowledged.

    Always true of what was taken, never of what no reader's prefetch bound let through.
    """
    user_id: str | None = None
    """Who published it, as checked by the broker: None for the hub's own services, a bot's name, or
    ``NOBODY``."""


@dataclass(frozen=True, slots=True)
class Depth:
    """How much waits in a durable queue."""

    items: int
    oldest_at: datetime | None


class Subscription(Protocol):
    """One reader of one queue; used by one task."""

    async def take(self, limit: int) -> Sequence[Delivery]:
        """Wait for at least one item and return up to ``limit``, in order.

        At most ``prefetch`` items are out unacknowledged at a time; when all are, waits for an
        acknowledgement. Raises ``Unavailable`` when the connection is lost: everything taken and
        not acknowledged will be delivered again, in order, to whoever consumes next; close this
        subscription and open another.
        """

    async def ack(self, deliveries: Sequence[Delivery]) -> None:
        """Forget these items for good; returns when that is durable. Raises ``Unavailable``."""


class Bus(Protocol):
    """Publish and consume, at least once, in order per queue. No delay, no requeue."""

    async def publish(self, publications: Sequence[Publication]) -> None:
        """Return when every publication is durable in every durable queue bound to it.

        Items of one call keep their order. Raises ``Unavailable`` when that could not be
        confirmed within the bus's time limit (it may have been published: publish again with the
        same ids), or when no durable queue is bound to a durable exchange.
        """

    def consume(self, queue: Queue, *, prefetch: int) -> AbstractAsyncContextManager[Subscription]:
        """Become a reader of the queue until the context ends.

        A durable queue has one active reader at a time; others wait their turn inside ``take``.
        Leaving the context gives back what was taken and not acknowledged, in its old place.
        """

    async def dead_letter(self, delivery: Delivery, *, queue: str, reason: str) -> None:
        """Put the item with its source and reason into ``hub.dead``, durably.

        Does not acknowledge the original: do so afterwards. Raises ``Unavailable``.
        """

    async def depth(self, queue: Queue) -> Depth:
        """How much waits in a durable queue, unacknowledged items included."""
