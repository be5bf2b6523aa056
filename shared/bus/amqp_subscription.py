"""One reader of one queue on RabbitMQ."""

import asyncio
import struct
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from itertools import islice
from typing import Any, Final

import structlog
from aio_pika.abc import AbstractChannel
from aio_pika.exceptions import AMQPError, ChannelInvalidStateError
from aiormq.abc import ChannelFrame

from shared.bus import wire
from shared.bus.amqp_tap import Received, Tap
from shared.envelope import Envelope
from shared.errors import BadPayload, Unavailable
from shared.ports.bus import NOBODY, Delivery, Exchange
from shared.topology import BOT_USER

log = structlog.get_logger(__name__)

_ACK_LIMIT_S: Final = 5.0
_ACK: Final = struct.Struct(">BHIHHQBB")
"""A frame of ``basic.ack``: type, channel, size, class, method, number, whether all before it, and
its end."""
_QOS: Final = struct.Struct(">BHIHHIHBB")
"""A frame of ``basic.qos``: type, channel, size, class, method, size and count of the bound,
whether for all of the channel, and its end."""
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
        self._waiting: deque[Received] = deque()
        self._out: dict[int, datetime] = {}
        """What was taken and not acknowledged, by tag, in order."""
        self._underlying: Any = None
        self._tap: Tap | None = None
        self._bounds: deque[asyncio.Future[None]] = deque()
        """Those that the broker has not answered."""
        self._wake = asyncio.Event()
        self._closed = False
        channel.close_callbacks.add(self._channel_closed)

    async def begin(self, tap: Tap) -> None:
        """Let the broker deliver; ``tap`` is the connection's."""
        self._underlying = underlying = await self._channel.get_underlay_channel()
        self._tap = tap
        tap.read_by(underlying.number, self)
        underlying.on_consumer_cancel_callbacks.add(self._channel_closed)
        try:
            await underlying.basic_consume(self.queue_name, _unread)
        except BaseException:
            self.left()
            raise

    def received(self, message: Received) -> None:
        """The broker has delivered one; see ``Tap``."""
        if not self._closed:
            self._waiting.append(message)
            self._wake.set()

    def bounded(self) -> None:
        """The broker has seen the acknowledgements before this bound; see ``Tap``."""
        if self._bounds:
            bound = self._bounds.popleft()
            if not bound.done():
                bound.set_result(None)

    def left(self) -> None:
        """The channel is closed."""
        if self._tap is not None:
            self._tap.leave(self._underlying.number, self)

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

    def _hand_out(self, message: Received) -> Delivery:
        author = self._author(message)
        envelope = _envelope(message, own=author is None)
        self._out[message.tag] = envelope.at
        return Delivery(message.tag, envelope, message.redelivered, user_id=author)

    def _author(self, message: Received) -> str | None:
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
        if not tags:
            return
        channel = self._underlying
        first = list(islice(self._out, len(tags)))
        if tags == set(first):
            frames = [_ack_frame(channel.number, max(tags), multiple=True)]
        else:
            frames = [_ack_frame(channel.number, tag, multiple=False) for tag in sorted(tags)]
        bound: asyncio.Future[None] | None = None
        if self._durable:
            # Acknowledgements are not confirmed. The same bound once more changes nothing and is
            # answered after them.
            frames.append(_QOS.pack(1, channel.number, 11, 60, 10, 0, self._prefetch, 0, 0xCE))
            bound = asyncio.get_running_loop().create_future()
            self._bounds.append(bound)
        async with asyncio.timeout(_ACK_LIMIT_S):
            await channel.write_queue.put(ChannelFrame(b"".join(frames), should_close=False))
            if bound is not None:
                await bound

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
        for bound in self._bounds:
            if not bound.done():
                bound.set_exception(ConnectionResetError("the channel is closed"))
        self._bounds.clear()
        self._wake.set()

    def _channel_closed(self, *_: object) -> None:
        self.close()


def _envelope(message: Received, *, own: bool) -> Envelope:
    try:
        if own:
            return wire.decode(message.body.decode())
        return wire.decode_foreign(message.body)
    except (BadPayload, UnicodeDecodeError):
        # Nobody may stop a partition with rubbish: it becomes an item of a kind that is refused.
        log.warning("broker.not_an_envelope", queue=message.routing_key, by=_user(message))
        return _rubbish(message)


def _user(message: Received) -> str | None:
    user: str | None = message.properties.get("user_id")
    return user


def _rubbish(message: Received) -> Envelope:
    properties = message.properties
    raw = message.body[:10_000].decode(errors="replace")
    return Envelope.model_validate(
        {
            "id": properties.get("message_id") or f"rubbish-{message.tag}",
            "kind": "rubbish",
            "at": properties.get("timestamp") or "1970-01-01T00:00:00Z",
            "source": properties.get("user_id") or "unknown",
            "trace_id": "rubbish",
            "payload": {"body": raw},
        }
    )


def _ack_frame(channel: int, tag: int, *, multiple: bool) -> bytes:
    return _ACK.pack(1, channel, 13, 60, 80, tag, multiple, 0xCE)


async def _unread(_message: object) -> None:
    """The library sees no message: the tap has read it."""
