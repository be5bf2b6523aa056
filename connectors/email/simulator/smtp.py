"""The SMTP side of the simulated mail system."""

import asyncio
import base64
import binascii
import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

from connectors.email.simulator.faults import CONTENT, RECIPIENT, Faults

_SIZE: Final = 20 * 1024 * 1024
_LINE: Final = 64 * 1024
_HANG_S: Final = 300.0
_PATH: Final = re.compile(r"(?i)^(?:mail from|rcpt to):\s*<([^>]*)>(.*)$")


@dataclass(slots=True)
class Envelope:
    """A mail on its way."""

    sender: str = ""
    recipients: list[str] = field(default_factory=list)
    signed_in: bool = False
    begun: bool = False


class SmtpServer:
    """Takes mails of one account."""

    def __init__(
        self,
        user: str,
        password: str,
        faults: Faults,
        deliver: Callable[[Envelope, bytes], None],
        exists: Callable[[str], bool],
    ) -> None:
        self._user = user
        self._password = password
        self._faults = faults
        self._deliver = deliver
        self._exists = exists
        self._server: asyncio.Server | None = None
        self._closing = asyncio.Event()
        self._writers: set[asyncio.StreamWriter] = set()

    async def start(self) -> int:
        """Listen; returns the port."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, limit=_LINE)
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    async def close(self) -> None:
        """Stop listening."""
        self._closing.set()
        if self._server is not None:
            self._server.close()
            for writer in list(self._writers):
                writer.close()
            await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        try:
            await self._talk(reader, writer)
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ValueError):
            pass  # the hub hung up, or talked nonsense
        finally:
            self._writers.discard(writer)
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        envelope = Envelope()
        await _say(writer, "220 mail.shop.example ESMTP simulator")
        while line := await reader.readline():
            words = line.decode("utf-8", "replace").strip()
            verb = words.split(" ")[0].upper()
            if verb in {"EHLO", "HELO"}:
                await _say(
                    writer,
                    "250-mail.shop.example",
                    f"250-SIZE {_SIZE}",
                    "250-8BITMIME",
                    "250-SMTPUTF8",
                    "250 AUTH PLAIN",
                )
            elif verb == "AUTH":
                await self._sign_in(words, envelope, reader, writer)
            elif verb == "DATA" and envelope.recipients:
                if not await self._data(envelope, reader, writer):
                    return
            elif verb == "QUIT":
                await _say(writer, "221 2.0.0 Bye")
                return
            else:
                await _say(writer, self._answer(verb, words, envelope))

    def _answer(self, verb: str, words: str, envelope: Envelope) -> str:
        path = _PATH.match(words)
        if verb in {"RSET", "NOOP"}:
            envelope.recipients.clear()
            return "250 2.0.0 OK"
        if verb == "MAIL" and path:
            if not envelope.signed_in:
                return "530 5.7.0 Authentication Required"
            envelope.sender, envelope.begun = path[1], True
            envelope.recipients.clear()
            return "250 2.1.0 OK"
        if verb == "RCPT" and path and envelope.begun:
            return self._recipient(path[1], envelope)
        if verb in {"MAIL", "RCPT", "DATA"}:
            return "503 5.5.1 Bad sequence of commands"
        return "502 5.5.2 Error: command not recognized"

    def _recipient(self, address: str, envelope: Envelope) -> str:
        fault = self._faults.answer(RECIPIENT)
        if fault is not None:
            return fault
        if not self._exists(address):
            return RECIPIENT["blocked"]
        if envelope.recipients and self._faults.take("partial"):
            return f"550 5.1.1 <{address}>: no such user"
        envelope.recipients.append(address)
        return "250 2.1.5 OK"

    async def _sign_in(
        self,
        words: str,
        envelope: Envelope,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        _, _, rest = words.partition(" ")
        method, _, initial = rest.partition(" ")
        given: tuple[str, str] | None = None
        if method.upper() == "PLAIN":
            if not initial:
                await _say(writer, "334 ")
                initial = (await reader.readline()).decode().strip()
            pieces = _decoded(initial).split("\x00")
            given = (pieces[-2], pieces[-1]) if len(pieces) >= 2 else None  # noqa: PLR2004 - name and password
        if self._faults.take("401") or given != (self._user, self._password):
            await _say(writer, "535 5.7.8 Username and Password not accepted")
            return
        envelope.signed_in = True
        await _say(writer, "235 2.7.0 Accepted")

    async def _data(
        self, envelope: Envelope, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bool:
        """Take the text; whether to go on."""
        if self._faults.take("cut_before"):
            return False
        await _say(writer, "354 End data with <CR><LF>.<CR><LF>")
        mail = await _read_text(reader)
        if self._faults.take("hang"):
            with suppress(TimeoutError):
                await asyncio.wait_for(self._closing.wait(), _HANG_S)
            return False
        refused = self._faults.answer(CONTENT)
        if refused is not None:
            await _say(writer, refused)
            return not refused.startswith("what")
        if len(mail) > _SIZE:
            await _say(writer, CONTENT["552"])
            return True
        self._deliver(envelope, mail)
        if self._faults.take("cut_after_write"):
            return False
        await _say(writer, "250 2.0.0 OK: queued")
        envelope.begun = False
        return True


async def _read_text(reader: asyncio.StreamReader) -> bytes:
    data = bytearray()
    while True:
        line = await reader.readline()
        if not line:
            raise asyncio.IncompleteReadError(bytes(data), None)
        if line in {b".\r\n", b".\n"}:
            return bytes(data)
        data += line[1:] if line.startswith(b".") else line


async def _say(writer: asyncio.StreamWriter, *lines: str) -> None:
    writer.write("".join(f"{line}\r\n" for line in lines).encode())
    await writer.drain()


def _decoded(text: str) -> str:
    try:
        return base64.b64decode(text, validate=True).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return ""
