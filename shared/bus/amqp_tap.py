"""What RabbitMQ sends, read as it comes in.

The library reads each frame by three waits, decodes it into objects, and carries it through two
queues and a task of its own: some 150 microseconds for each message. Here deliveries, confirmations
and the answers to acknowledgements are read in place from what came, for channels that ask for it;
everything else goes on to the library, in order: connecting, heartbeats, declaring, closing.

Frames and methods are those of AMQP 0-9-1 with RabbitMQ's extensions.
"""

import asyncio
import struct
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, Final, Generic, NamedTuple, Protocol, TypeVar

import aio_pika
from aiormq import SSLContextProvider, TransportFactory
from aiormq.exceptions import AMQPConnectionError
from pamqp.header import ContentHeader
from yarl import URL

_FRAME: Final = struct.Struct(">BHI")
"""Type, channel, size; then so many bytes, and one that ends the frame."""
_END_SIZE: Final = 1
_METHOD: Final = 1
_HEADER: Final = 2
_BODY: Final = 3
_HEARTBEAT_KIND: Final = 8
_KINDS: Final = frozenset({_METHOD, _HEADER, _BODY, _HEARTBEAT_KIND})
_NAME: Final = struct.Struct(">HH")
_BASIC: Final = 60
_QOS_OK, _RETURN, _DELIVER, _ACK, _NACK = 11, 50, 60, 80, 120
_TAG: Final = struct.Struct(">QB")
_CONTENT: Final = struct.Struct(">HHQH")
"""Class, weight, size of the body, which properties there are."""
_HEARTBEAT: Final = b"\x08\x00\x00\x00\x00\x00\x00\xce"
_SIGN_EVERY_S: Final = 1.0
"""The library takes a connection for dead on which it sees nothing for long: so often it sees a
sign where all that comes is read here."""
_SHORT: Final = (  # the properties in their order, from the highest bit on; None: no short text
    "content_type",
    "content_encoding",
    None,
    None,
    None,
    "correlation_id",
    "reply_to",
    "expiration",
    "message_id",
    None,
    "message_type",
    "user_id",
    "app_id",
    "cluster_id",
)
_OTHERS: Final = (1 << 13) | (1 << 6) | 0b11
"""Headers, a time, and what comes after the known ones: left to the library."""


W = TypeVar("W")


class Received(NamedTuple):
    """A message as it was delivered."""

    tag: int
    """The broker's number of it in its channel."""
    redelivered: bool
    exchange: str
    routing_key: str
    properties: Mapping[str, Any]
    """Those that it has, by the library's names."""
    body: bytes


class Reader(Protocol):
    """Who reads a channel's messages."""

    def received(self, message: Received) -> None:
        """One was delivered."""

    def bounded(self) -> None:
        """The broker has seen the prefetch bound, and all that was sent before it."""


class Writer(Protocol):
    """Who publishes on a channel in confirm mode."""

    def returned(self, message_id: str, reason: str) -> None:
        """One reached no queue; its confirmation follows."""

    def confirmed(self, tag: int, *, multiple: bool, taken: bool) -> None:
        """The broker has taken (or refused) the message of this number, and with ``multiple`` all
        before it."""


class _Content:
    """A message of which some has come."""

    __slots__ = ("args", "left", "pieces", "properties")

    def __init__(self, args: bytes) -> None:
        self.args = args
        """Of the method that announced it."""
        self.left = -1
        """Bytes of the body that are to come; below 0: the header is."""
        self.properties: Mapping[str, Any] = {}
        self.pieces: list[bytes] = []


class _Tapped(ABC, Generic[W]):
    """One channel: what is read here of it."""

    def __init__(self, whose: W) -> None:
        self.whose = whose
        self._content: _Content | None = None

    def takes(self, kind: int, data: bytes, at: int, end: int) -> bool:
        """Read a frame's payload, from ``at`` to ``end``; False where it is the library's."""
        if kind == _METHOD:
            group, method = _NAME.unpack_from(data, at)
            return group == _BASIC and self._method(method, data, at + _NAME.size, end)
        content = self._content
        if content is None:
            return False
        if kind == _HEADER:
            content.left, content.properties = _header(data, at, end)
        else:
            content.pieces.append(data[at:end])
            content.left -= end - at
        if content.left == 0:
            self._content = None
            self._come(content)
        return True

    @abstractmethod
    def _method(self, method: int, data: bytes, at: int, end: int) -> bool:
        """Read the arguments of a method; False where it is the library's."""

    @abstractmethod
    def _come(self, content: _Content) -> None:
        """A message has come whole."""


class _Read(_Tapped[Reader]):
    """A channel that consumes."""

    def _method(self, method: int, data: bytes, at: int, end: int) -> bool:
        if method == _DELIVER:
            self._content = _Content(data[at:end])
        elif method == _QOS_OK:
            self.whose.bounded()
        else:
            return False
        return True

    def _come(self, content: _Content) -> None:
        args, pieces = content.args, content.pieces
        at = 1 + args[0]  # behind the consumer's name
        tag, again = _TAG.unpack_from(args, at)
        exchange, at = _short(args, at + _TAG.size)
        routing_key, _ = _short(args, at)
        body = pieces[0] if len(pieces) == 1 else b"".join(pieces)
        self.whose.received(
            Received(tag, bool(again & 1), exchange, routing_key, content.properties, body)
        )


