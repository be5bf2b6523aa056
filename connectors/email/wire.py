"""A connection with a mail server that hands mail over: its command lines and its mails.

A mail ends with a dot alone between two CR LF and with nothing else: what other programs might take
for an end is part of the mail, so nobody can put a second mail behind it.
"""

import asyncio
import re
from asyncio import StreamReader, StreamWriter
from typing import Final

_PIECE_BYTES: Final = 64 * 1024
_LINE_BYTES: Final = 4096
_END: Final = b"\r\n.\r\n"
_DOTTED: Final = re.compile(rb"(?<=\r\n)\.")


class Closed(Exception):
    """The other side has gone, or says nothing that can be a line."""


class Room:
    """How many bytes of unfinished mails all connections of a channel may hold together."""

    def __init__(self, most_bytes: int) -> None:
        self._left = most_bytes

    def take(self, size: int) -> bool:
        """Take some of it, if it is there."""
        if size > self._left:
            return False
        self._left -= size
        return True

    def give_back(self, size: int) -> None:
        """It is free again."""
        self._left += size


class Arriving:
    """A mail while it arrives: undone of the dots before dots, dropped where it grows too big."""

    def __init__(self, most_bytes: int) -> None:
        self._most_bytes = most_bytes
        # The end of the DATA line: a mail that is only a dot has no other before it.
        self._data = bytearray(b"\r\n")
        self._looked = 0
        self.too_big = False

    def feed(self, piece: bytes) -> bytes | None:
        """Take a piece; at the mail's end returns what stands behind it, before that None."""
        self._data += piece
        end = self._data.find(_END, self._looked)
        size = (end if end >= 0 else len(self._data)) - 2
        self.too_big = self.too_big or size > self._most_bytes
        if end >= 0:
            behind = bytes(self._data[end + len(_END) :])
            del self._data[end + 2 :]
            return behind
        if self.too_big:
            self.drop()
        self._looked = max(0, len(self._data) - len(_END) + 1)
        return None

    def drop(self) -> None:
        """Keep only what tells where the mail ends."""
        del self._data[: -len(_END) + 1]
        self._looked = 0

    def mail(self) -> bytes:
        """The whole mail, once it has ended."""
        return _DOTTED.sub(b"", self._data)[2:]


class Wire:
    """One connection."""

    def __init__(self, reader: StreamReader, writer: StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._buffer = bytearray()

    @property
    def ahead(self) -> bool:
        """More was sent than has been read."""
        return bool(self._buffer)

    @property
    def peer(self) -> str:
        """The address of the other side."""
        name = self._writer.get_extra_info("peername")
        return str(name[0]) if name else "unknown"

    async def line(self, limit_s: float) -> bytes:
        """The next line without its end. Raises ``Closed``, ``TimeoutError``."""
        async with asyncio.timeout(limit_s):
            while (end := self._buffer.find(b"\n")) < 0:
                if len(self._buffer) > _LINE_BYTES:
                    raise Closed("a line without an end")
                self._buffer += await self._piece()
        line = bytes(self._buffer[:end]).removesuffix(b"\r")
        del self._buffer[: end + 1]
        if len(line) > _LINE_BYTES:
            raise Closed("a line too long")
        return line

    async def mail(self, arriving: Arriving, room: Room, limit_s: float) -> bool:
        """Read a mail to its end; False: there was no room for it. Raises ``Closed``,
        ``TimeoutError``."""
        held, fits = 0, True
        try:
            async with asyncio.timeout(limit_s):
                piece = bytes(self._buffer) or await self._piece()
                self._buffer.clear()
                while True:
                    if fits and not arriving.too_big:
                        fits = room.take(len(piece))
                        held += len(piece) if fits else 0
                    behind = arriving.feed(piece)
                    if behind is not None:
                        self._buffer += behind
                        return fits
                    if not fits:
                        arriving.drop()
                    if not fits or arriving.too_big:
                        room.give_back(held)
                        held = 0
                    piece = await self._piece()
        finally:
            room.give_back(held)

    async def say(self, *lines: str, limit_s: float) -> None:
        """Answer. Raises ``Closed``, ``TimeoutError``."""
        self._writer.write("".join(f"{line}\r\n" for line in lines).encode("ascii", "replace"))
        try:
            async with asyncio.timeout(limit_s):
                await self._writer.drain()
        except OSError:
            raise Closed("the line was lost") from None

    async def _piece(self) -> bytes:
        try:
            piece = await self._reader.read(_PIECE_BYTES)
        except OSError:
            raise Closed("the line was lost") from None
        if not piece:
            raise Closed("the other side hung up")
        return piece
