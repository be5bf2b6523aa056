"""Publishing on one channel of RabbitMQ: many messages in one write, all confirmed.

The library builds three frames per message anew and hands each message to the socket by itself,
which costs a send and a wake-up of the broker every time. Here the frames come from templates that
the library has made once, and the messages of a call leave in one piece. Channel, confirmations,
returned messages and connection stay the library's.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import count
from typing import Any, Final

from aio_pika.abc import AbstractConnection
from aiormq.abc import ChannelFrame
from pamqp.base import Frame
from pamqp.commands import Basic
from pamqp.frame import marshal
from pamqp.header import ContentHeader

from shared.bus.amqp_link import limited

_ID: Final = "0" * 16
"""Stands for a message's id in a template."""
_SIZE_AT: Final = slice(11, 19)
"""Where the size of the body stands in a header's frame: after its head, class and weight."""
_BODY_HEAD: Final = struct.Struct(">BHI")
_BODY: Final = 3
_FRAME_END: Final = b"\xce"


@dataclass(frozen=True, slots=True)
class Outgoing:
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
    """Publishes on one channel, which must be in confirm mode and nobody else's."""

    def __init__(self, channel: Any) -> None:
        """``channel`` is the library's own, below aio-pika's."""
        self._channel = channel
        self._ids = count(1)

    @property
    def closed(self) -> bool:
        """The channel is gone: make another."""
        return bool(self._channel.is_closed)

    async def publish(self, messages: Sequence[Outgoing]) -> None:
        """Return once all are confirmed.

        Raises as the library does: ``DeliveryError`` for what was returned or refused, and what it
        raises when channel or connection are lost.
        """
        failure: Exception | None = None
        for confirmation in await self._send(messages):
            try:
                await confirmation
            except Exception as error:  # noqa: BLE001 - raised below; the others are waited for
                failure = failure or error
        if failure is not None:
            raise failure

    async def _send(self, messages: Sequence[Outgoing]) -> list[Any]:
        channel = self._channel
        named = [(one, f"{next(self._ids):016x}") for one in messages]
        most = channel.max_content_size
        payload = b"".join(_frames(one, id, channel.number, most) for one, id in named)
        async with channel.lock:
            tags = [self._expect(one, id) for one, id in named]
            try:
                await channel.write_queue.put(ChannelFrame(payload, should_close=False))
            except BaseException:
                # The broker has seen nothing: its next number is the first of these.
                channel.delivery_tag -= len(tags)
                for tag in tags:
                    channel.confirmations.pop(tag).cancel()
                raise
            return [channel.confirmations[tag] for tag in tags]

    def _expect(self, one: Outgoing, id: str) -> int:
        """The number under which the broker will confirm the message."""
        channel = self._channel
        channel.delivery_tag += 1
        tag: int = channel.delivery_tag
        confirmation = channel.create_future()
        channel.confirmations[tag] = confirmation
        if one.mandatory:
            # By this the library finds whose message came back.
            known = channel.message_id_delivery_tag
            known[id] = tag
            confirmation.add_done_callback(lambda _: known.pop(id, None))
        return tag


async def publisher_on(connection: AbstractConnection) -> Publisher:
    """A publisher on a channel of its own. Raises ``Unavailable``, and as the library does."""
    channel = await limited(connection.channel(publisher_confirms=True, on_return_raises=True))
    return Publisher(await channel.get_underlay_channel())


def _frames(one: Outgoing, id: str, channel: int, most: int) -> bytes:
    header, id_at = _header(one.kind, one.user, one.persistent, channel)
    named = bytearray(header)
    named[_SIZE_AT] = len(one.body).to_bytes(8, "big")
    named[id_at : id_at + len(id)] = id.encode()
    pieces = [_method(one.exchange, one.routing_key, one.mandatory, channel), bytes(named)]
    for start in range(0, len(one.body), most):
        piece = one.body[start : start + most]
        pieces += (_BODY_HEAD.pack(_BODY, channel, len(piece)), piece, _FRAME_END)
    return b"".join(pieces)


@lru_cache(maxsize=1024)
def _method(exchange: str, routing_key: str, mandatory: bool, channel: int) -> bytes:
    method = Basic.Publish(exchange=exchange, routing_key=routing_key, mandatory=mandatory)
    return _marshalled(method, channel)


@lru_cache(maxsize=256)
def _header(kind: str, user: str, persistent: bool, channel: int) -> tuple[bytes, int]:
    """The frame of a header, and where the message's id stands in it."""
    properties = Basic.Properties(
        content_type="application/json",
        delivery_mode=2 if persistent else 1,
        message_id=_ID,
        message_type=kind,
        user_id=user,
    )
    frame = _marshalled(ContentHeader(properties=properties), channel)
    return frame, frame.index(_ID.encode())


def _marshalled(frame: Frame | ContentHeader, channel: int) -> bytes:
    marshalled: bytes = marshal(frame, channel)
    return marshalled
