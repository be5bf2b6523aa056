"""Mails of which nobody knows whether they were sent: looked for among the sent ones.

Providers that keep a copy themselves know it by our Message-ID. Kept in memory: after a restart an
answer, a bounce or a read receipt settles them all the same.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from connectors.base import RawEvent
from connectors.email.imap import Imap
from connectors.email.news import settled_event
from connectors.email.session import Session
from shared.clock import Clock
from shared.errors import NotFound, Unavailable
from shared.ids import PartId

_LOOK_FOR: Final = timedelta(minutes=30)
_EVERY: Final = timedelta(seconds=20)
_MOST: Final = 200
_LIMIT_S: Final = 40.0


class Unsettled:
    """What one channel has sent with an unknown end."""

    def __init__(self, session: Session, folder: str, clock: Clock) -> None:
        self._session = session
        self._folder = folder
        self._clock = clock
        self._waiting: dict[str, tuple[PartId, datetime]] = {}
        self._next: datetime | None = None

    def add(self, part: PartId, message_id: str) -> None:
        """Look for this one from now on."""
        self._waiting[message_id] = (part, self._clock.now() + _LOOK_FOR)
        while len(self._waiting) > _MOST:
            self._waiting.pop(next(iter(self._waiting)))
        self._next = None

    async def look(self) -> Sequence[RawEvent]:
        """News of those that were found; none most of the time."""
        now = self._clock.now()
        if not self._waiting or (self._next is not None and now < self._next):
            return []
        self._next = now + _EVERY
        wanted = tuple(self._waiting)
        try:
            found = await self._session.do(lambda imap: self._found(imap, wanted), limit_s=_LIMIT_S)
        except (Unavailable, NotFound):
            return []  # it was a chance, and comes again
        events = []
        for message_id in found:
            part, _ = self._waiting.pop(message_id)
            events.append(RawEvent(settled_event(part, message_id), key=part))
        for message_id, (_, until) in list(self._waiting.items()):
            if until <= now:
                del self._waiting[message_id]
        return events

    def _found(self, imap: Imap, wanted: Sequence[str]) -> list[str]:
        imap.select(sent_folder(imap, self._folder))
        return [message_id for message_id in wanted if imap.find(message_id)]


def sent_folder(imap: Imap, named: str) -> str:
    """The folder of sent mails: the one that the settings name, or that the server marks as such.

    Raises ``NotFound`` if there is none.
    """
    if named:
        return named
    folders = imap.folders()
    marked = [name for name, flags in folders.items() if "\\sent" in flags]
    usual = ("Sent", "Sent Items", "Sent Messages", "INBOX.Sent", "Отправленные", "Gesendet")
    found = marked or [name for name in usual if name in folders]
    if not found:
        raise NotFound("the mailbox has no folder for sent mails: name one in the settings")
    return found[0]
