"""The IMAP side of the simulated mail system: as much as a careful reader of mail needs."""

import asyncio
import re
import shlex
from contextlib import suppress
from datetime import UTC, datetime
from typing import Final

from connectors.email.simulator.answers import answer
from connectors.email.simulator.faults import Faults
from connectors.email.simulator.world import Folder, Stored, World

_ABLE: Final = "IMAP4rev1 IDLE MOVE UIDPLUS SPECIAL-USE AUTH=PLAIN"
_LITERAL: Final = re.compile(rb"\{(\d+)\+?\}\r?\n$")
_LINE: Final = 64 * 1024
_HANG_S: Final = 300.0
_MOST_BYTES: Final = 40 * 1024 * 1024


class ImapServer:
    """One account's folders. Each connection is a conversation of its own."""

    def __init__(self, user: str, password: str, faults: Faults, world: World) -> None:
        self._user = user
        self._password = password
        self._faults = faults
        self._world = world
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
        line = Line(self._world, reader, writer, self._closing)
        try:
            await line.say("* OK simulator ready")
            while await self._one(line):
                pass
        except (OSError, EOFError, ValueError, asyncio.LimitOverrunError):
            pass  # the hub hung up, or talked nonsense
        finally:
            self._writers.discard(writer)
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    async def _one(self, line: "Line") -> bool:
        """One command; whether to go on."""
        tag, verb, rest, literal = await line.command()
        if self._faults.take("imap_cut"):
            return False
        if self._faults.take("imap_hang"):
            with suppress(TimeoutError):
                await asyncio.wait_for(self._closing.wait(), _HANG_S)
            return False
        if self._faults.take("renumber"):
            self._world.inbox.renumber()
            return False
        if verb == "UID FETCH" and "BODY" in rest and self._faults.take("imap_broken_mail"):
            await line.say(f"{tag} NO [SERVERBUG] Internal error occurred")
        elif verb in {"LOGIN", "AUTHENTICATE"}:
            await self._sign_in(line, tag, rest)
        elif verb == "LOGOUT":
            await line.say("* BYE", f"{tag} OK done")
            return False
        elif not line.signed_in and verb not in {"CAPABILITY", "NOOP"}:
            await line.say(f"{tag} NO sign in first")
        else:
            await line.run(tag, verb, rest, literal)
        return True

    async def _sign_in(self, line: "Line", tag: str, rest: str) -> None:
        given = tuple(shlex.split(rest))
        if self._faults.take("imap_401") or given != (self._user, self._password):
            await line.say(f"{tag} NO [AUTHENTICATIONFAILED] Invalid credentials")
            return
        line.signed_in = True
        await line.say(f"{tag} OK [CAPABILITY {_ABLE}] Logged in")


