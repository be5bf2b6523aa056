"""One reader of one queue on RabbitMQ."""

import asyncio
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Final

import structlog
from aio_pika.abc import AbstractChannel
from aio_pika.exceptions import AMQPError, ChannelInvalidStateError
from aiormq.abc import DeliveredMessage

from shared.bus import wire
from shared.envelope import Envelope
from shared.errors import BadPayload, Unavailable
from shared.ports.bus import NOBODY, Delivery, Exchange
from shared.topology import BOT_USER

log = structlog.get_logger(__name__)

_ACK_LIMIT_S: Final = 5.0
LOST: Final = (AMQPError, ChannelInvalidStateError, ConnectionError, OSError, RuntimeError)
"""What aio-pika raises when a connection or channel is gone."""


@contextmanager
def lost_for_others() -> Iterator[None]:
    """Raises ``ConnectionResetError`` where the library cancels whoever waits.

    It does so when another task closes the connection. Nobody has cancelled these tasks: left as
    it is, a ``CancelledError`` would end them without a word.
    """
    try:
        yield
    except asyncio.CancelledError:
        task = asyncio.current_task()
        if task is not None and task.cancelling():
            raise
        raise ConnectionResetError("it was closed while others waited for it") from None


class AmqpSubscription:
    """What the broker pushes within the prefetch bound waits here for ``take``."""

    def __init__(
        self,
        channel: AbstractChannel,
        queue_name: str,
        *,
        prefetch: int,
        durable: bool,
        own_user: str,
    ) -> None:
        """``own_user``: as whom the hub's services publish."""
        self.queue_name = queue_name
        self._channel = channel
        self._prefetch = prefetch
        self._durable = durable
        self._own_user = own_user
        self._waiting: deque[DeliveredMessage] = deque()
        self._out: dict[int, datetime] = {}
        """What was taken and not acknowledged, by tag, in order."""
        self._wake = asyncio.Event()
        self._closed = False
        channel.close_callbacks.add(self._channel_closed)

    async def begin(self) -> None:
        """Let the broker deliver.

        By the library's lower layer: the upper one makes a task and an object more per message.
        """
        underlying = await self._channel.get_underlay_channel()
        underlying.on_consumer_cancel_callbacks.add(self._channel_closed)
        await underlying.basic_consume(self.queue_name, self._receive)

    async def _receive(self, message: DeliveredMessage) -> None:
        self._waiting.append(message)
        self._wake.set()

    async def take(self, limit: int) -> Sequence[Delivery]:
        """Wait for items; see the port."""
        while True:
            self._wake.clear()
            if self._closed:
                raise Unavailable("the broker's connection is lost: items come again")
            taken = [self._hand_out(self._waiting.popleft()) for _ in range(self._room(limit))]
            if taken:
                return taken
            await self._wake.wait()

    def _room(self, limit: int) -> int:
        return min(limit, len(self._waiting))

    def _hand_out(self, message: DeliveredMessage) -> Delivery:
        author = self._author(message)
        envelope = _envelope(message, own=author is None)
        tag = message.delivery_tag or 0
        self._out[tag] = envelope.at
        return Delivery(tag, envelope, bool(message.redelivered), user_id=author)

    def _author(self, message: DeliveredMessage) -> str | None:
        user = _user(message)
        if user == self._own_user:
            return None
        if user is not None and user.startswith(BOT_USER):
            return user.removeprefix(BOT_USER)
        # Bots may write to one exchange only: what comes by the others is the hub's own.
        if user is None and message.exchange != Exchange.COMMANDS.value:
            return None
        return NOBODY

    async def ack(self, deliveries: Sequence[Delivery]) -> None:
        """Acknowledge; returns when the broker has it. The broker's own crash may repeat it."""
        if self._closed:
            raise Unavailable("the broker's connection is lost: items come again")
        tags = {delivery.tag for delivery in deliveries}
        try:
            with lost_for_others():
                await self._ack(tags)
        except (*LOST, TimeoutError) as error:
            raise Unavailable(f"the broker is away: {type(error).__name__}") from None
        for tag in tags:
            self._out.pop(tag, None)

    async def _ack(self, tags: set[int]) -> None:
        underlying = await self._channel.get_underlay_channel()
        first = list(self._out)[: len(tags)]
        if tags and tags == set(first):
            await underlying.basic_ack(max(tags), multiple=True)
        else:
            for tag in sorted(tags):
                await underlying.basic_ack(tag)
        if tags and self._durable:
            # Acknowledgements are not confirmed. The same bound once more changes nothing and is
            # answered after them.
            async with asyncio.timeout(_ACK_LIMIT_S):
                await underlying.basic_qos(prefetch_count=self._prefetch)

    def in_hand(self) -> int:
        """Items that the broker has handed to this reader and not seen acknowledged."""
        return len(self._out) + len(self._waiting)

    def oldest_at(self) -> datetime | None:
        """When the oldest item in hand was made."""
        if self._out:
            return next(iter(self._out.values()))
        return _envelope(self._waiting[0], own=False).at if self._waiting else None

    def close(self) -> None:
        """End it: whoever waits in ``take`` gets ``Unavailable``."""
        self._closed = True
        self._waiting.clear()
        self._wake.set()

    def _channel_closed(self, *_: object) -> None:
        self.close()


def _envelope(message: DeliveredMessage, *, own: bool) -> Envelope:
    try:
        if own:
            return wire.decode(message.body.decode())
        return wire.decode_foreign(message.body)
    except (BadPayload, UnicodeDecodeError):
        # Nobody may stop a partition with rubbish: it becomes an item of a kind that is refused.
        log.warning("broker.not_an_envelope", queue=message.routing_key, by=_user(message))
        return _rubbish(message)


def _user(message: DeliveredMessage) -> str | None:
    user: str | None = message.header.properties.user_id
    return user


def _rubbish(message: DeliveredMessage) -> Envelope:
    properties = message.header.properties
    raw = message.body[:10_000].decode(errors="replace")
    return Envelope.model_validate(
        {
            "id": properties.message_id or f"rubbish-{message.delivery_tag}",
            "kind": "rubbish",
            "at": properties.timestamp or "1970-01-01T00:00:00Z",
            "source": properties.user_id or "unknown",
            "trace_id": "rubbish",
            "payload": {"body": raw},
        }
    )