class _Written(_Tapped[Writer]):
    """A channel that publishes."""

    def _method(self, method: int, data: bytes, at: int, end: int) -> bool:
        if method in (_ACK, _NACK):
            tag, bits = _TAG.unpack_from(data, at)
            self.whose.confirmed(tag, multiple=bool(bits & 1), taken=method == _ACK)
        elif method == _RETURN:
            self._content = _Content(data[at:end])
        else:
            return False
        return True

    def _come(self, content: _Content) -> None:
        reason, _ = _short(content.args, 2)  # behind the number of the reason
        self.whose.returned(content.properties.get("message_id", ""), reason)


class Tap(asyncio.StreamReaderProtocol):
    """Between a connection's transport and the library's reader."""

    def __init__(self, reader: asyncio.StreamReader, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(reader, loop=loop)
        self._time = loop.time
        self._channels: dict[int, _Read | _Written] = {}
        self._rest = b""
        """The beginning of a frame."""
        self._raw = False
        """What comes is no frames: all of it is the library's to complain of."""
        self._sign_at = 0.0

    def read_by(self, channel: int, reader: Reader) -> None:
        """From now on the channel's messages are the reader's; before it consumes."""
        self._channels[channel] = _Read(reader)

    def written_by(self, channel: int, writer: Writer) -> None:
        """From now on the channel's confirmations are the writer's; before it publishes."""
        self._channels[channel] = _Written(writer)

    def leave(self, channel: int, whose: Reader | Writer) -> None:
        """The channel is closed: its number may be another's from now on, or is already."""
        tapped = self._channels.get(channel)
        if tapped is not None and tapped.whose is whose:
            del self._channels[channel]

    def data_received(self, data: bytes) -> None:
        """Some bytes came, which need not end with a frame."""
        if self._raw:
            super().data_received(data)
            return
        if self._rest:
            data = self._rest + data
        at = begin = 0
        taken = False
        end_of_data = len(data)
        passed: list[bytes] = []
        channels = self._channels
        while end_of_data - at >= _FRAME.size:
            kind, number, size = _FRAME.unpack_from(data, at)
            if kind not in _KINDS:
                self._raw = True
                at = end_of_data
                break
            payload = at + _FRAME.size
            end = payload + size
            if end + _END_SIZE > end_of_data:
                break
            tapped = channels.get(number)
            if tapped is not None and tapped.takes(kind, data, payload, end):
                if begin < at:
                    passed.append(data[begin:at])
                begin = end + _END_SIZE
                taken = True
            at = end + _END_SIZE
        self._rest = data[at:]
        if begin < at:
            passed.append(data[begin:at])
        if passed:
            self._pass_on(passed[0] if len(passed) == 1 else b"".join(passed))
        elif taken and self._time() >= self._sign_at:
            self._pass_on(_HEARTBEAT)

    def _pass_on(self, data: bytes) -> None:
        super().data_received(data)
        self._sign_at = self._time() + _SIGN_EVERY_S

    def eof_received(self) -> bool | None:
        """The broker sends no more."""
        self._pass_rest()
        return super().eof_received()

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is gone."""
        self._pass_rest()
        super().connection_lost(exc)

    def _pass_rest(self) -> None:
        rest, self._rest = self._rest, b""
        if rest:
            super().data_received(rest)


class Tapping(TransportFactory):
    """Opens the library's transports with a tap in them."""

    def __init__(self) -> None:
        self.tap: Tap | None = None

    async def create(
        self, url: URL, **kwargs: Any
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Connect; see the library. Raises ``AMQPConnectionError``."""
        provider: SSLContextProvider = kwargs.pop("ssl_context_provider")
        secure = await provider.get_context() if url.scheme == "amqps" else None
        loop = asyncio.get_running_loop()
        reader = asyncio.StreamReader(loop=loop)
        tap = Tap(reader, loop)
        try:
            transport, _ = await loop.create_connection(
                lambda: tap, url.host or "localhost", url.port or 5672, ssl=secure, **kwargs
            )
        except OSError as error:
            raise AMQPConnectionError(*error.args) from error
        self.tap = tap
        return reader, asyncio.StreamWriter(transport, tap, reader, loop)


class TappedConnection(aio_pika.Connection):
    """A connection of the library, with a tap in it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._tapping = Tapping()
        self.kwargs["transport_factory"] = self._tapping

    @property
    def tap(self) -> Tap:
        """The tap; once it is connected."""
        if self._tapping.tap is None:
            raise ConnectionResetError("it was never connected")
        return self._tapping.tap


def _header(data: bytes, at: int, end: int) -> tuple[int, Mapping[str, Any]]:
    """The size of the body, and the properties."""
    _, _, size, flags = _CONTENT.unpack_from(data, at)
    if flags & _OTHERS:
        header = ContentHeader()
        header.unmarshal(data[at:end])
        return size, {name: value for name, value in header.properties if value is not None}
    at += _CONTENT.size
    found: dict[str, str] = {}
    for number, name in enumerate(_SHORT):
        if not flags & 1 << 15 - number:
            continue
        if name is None:
            at += 1  # a number of one byte: how it is stored, how urgent it is
        else:
            found[name], at = _short(data, at)
    return size, found


def _short(data: bytes, at: int) -> tuple[str, int]:
    """A text of at most 255 bytes, and where it ends."""
    end = at + 1 + data[at]
    return data[at + 1 : end].decode(errors="replace"), end