class Line:
    """One connection."""

    def __init__(
        self,
        world: World,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        closing: asyncio.Event,
    ) -> None:
        self._world = world
        self._reader = reader
        self._writer = writer
        self._closing = closing
        self.signed_in = False
        self._folder: Folder | None = None

    async def say(self, *lines: str) -> None:
        """Write lines."""
        self._writer.write("".join(f"{line}\r\n" for line in lines).encode())
        await self._writer.drain()

    async def command(self) -> tuple[str, str, str, bytes]:
        """The next command: tag, verb in upper case (behind ``UID``), arguments, literal."""
        line = await self._reader.readline()
        if not line:
            raise EOFError
        literal = b""
        found = _LITERAL.search(line)
        if found:
            size = int(found[1])
            if size > _MOST_BYTES:
                raise ValueError("too much")
            await self.say("+ go on")
            literal = await self._reader.readexactly(size)
            await self._reader.readline()
            line = line[: found.start()]
        tag, _, words = line.decode("utf-8", "replace").strip().partition(" ")
        verb, _, rest = words.partition(" ")
        if verb.upper() == "UID":
            second, _, rest = rest.partition(" ")
            verb = f"UID {second}"
        return tag, verb.upper(), rest, literal

    async def run(self, tag: str, verb: str, rest: str, literal: bytes) -> None:
        """Do what is asked."""
        match verb:
            case "CAPABILITY":
                await self.say(f"* CAPABILITY {_ABLE}")
            case "NOOP" | "CHECK":
                pass
            case "LIST":
                for name in self._world.folders:
                    special = " \\Sent" if name == "Sent" else ""
                    await self.say(f'* LIST (\\HasNoChildren{special}) "/" "{name}"')
            case "SELECT" | "EXAMINE":
                await self._select(tag, rest)
                return
            case "APPEND":
                await self._append(tag, rest, literal)
                return
            case "IDLE":
                await self._idle(tag)
                return
            case "UID SEARCH" | "UID FETCH" | "UID STORE" | "UID MOVE" | "UID EXPUNGE":
                if self._folder is None:
                    await self.say(f"{tag} BAD select a folder first")
                    return
                await self._in_folder(self._folder, tag, verb, rest)
                return
            case _:
                await self.say(f"{tag} BAD unknown command")
                return
        await self.say(f"{tag} OK done")

    async def _select(self, tag: str, rest: str) -> None:
        folder = self._named(rest)
        if folder is None:
            await self.say(f"{tag} NO [NONEXISTENT] Mailbox doesn't exist")
            return
        self._folder = folder
        await self.say(
            "* FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft)",
            f"* {len(folder.mails)} EXISTS",
            "* 0 RECENT",
            f"* OK [UIDVALIDITY {folder.uidvalidity}] UIDs valid",
            f"{tag} OK [READ-WRITE] done",
        )

    async def _append(self, tag: str, rest: str, literal: bytes) -> None:
        folder = self._named(rest)
        if folder is None:
            await self.say(f"{tag} NO [TRYCREATE] Mailbox doesn't exist")
            return
        folder.add(literal, self._world.clock.now(), {"\\Seen"})
        await self.say(f"{tag} OK done")

    async def _idle(self, tag: str) -> None:
        folder = self._folder
        changed = asyncio.Event()
        if folder is not None:
            folder.watch(changed)
        try:
            await self.say("+ idling")
            done = asyncio.ensure_future(self._reader.readline())
            news = asyncio.ensure_future(changed.wait())
            try:
                await asyncio.wait({done, news}, return_when=asyncio.FIRST_COMPLETED)
                if news.done() and folder is not None:
                    await self.say(f"* {len(folder.mails)} EXISTS")
                if not await done:
                    raise EOFError
            finally:
                for task in (done, news):
                    task.cancel()
                await asyncio.gather(done, news, return_exceptions=True)
        finally:
            if folder is not None:
                folder.forget(changed)
        await self.say(f"{tag} OK done")

    async def _in_folder(self, folder: Folder, tag: str, verb: str, rest: str) -> None:
        if verb == "UID SEARCH":
            found = [str(one.uid) for one in folder.mails if _fits(one, folder, rest)]
            await self.say(f"* SEARCH {' '.join(found)}".rstrip())
        else:
            numbers, _, wanted = rest.partition(" ")
            chosen = [one for one in folder.mails if _in_set(one.uid, folder, numbers)]
            if verb == "UID FETCH":
                for stored in chosen:
                    position = folder.mails.index(stored) + 1
                    self._writer.write(answer(position, stored, wanted))
                await self._writer.drain()
            elif verb == "UID STORE":
                for stored in chosen:
                    stored.flags |= set(re.findall(r"\\\w+", wanted))
            elif verb == "UID MOVE":
                target = self._named(wanted)
                if target is None:
                    await self.say(f"{tag} NO [TRYCREATE] Mailbox doesn't exist")
                    return
                for stored in chosen:
                    folder.mails.remove(stored)
                    target.add(stored.raw, stored.at, stored.flags)
        await self.say(f"{tag} OK done")

    def _named(self, rest: str) -> Folder | None:
        words = shlex.split(rest.partition("(")[0])
        return self._world.folders.get(words[0]) if words else None


def _fits(stored: Stored, folder: Folder, criteria: str) -> bool:
    """UID, SINCE and HEADER MESSAGE-ID; everything else fits all."""
    uids = re.search(r"(?i)\bUID (\S+)", criteria)
    if uids and not _in_set(stored.uid, folder, uids[1]):
        return False
    since = re.search(r"(?i)\bSINCE (\d{1,2}-\w{3}-\d{4})", criteria)
    if since:
        first = datetime.strptime(since[1], "%d-%b-%Y").replace(tzinfo=UTC)
        if stored.at < first:
            return False
    header = re.search(r'(?i)\bHEADER MESSAGE-ID "([^"]*)"', criteria)
    return not header or header[1].lower().encode() in stored.raw.partition(b"\r\n\r\n")[0].lower()


def _in_set(uid: int, folder: Folder, numbers: str) -> bool:
    last = max((one.uid for one in folder.mails), default=0)
    for piece in numbers.split(","):
        low, colon, high = piece.partition(":")
        first = last if low == "*" else int(low)
        end = (last if high == "*" else int(high)) if colon else first
        # `9:*` is the last mail even where its number is smaller, as servers have it.
        if min(first, end) <= uid <= max(first, end):
            return True
    return False
