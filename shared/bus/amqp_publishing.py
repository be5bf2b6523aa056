"""Publishing on one channel of RabbitMQ: many messages in one write, all confirmed.

The library builds three frames per message anew and hands each message to the socket by itself,
which costs a send and a wake-up of the broker every time. Here the frames come from templates that
the library has made once, and all messages of one turn of the loop leave in one piece; what the
broker says of them is read by the tap. Channel and connection stay the library's.
"""

import asyncio
import struct
from collections import deque
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final, NamedTuple

from aio_pika.exceptions import DeliveryError
from aiormq.abc import ChannelFrame
from pamqp.base import Frame
from pamqp.commands import Basic
from pamqp.frame import marshal
from pamqp.header import ContentHeader

from shared.bus.amqp_link import limited
from shared.bus.amqp_tap import Tap, TappedConnection

_ID: Final = "0" * 16
"""Stands for a message's id in a template."""
_SIZE_AT: Final = slice(11, 19)
"""Where the size of the body stands in a header's frame: after its head, class and weight."""
_BODY_HEAD: Final = struct.Struct(">BHI")
_BODY: Final = 3
_FRAME_END: Final = b"\xce"
_AGAIN_S: Final = 0.01
"""How soon to look again whether a connection that takes nothing takes something."""


class Outgoing(NamedTuple):
    """One message on its way."""

    exchange: str
    routing_key: str
    body: bytes
    kind: str
    user: str
    """Who publishes, which the broker checks."""
    persistent: bool
    mandatory: bool
    """It must reach a queue: the broker returns it otherwise."""


class Publisher:
    """Publishes on one channel, which must be in confirm mode and nobody else's.

    What is published in one turn of the loop, by whomever, leaves in one piece.
    """

    def __init__(self, channel: Any, tap: Tap, *, limit_s: float) -> None:
        """``channel`` is the library's own, below aio-pika's, and ``tap`` its connection's; what is
        not confirmed within the limit has failed."""
        self._channel = channel
        self._tap = tap
        self._limit_s = limit_s
        self._loop = asyncio.get_running_loop()
        self._waiting: list[_Call] = []
        self._open: deque[_Call] = deque()
        """All from the oldest that is not done, and one timer for all of them: one for each would
        cost a fifth of its call."""
        self._timer: asyncio.TimerHandle | None = None
        self._tag = 0
        """The broker's number of the last message."""
        self._unconfirmed: dict[int, _Call] = {}
        self._confirmed_to = 0
        """All up to this number are answered."""
        tap.written_by(channel.number, self)
        channel.closing.add_done_callback(self._lost)

    @property
    def closed(self) -> bool:
        """The channel is gone: make another."""
        return bool(self._channel.is_closed)

    def publish(self, messages: Sequence[Outgoing]) -> "asyncio.Future[None]":
        """Done once all are confirmed.

        Raises ``TimeoutError``, and as the library does: ``DeliveryError`` for what was returned or
        refused, and what it raises when channel or connection are lost.
        """
        loop, waiting, opened = self._loop, self._waiting, self._open
        call = _Call(messages, loop.create_future(), loop.time() + self._limit_s)
        if self._channel.is_closed:
            call.fail(ConnectionResetError("the channel is closed"))
            return call.done_when
        if not waiting:
            loop.call_soon(self._send)
        waiting.append(call)
        while opened and opened[0].done_when.done():
            opened.popleft()
        opened.append(call)
        if self._timer is None:
            self._timer = loop.call_at(call.until, self._look)
        return call.done_when

    def _look(self) -> None:
        """Fail what has waited too long, and look again when the next will have."""
        now, opened = self._loop.time(), self._open
        while opened and (opened[0].done() or opened[0].until <= now):
            opened.popleft().fail(TimeoutError())
        self._timer = self._loop.call_at(opened[0].until, self._look) if opened else None

    def _send(self) -> None:
        """Hand everything that waits to the connection, which numbers it as the broker will."""
        channel = self._channel
        if self.closed:
            return
        if channel.write_queue.full():
            self._loop.call_later(_AGAIN_S, self._send)
            return
        calls, self._waiting = self._waiting, []
        pieces: list[bytes] = []
        tag, number, most = self._tag, channel.number, channel.max_content_size
        for call in calls:
            if call.done():
                continue  # nobody waits for it any more, and the broker has seen nothing
            for one in call.messages:
                tag += 1
                self._unconfirmed[tag] = call
                _frames(one, tag, number, most, pieces)
            call.messages = ()  # on their way: the broker's confirmation is all that is missing
        self._tag = tag
        if pieces:
            channel.write_queue.put_nowait(ChannelFrame(b"".join(pieces), should_close=False))

    def confirmed(self, tag: int, *, multiple: bool, taken: bool) -> None:
        """One is confirmed or refused, or all up to it; see ``Tap``."""
        for number in range(self._confirmed_to + 1, tag + 1) if multiple else (tag,):
            call = self._unconfirmed.pop(number, None)
            if call is None:
                continue  # confirmed before, or returned
            if taken:
                call.confirmed()
            else:
                call.refused(DeliveryError(None, Basic.Nack(number)))
        if multiple:
            self._confirmed_to = max(self._confirmed_to, tag)

    def returned(self, message_id: str, reason: str) -> None:
        """One reached no queue; its id is its number. See ``Tap``."""
        call = self._unconfirmed.pop(int(message_id, 16), None)
        if call is not None:
            call.refused(DeliveryError(None, Basic.Return(reply_text=reason)))

    def _lost(self, closing: "asyncio.Future[Any]") -> None:
        """The channel is gone, and with it every confirmation that was to come."""
        why = None if closing.cancelled() else closing.exception()
        if not isinstance(why, Exception):
            why = ConnectionResetError("the channel was closed")
        self._tap.leave(self._channel.number, self)
        for call in (*self._waiting, *self._unconfirmed.values()):
            call.fail(why)
        self._waiting.clear()
        self._unconfirmed.clear()
        self._open.clear()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


