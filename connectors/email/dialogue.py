"""The other half of a mail server's delivery: SMTP (RFC 5321) and LMTP (RFC 2033).

A mail is answered 250 only once it is safe. LMTP wants an answer for each recipient of a mail; as
all of them are this channel's, they get the same one.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from functools import partial
from typing import Final

import structlog

from connectors.email.mailbox import Mailbox
from connectors.email.paths import Named, is_recipient, read_path
from connectors.email.wire import Arriving, Closed, Room, Wire
from shared.clock import Clock
from shared.errors import Unavailable

log = structlog.get_logger(__name__)

_ANSWER_S: Final = 60.0
_TAKE_S: Final = 90.0
_MOST_RECIPIENTS: Final = 100
_MOST_WRONG: Final = 50
"""Commands that make no sense and recipients that are not ours, in one connection."""
_MOST_HOPS: Final = 100
_HELLOS: Final = {"smtp": ("EHLO", "HELO"), "lmtp": ("LHLO",)}
_KNOWN: Final = frozenset({"SIZE", "BODY", "SMTPUTF8"})
_UNLIKE_NAMES: Final = re.compile(r"[^\w.:\[\]-]", re.ASCII)
_HOP: Final = re.compile(rb"(?im)^received:")


@dataclass(frozen=True, slots=True)
class House:
    """What all dialogues of a channel share."""

    mailbox: Mailbox
    protocol: str
    """``smtp`` or ``lmtp``."""
    name: str
    """What we call ourselves."""
    greeting: str
    max_bytes: int
    room: Room
    clock: Clock
    take: Callable[[bytes], Awaitable[None]]
    """Returns once the mail is safe; raises ``Unavailable``."""
    starttls: bool = False
    idle_s: float = 300.0
    mail_s: float = 600.0


@dataclass(slots=True)
class Transaction:
    """A mail that is being handed over."""

    sender: str | None = None
    recipients: list[str] = field(default_factory=list)


class Dialogue:
    """One connection's."""

    def __init__(
        self, house: House, wire: Wire, secure: Callable[[], Awaitable[Wire]] | None
    ) -> None:
        """``secure`` encrypts the line and returns it; None where it is, or need not be."""
        self._house = house
        self._wire = wire
        self._secure = secure
        self._encrypted = not house.starttls
        self._client: str | None = None
        self._mail = Transaction()
        self._wrong = 0
        self._ended = False

    async def run(self) -> None:
        """Until one side ends it. Raises ``Closed``."""
        await self._say(self._house.greeting)
        try:
            while not self._ended:
                line = await self._wire.line(self._house.idle_s)
                await self._do(line)
                if self._wrong > _MOST_WRONG:
                    await self._say("421 4.7.0 too much that makes no sense, goodbye")
                    return
        except TimeoutError:
            await self._say("421 4.4.2 nothing came for too long, goodbye")

    async def _do(self, line: bytes) -> None:
        # What is no text is no command either.
        verb, _, argument = line.decode("utf-8", "replace").strip().partition(" ")
        await self._handler(verb.upper())(argument.strip())

    def _handler(self, verb: str) -> Callable[[str], Awaitable[None]]:
        if verb in _HELLOS[self._house.protocol]:
            return partial(self._hello, verb)
        free = {"QUIT": self._quit, "NOOP": self._noop, "RSET": self._reset, "VRFY": self._verify}
        if self._house.starttls:
            free["STARTTLS"] = self._start_tls
        steps = {"MAIL": self._from, "RCPT": self._to, "DATA": self._data}
        if verb in free:
            return free[verb]
        if verb not in steps:
            return partial(self._refused, "500 5.5.2 no such command")
        if not self._encrypted:
            return partial(self._refused, "530 5.7.0 say STARTTLS first")
        if self._client is None:
            hello = _HELLOS[self._house.protocol][0]
            return partial(self._refused, f"503 5.5.1 say {hello} first")
        return steps[verb]

    async def _quit(self, _: str) -> None:
        self._ended = True
        await self._say(f"221 2.0.0 {self._house.name} goodbye")

    async def _noop(self, _: str) -> None:
        await self._say("250 2.0.0 yes")

    async def _reset(self, _: str) -> None:
        self._mail = Transaction()
        await self._say("250 2.0.0 forgotten")

    async def _verify(self, _: str) -> None:
        await self._say("252 2.1.5 send it and see")

    async def _refused(self, answer: str, _: str) -> None:
        await self._refuse(answer)

    async def _hello(self, verb: str, argument: str) -> None:
        if not argument:
            return await self._refuse(f"501 5.5.4 say who you are: {verb} name")
        self._client = _UNLIKE_NAMES.sub("?", argument)[:255]
        self._mail = Transaction()
        if verb == "HELO":
            return await self._say(f"250 {self._house.name}")
        able = [f"SIZE {self._house.max_bytes}", "PIPELINING", "8BITMIME", "SMTPUTF8"]
        if not self._encrypted:
            able.append("STARTTLS")
        lines = [self._house.name, *able, "ENHANCEDSTATUSCODES"]
        last = len(lines) - 1
        marks = [" " if at == last else "-" for at in range(len(lines))]
        return await self._say(*(f"250{mark}{one}" for mark, one in zip(marks, lines, strict=True)))

    async def _start_tls(self, _: str) -> None:
        if self._secure is None or self._encrypted:
            return await self._refuse("503 5.5.1 the line is encrypted")
        if self._wire.ahead:
            # What was sent in the open would be read as if it had come encrypted.
            self._ended = True
            return await self._say("501 5.5.1 nothing may follow STARTTLS at once, goodbye")
        await self._say("220 2.0.0 go on")
        self._wire = await self._secure()
        self._encrypted = True
        self._client, self._mail = None, Transaction()
        return None

    async def _from(self, argument: str) -> None:
        named = read_path(argument)
        if named is None:
            return await self._refuse("501 5.5.4 MAIL FROM:<address>")
        unknown = named.parameters.keys() - _KNOWN
        if unknown:
            return await self._refuse("555 5.5.4 a parameter is not known here")
        if _size(named) > self._house.max_bytes:
            return await self._say(self._too_big())
        self._mail = Transaction(sender=named.address)
        return await self._say("250 2.1.0 go on")

    async def _to(self, argument: str) -> None:
        if self._mail.sender is None:
            return await self._refuse("503 5.5.1 say MAIL FROM first")
        named = read_path(argument)
        if named is None or not named.address:
            return await self._refuse("501 5.5.4 RCPT TO:<address>")
        if named.parameters:
            return await self._refuse("555 5.5.4 a parameter is not known here")
        if not is_recipient(named.address, self._house.mailbox):
            return await self._refuse("550 5.1.1 no such address here")
        if len(self._mail.recipients) >= _MOST_RECIPIENTS:
            return await self._say("452 4.5.3 too many recipients, send the others again")
        self._mail.recipients.append(named.address)
        return await self._say("250 2.1.5 go on")

    async def _data(self, argument: str) -> None:
        if not self._mail.recipients or argument:
            return await self._refuse("503 5.5.1 say RCPT TO first, then DATA alone")
        await self._say("354 go on, end with a dot alone")
        arriving = Arriving(self._house.max_bytes)
        fits = await self._wire.mail(arriving, self._house.room, self._house.mail_s)
        mail, self._mail = self._mail, Transaction()
        if arriving.too_big:
            answer = self._too_big()
        elif not fits:
            answer = "452 4.3.1 too much at once, come again"
        else:
            answer = await self._taken(mail, arriving.mail())
        count = len(mail.recipients) if self._house.protocol == "lmtp" else 1
        return await self._say(*[answer] * count)

    async def _taken(self, mail: Transaction, data: bytes) -> str:
        if len(_HOP.findall(data.partition(b"\r\n\r\n")[0])) > _MOST_HOPS:
            return "554 5.4.6 this mail goes in circles"
        traced = _trace(mail, self._house, self._client or "", self._wire.peer) + data
        try:
            async with asyncio.timeout(_TAKE_S):
                await self._house.take(traced)
        except (Unavailable, TimeoutError) as error:
            why = str(error) or "it took too long"
            log.warning("email.not_taken", channel_id=self._house.mailbox.channel_id, reason=why)
            return "451 4.3.0 it cannot be kept safe now, come again"
        return "250 2.0.0 kept"

    def _too_big(self) -> str:
        return f"552 5.3.4 too big: at most {self._house.max_bytes} bytes"

    async def _refuse(self, answer: str) -> None:
        self._wrong += 1
        await self._say(answer)

    async def _say(self, *lines: str) -> None:
        try:
            await self._wire.say(*lines, limit_s=_ANSWER_S)
        except TimeoutError:
            raise Closed("nobody reads the answers") from None


def _size(named: Named) -> int:
    said = named.parameters.get("SIZE", "")
    return int(said) if said.isascii() and said.isdigit() and len(said) < 20 else 0  # noqa: PLR2004 - RFC 1870


def _trace(mail: Transaction, house: House, client: str, peer: str) -> bytes:
    """The lines that whoever delivers a mail writes above it: from whom, to whom, and whence."""
    now: datetime = house.clock.now()
    lines = [
        f"Return-Path: <{mail.sender or ''}>",
        *(f"Delivered-To: {address}" for address in dict.fromkeys(mail.recipients)),
        f"Received: from {client} ([{peer}]) by {house.name} with {house.protocol.upper()};",
        f"\t{format_datetime(now)}",
    ]
    return "".join(f"{line}\r\n" for line in lines).encode()
