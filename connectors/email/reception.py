"""Listening for mail servers that hand mail over, by SMTP or LMTP.

The bus has a mail before its server is told so: a crash between the two brings it again, and it is
known by its content. Nothing is relayed: mail is taken for the channel's own addresses alone.
"""

import asyncio
import errno
import socket
from asyncio import StreamReader, StreamWriter
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from ssl import SSLContext
from typing import Final

import structlog

from connectors.base import RawEvent
from connectors.email.certificate import Certificate
from connectors.email.dialogue import Dialogue, House
from connectors.email.frame import Found, framed
from connectors.email.mailbox import Mailbox
from connectors.email.manifest import EmailSettings
from connectors.email.storing import Storing
from connectors.email.wire import Closed, Room, Wire
from shared.clock import Clock
from shared.errors import ChannelBroken, Unavailable

log = structlog.get_logger(__name__)

_MOST_CONNECTIONS: Final = 50
_ROOM_BYTES: Final = 128 * 1024 * 1024
_HANDSHAKE_S: Final = 20.0
_REFUSED_S: Final = 5.0

Take = Callable[[Sequence[RawEvent]], Awaitable[None]]


class Reception:
    """Listens for one channel."""

    def __init__(
        self, settings: EmailSettings, mailbox: Mailbox, storing: Storing, clock: Clock
    ) -> None:
        self._settings = settings
        self._mailbox = mailbox
        self._storing = storing
        self._clock = clock
        self._open = 0

    async def listen(self, take: Take) -> None:
        """Serve until cancelled. Raises ``Unavailable``, ``ChannelBroken`` when nobody can listen
        there."""
        house = House(
            mailbox=self._mailbox,
            protocol=self._settings.receive_by,
            name=_own_name(self._settings.domain),
            greeting=greeting(self._settings),
            max_bytes=self._settings.listen_max_bytes,
            room=Room(max(_ROOM_BYTES, 2 * self._settings.listen_max_bytes)),
            clock=self._clock,
            take=lambda raw: self._keep(raw, take),
            starttls=self._settings.listen_tls == "starttls",
        )
        certificate = None
        if self._settings.listen_tls != "none":
            certificate = Certificate(self._settings.listen_certificate, self._settings.listen_key)
        implicit = certificate if self._settings.listen_tls == "tls" else None
        with bound(self._settings) as listening:
            async with asyncio.TaskGroup() as group:
                ended = False

                def arrived(reader: StreamReader, writer: StreamWriter) -> None:
                    if ended:
                        writer.close()
                        return
                    attended = group.create_task(self._attend(house, certificate, reader, writer))
                    # One that is cancelled before it began closes nothing by itself.
                    attended.add_done_callback(lambda _: _hung_up(writer))

                server = await asyncio.start_server(
                    arrived, sock=listening, ssl=implicit.context if implicit else None
                )
                log.info("email.listening", channel_id=self._mailbox.channel_id)
                try:
                    await asyncio.Event().wait()
                finally:
                    ended = True
                    server.close()

    async def _keep(self, raw: bytes, take: Take) -> None:
        found = Found(internal_at=self._clock.now(), size_bytes=len(raw))
        await take([RawEvent(framed(await self._storing.stored(found, raw), raw))])

    async def _attend(
        self,
        house: House,
        certificate: Certificate | None,
        reader: StreamReader,
        writer: StreamWriter,
    ) -> None:
        """One connection; whatever it brings ends nothing but itself."""
        self._open += 1
        lines = [writer]
        try:
            wire = Wire(reader, writer)
            if self._open > _MOST_CONNECTIONS:
                await wire.say("421 4.3.2 too many at once, come again", limit_s=_REFUSED_S)
                return
            if certificate is not None:
                certificate.renew()

            async def secured() -> Wire:
                assert certificate is not None  # noqa: S101 - asked for with starttls alone
                wire, encrypted = await _encrypted(writer, certificate.context)
                lines.append(encrypted)
                return wire

            await Dialogue(house, wire, secured if house.starttls else None).run()
        except (Closed, TimeoutError, OSError) as error:
            log.debug("email.hung_up", channel_id=house.mailbox.channel_id, reason=str(error))
        except Exception as error:  # noqa: BLE001 - one client's line must not end the others
            # Its server has no answer and comes again.
            log.warning(
                "email.dialogue_bug",
                channel_id=house.mailbox.channel_id,
                error=type(error).__name__,
            )
        finally:
            self._open -= 1
            for line in reversed(lines):
                _hung_up(line)


def _hung_up(line: StreamWriter) -> None:
    """Close it; nothing happens to one that is closed."""
    with suppress(OSError, RuntimeError):
        line.close()


def greeting(settings: EmailSettings) -> str:
    """How the listening channel greets."""
    name = _own_name(settings.domain)
    return f"220 {name} {settings.receive_by.upper()} Omnihub"


def bound(settings: EmailSettings) -> socket.socket:
    """A socket that listens where the settings say. Raises ``Unavailable``, ``ChannelBroken``."""
    host, port = settings.listen_host, settings.listen_port
    try:
        family, kind, proto, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE | socket.AI_NUMERICHOST
        )[0]
    except OSError:
        raise ChannelBroken(f"listen_host: {host} is no address such as 127.0.0.1") from None
    listening = socket.socket(family, kind, proto)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen(_MOST_CONNECTIONS)
    except OSError as error:
        listening.close()
        if error.errno == errno.EACCES:
            raise ChannelBroken(
                f"listen_port: this system does not let the hub listen on port {port}"
            ) from None
        # Another process may still be letting go of it.
        raise Unavailable(f"nobody can listen on {host} port {port}: {error.strerror}") from None
    return listening


async def _encrypted(writer: StreamWriter, context: SSLContext) -> tuple[Wire, StreamWriter]:
    """The line under TLS, with a reader of its own: nothing that came before is left in it."""
    loop = asyncio.get_running_loop()
    reader = StreamReader(loop=loop)
    protocol = asyncio.StreamReaderProtocol(reader, loop=loop)
    try:
        transport = await loop.start_tls(
            writer.transport,
            protocol,
            context,
            server_side=True,
            ssl_handshake_timeout=_HANDSHAKE_S,
        )
    except (OSError, EOFError) as error:
        raise Closed(f"no encryption came about: {type(error).__name__}") from None
    if transport is None:
        raise Closed("the line was lost")
    protocol.connection_made(transport)
    encrypted = StreamWriter(transport, protocol, reader, loop)
    return Wire(reader, encrypted), encrypted


def _own_name(domain: str) -> str:
    """The name to greet with."""
    try:
        return domain.encode("idna").decode("ascii")
    except UnicodeError:
        return "localhost"