class _Call:
    """Some messages that are published together."""

    __slots__ = ("_failure", "_left", "done_when", "messages", "until")

    def __init__(
        self, messages: Sequence[Outgoing], done_when: "asyncio.Future[None]", until: float
    ) -> None:
        self.messages = messages
        self.done_when = done_when
        self.until = until
        """By the loop's clock."""
        self._left = len(messages)
        self._failure: Exception | None = None

    def done(self) -> bool:
        """Nobody waits for it any more."""
        return self.done_when.done()

    def confirmed(self) -> None:
        """One more is."""
        self._left -= 1
        if self._left == 0 and not self.done():
            if self._failure is None:
                self.done_when.set_result(None)
            else:
                self.done_when.set_exception(self._failure)

    def refused(self, failure: Exception) -> None:
        """One more was returned or refused; the others are waited for."""
        self._failure = self._failure or failure
        self.confirmed()

    def fail(self, failure: Exception) -> None:
        """No confirmation will come any more."""
        if not self.done():
            self.done_when.set_exception(self._failure or failure)


async def publisher_on(connection: TappedConnection, *, limit_s: float) -> Publisher:
    """A publisher on a channel of its own. Raises ``Unavailable``, and as the library does."""
    channel = await limited(connection.channel(publisher_confirms=True))
    return Publisher(await channel.get_underlay_channel(), connection.tap, limit_s=limit_s)


def _frames(one: Outgoing, tag: int, channel: int, most: int, pieces: list[bytes]) -> None:
    """Add the frames of a message to the ``pieces``."""
    before, after = _head(
        one.exchange, one.routing_key, one.mandatory, one.kind, one.user, one.persistent, channel
    )
    body = one.body
    pieces += (before, len(body).to_bytes(8), after % tag)
    for start in range(0, len(body), most):
        piece = body if len(body) <= most else body[start : start + most]
        pieces += (_BODY_HEAD.pack(_BODY, channel, len(piece)), piece, _FRAME_END)


@lru_cache(maxsize=1024)
def _head(
    exchange: str,
    routing_key: str,
    mandatory: bool,
    kind: str,
    user: str,
    persistent: bool,
    channel: int,
) -> tuple[bytes, bytes]:
    """What stands before the size of the body, and what comes between it and the body; the latter
    takes the message's number by ``%``."""
    method = Basic.Publish(exchange=exchange, routing_key=routing_key, mandatory=mandatory)
    properties = Basic.Properties(
        content_type="application/json",
        delivery_mode=2 if persistent else 1,
        message_id=_ID,
        message_type=kind,
        user_id=user,
    )
    header = _marshalled(ContentHeader(properties=properties), channel)
    rest = header[_SIZE_AT.stop :].replace(b"%", b"%%").replace(_ID.encode(), b"%016x", 1)
    return _marshalled(method, channel) + header[: _SIZE_AT.start], rest


def _marshalled(frame: Frame | ContentHeader, channel: int) -> bytes:
    marshalled: bytes = marshal(frame, channel)
    return marshalled
