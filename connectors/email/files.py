"""The bytes of attachments: out of the mail that was stored, or from the mailbox by section."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Final

from connectors.email.imap import Imap, Unfetchable
from connectors.email.manifest import EmailSettings
from connectors.email.session import Session
from connectors.email.transfer import decoder
from shared.errors import ChannelBroken, NotFound, Rejected, Unavailable
from shared.ids import BlobId
from shared.model.content import Attachment
from shared.ports.blobs import Blobs

_PIECE_BYTES: Final = 512 * 1024
_PIECE_LIMIT_S: Final = 60.0


class Files:
    """Reads the attachments of one channel's mails."""

    def __init__(self, settings: EmailSettings, session: Session, blobs: Blobs | None) -> None:
        self._settings = settings
        self._session = session
        self._blobs = blobs

    async def fetch(self, attachment: Attachment) -> AsyncGenerator[bytes, None]:
        """The file, decoded. Raises ``Rejected`` when it is gone, ``Unavailable``."""
        native = attachment.native
        undone = decoder(native.get("encoding", ""))
        pieces = self._stored(native) if native.get("blob") else self._from_mailbox(native)
        async with aclosing(pieces):
            async for piece in pieces:
                data = undone.feed(piece)
                if data:
                    yield data
        rest = undone.finish()
        if rest:
            yield rest

    async def _stored(self, native: dict[str, str]) -> AsyncGenerator[bytes, None]:
        start, end = native.get("start", ""), native.get("end", "")
        if self._blobs is None or not (start.isdigit() and end.isdigit()):
            raise Rejected("the mail was not kept here")
        if int(end) <= int(start):
            return
        try:
            blob = BlobId(native["blob"])
            async for piece in self._blobs.read(blob, start=int(start), end=int(end)):
                yield piece
        except NotFound:
            raise Rejected("the mail is no longer kept here") from None

    async def _from_mailbox(self, native: dict[str, str]) -> AsyncGenerator[bytes, None]:
        if self._settings.listens:
            raise Rejected("the file stayed in a mailbox that the hub no longer reads")
        section, start = native.get("section") or "1", 0
        while True:

            def piece(imap: Imap, start: int = start) -> bytes:
                uid = self._uid(imap, native)
                found = imap.section(uid, section, start=start, size=_PIECE_BYTES)
                if found is None:
                    raise Rejected("the mail is no longer in the mailbox")
                return found

            try:
                data = await self._session.do(piece, limit_s=_PIECE_LIMIT_S)
            except NotFound:
                raise Rejected("the mail's folder is no longer in the mailbox") from None
            except (Unfetchable, ChannelBroken) as error:
                raise Unavailable(str(error)) from None
            if data:
                yield data
            if len(data) < _PIECE_BYTES:
                return
            start += len(data)

    def _uid(self, imap: Imap, native: dict[str, str]) -> int:
        """Where the mail is now: under its number, or, moved or renumbered, by its Message-ID."""
        folder = native.get("folder") or self._settings.folder
        uid, uidvalidity = native.get("uid", ""), native.get("uidvalidity", "")
        current = imap.uidvalidity if imap.folder == folder else imap.select(folder)
        if uid.isdigit() and str(current) == uidvalidity and imap.facts([int(uid)]):
            return int(uid)
        message_id = native.get("message_id", "")
        for place in dict.fromkeys((folder, self._settings.move_to)):
            if not place or not message_id:
                continue
            if imap.folder != place:
                imap.select(place)
            found = imap.find(message_id)
            if found:
                return found[-1]
        raise Rejected("the mail is no longer in the mailbox")
