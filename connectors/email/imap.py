"""One connection to an IMAP server. Everything here blocks: it is used from a thread of its own.

Mails are read with PEEK, so that nobody's unread mark changes, and found by their numbers alone:
other programs read the mailbox too.
"""

import imaplib
import re
import socket
import ssl
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final

from imap_tools import BaseMailBox
from imap_tools.errors import ImapToolsError
from imap_tools.utils import encode_folder

from connectors.email.manifest import EmailSettings
from connectors.email.signin import kind_of, opened, said_in, shut, sign_in
from connectors.email.structure import Built, read_structure
from shared.errors import NotFound, Unavailable

_MONTHS: Final = [
    "Jan",
    "Feb",
    "Mar",
    "Apr",
    "May",
    "Jun",
    "Jul",
    "Aug",
    "Sep",
    "Oct",
    "Nov",
    "Dec",
]
_UID: Final = re.compile(rb"\bUID (\d+)")
_SIZE: Final = re.compile(rb"\bRFC822\.SIZE (\d+)")
_INTERNAL: Final = re.compile(rb'\bINTERNALDATE ("[^"]+")')
_FOREIGN: Final = (ImapToolsError, imaplib.IMAP4.error, OSError, EOFError, ValueError)


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a mail before it is fetched."""

    uid: int
    size_bytes: int
    internal_at: datetime | None


class Unfetchable(Exception):
    """The server refuses to give this one mail."""


class Imap:
    """A connection that is signed in; made by ``connect``."""

    def __init__(self, mailbox: BaseMailBox) -> None:
        self._box = mailbox
        self.folder = ""
        self.uidvalidity = 0

    @classmethod
    def connect(cls, settings: EmailSettings, token: str | None) -> "Imap":
        """Connect and sign in. Raises ``ChannelBroken`` when the sign-in is refused,
        ``Unavailable`` when it may work later."""
        try:
            mailbox = opened(settings)
        except ssl.SSLCertVerificationError as error:
            why = error.verify_message
            raise Unavailable(f"the IMAP server's certificate is not good: {why}") from None
        except _FOREIGN as error:
            raise Unavailable(f"the IMAP server cannot be reached: {kind_of(error)}") from None
        try:
            sign_in(mailbox, settings, token)
        except BaseException:
            shut(mailbox)
            raise
        return cls(mailbox)

    @property
    def capabilities(self) -> frozenset[str]:
        """What the server says it can do, in upper case."""
        return frozenset(str(one).upper() for one in self._box.client.capabilities)

    def refresh_capabilities(self) -> None:
        """Ask anew: servers tell more once somebody has signed in."""
        with suppress(*_FOREIGN):
            status, data = self._box.client.capability()
            if status == "OK" and data and data[0]:
                self._box.client.capabilities = tuple(data[0].decode().upper().split())

    def select(self, folder: str) -> int:
        """Open a folder; returns its UIDVALIDITY. Raises ``NotFound``, ``Unavailable``."""
        client = self._box.client
        status, data = self._ask(lambda: client.select(_name(folder)))
        if status != "OK":
            raise NotFound(f"the mailbox has no folder {folder!r}: {said_in(data)}")
        _, values = client.response("UIDVALIDITY")
        self.folder = folder
        self.uidvalidity = int(values[0]) if values and values[0] else 0
        return self.uidvalidity

    def uids(self, *, after: int, since: date | None) -> list[int]:
        """The numbers of mails beyond ``after``, ascending."""
        criteria = f"UID {after + 1}:*"
        if since is not None:
            criteria += f" SINCE {since.day}-{_MONTHS[since.month - 1]}-{since.year}"
        # `N:*` always gives the last mail, however small its number is.
        return sorted(uid for uid in self._search(criteria) if uid > after)

    def find(self, message_id: str) -> list[int]:
        """The mails of the open folder with this Message-ID."""
        bare = message_id.strip("<>").replace("\\", "").replace('"', "")
        if not bare or not bare.isascii():
            return []
        return self._search(f'HEADER MESSAGE-ID "{bare}"')

    def facts(self, uids: Sequence[int]) -> list[Facts]:
        """Sizes and dates, for those that are still there."""
        found = []
        try:
            answer = self._fetch(_set(uids), "(UID INTERNALDATE RFC822.SIZE)")
        except Unfetchable as error:
            raise Unavailable(f"the server did not list the mails: {error}") from None
        for one in answer:
            line = one[0] if isinstance(one, tuple) else one
            uid, size = _UID.search(line), _SIZE.search(line)
            if uid and size:
                found.append(Facts(int(uid[1]), int(size[1]), _internal(line)))
        return sorted(found, key=lambda facts: facts.uid)

    def whole(self, uid: int) -> bytes | None:
        """A mail's bytes; None if it is gone. Raises ``Unfetchable``."""
        return self._literal(uid, "BODY.PEEK[]")

    def section(
        self, uid: int, section: str, *, start: int | None = None, size: int = 0
    ) -> bytes | None:
        """The bytes of a part (``HEADER``, ``1.2``, ``1.2.MIME``), or a piece of them."""
        piece = "" if start is None else f"<{start}.{size}>"
        return self._literal(uid, f"BODY.PEEK[{section}]{piece}")

    def structure(self, uid: int) -> Built | None:
        """How a mail is built; None if it is gone. Raises ``BadPayload``."""
        data = b""
        for one in self._fetch(str(uid), "(UID BODYSTRUCTURE)"):
            data += b"\r\n".join(one) if isinstance(one, tuple) else one
        at = data.find(b"BODYSTRUCTURE ")
        return None if at < 0 else read_structure(data[at + len(b"BODYSTRUCTURE ") :])

    def wait(self, seconds: float) -> None:
        """Wait for news of the open folder, by IDLE."""
        self._ask(lambda: self._box.idle.wait(timeout=seconds))

    def mark_seen(self, uids: Sequence[int]) -> None:
        """Mark as read."""
        client = self._box.client
        self._must(lambda: client.uid("STORE", _set(uids), "+FLAGS.SILENT", r"(\Seen)"))

    def move(self, uids: Sequence[int], folder: str) -> None:
        """Move to another folder. Raises ``NotFound`` if it does not exist."""
        client, target = self._box.client, _name(folder)
        if "MOVE" in self.capabilities:
            self._there(lambda: client.uid("MOVE", _set(uids), target), folder)
            return
        self._there(lambda: client.uid("COPY", _set(uids), target), folder)
        self._must(lambda: client.uid("STORE", _set(uids), "+FLAGS.SILENT", r"(\Deleted)"))
        if "UIDPLUS" in self.capabilities:
            # Without it a plain EXPUNGE would remove what others have marked as deleted.
            self._must(lambda: client.uid("EXPUNGE", _set(uids)))

    def append(self, folder: str, mail: bytes) -> None:
        """Put a mail into a folder, read. Raises ``NotFound`` if there is no such folder."""
        client, now = self._box.client, imaplib.Time2Internaldate(datetime.now(UTC))
        target = _name(folder)
        self._there(lambda: client.append(target, r"(\Seen)", now, mail), folder)

    def folders(self) -> dict[str, frozenset[str]]:
        """The folders with what the server says of them, such as ``\\Sent``."""
        found = self._ask(self._box.folder.list)
        return {one.name: frozenset(flag.lower() for flag in one.flags) for one in found}

    def close(self) -> None:
        """Say goodbye; never raises."""
        with suppress(*_FOREIGN):
            self._box.client.logout()
        shut(self._box)

    def abort(self) -> None:
        """End it at once, from any thread: whoever waits in it wakes up with an error.

        It stays to be closed, by its own thread.
        """
        with suppress(OSError):
            self._box.client.sock.shutdown(socket.SHUT_RDWR)

    def _search(self, criteria: str) -> list[int]:
        client = self._box.client
        status, data = self._ask(lambda: client.uid("SEARCH", criteria))
        if status != "OK":
            raise Unavailable(f"the server did not search: {said_in(data)}")
        return [int(one) for line in data if line for one in line.split() if one.isdigit()]

    def _fetch(self, uids: str, what: str) -> list[Any]:
        client = self._box.client
        status, data = self._ask(lambda: client.uid("FETCH", uids, what))
        if status != "OK":
            raise Unfetchable(said_in(data))
        return [one for one in data if one is not None]

    def _literal(self, uid: int, what: str) -> bytes | None:
        """The bytes that belong to this mail; news of other mails may stand between them."""
        for one in self._fetch(str(uid), f"(UID {what})"):
            if isinstance(one, tuple):
                literal: bytes = one[1]
                return literal
            if _UID.search(one) and b"BODY[" in one:
                return _quoted(one)
        return None

    def _there(self, call: Callable[[], Any], folder: str) -> None:
        status, data = self._ask(call)
        if status == "OK":
            return
        said = said_in(data)
        if "TRYCREATE" in said.upper() or "NONEXISTENT" in said.upper():
            raise NotFound(f"the mailbox has no folder {folder!r}")
        raise Unavailable(f"the server refused: {said}")

    def _must(self, call: Callable[[], Any]) -> None:
        status, data = self._ask(call)
        if status != "OK":
            raise Unavailable(f"the server refused: {said_in(data)}")

    def _ask(self, call: Callable[[], Any]) -> Any:
        try:
            return call()
        except _FOREIGN as error:
            raise Unavailable(f"the IMAP server is gone: {kind_of(error)}") from None


def _name(folder: str) -> str:
    """A folder's name as IMAP writes it."""
    return encode_folder(folder).decode("ascii")


def _set(uids: Sequence[int]) -> str:
    return ",".join(map(str, uids))


def _internal(line: bytes) -> datetime | None:
    match = _INTERNAL.search(line)
    if match is None:
        return None
    try:
        text = match[1].decode("ascii").strip('"').strip()
        return datetime.strptime(text, "%d-%b-%Y %H:%M:%S %z").astimezone(UTC)
    except (ValueError, UnicodeDecodeError):
        return None


def _quoted(line: bytes) -> bytes:
    """Small bodies may come as a quoted string, or as NIL."""
    match = re.search(rb'BODY\[[^\]]*\](?:<\d+>)? (?:"((?:[^"\\]|\\.)*)"|NIL)', line, re.DOTALL)
    return re.sub(rb"\\(.)", rb"\1", match[1]) if match and match[1] else b""
