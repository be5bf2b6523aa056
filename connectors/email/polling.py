"""Reading the mailbox: mails behind the cursor, and patience when there are none.

What is taken in is marked or moved only when the next call brings a cursor behind it: by then the
bus has confirmed it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import Final

import structlog

from connectors.base import Pulled, RawEvent
from connectors.email.cursor import Place, read_place
from connectors.email.frame import Found, framed
from connectors.email.imap import Facts, Imap, Unfetchable
from connectors.email.large import read_lean
from connectors.email.manifest import EmailSettings
from connectors.email.session import Session
from connectors.email.storing import Storing
from connectors.email.unsettled import Unsettled
from shared.clock import Clock
from shared.errors import BadPayload, ChannelBroken, NotFound
from shared.ids import ChannelId

log = structlog.get_logger(__name__)

_BATCH: Final = 20
_BATCH_BYTES: Final = 10 * 1024 * 1024
_LOOK_S: Final = 90.0
_STEP_S: Final = 20.0
_BETWEEN_S: Final = 5.0
"""Between two looks at a server without IDLE."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A mail's bytes, or what can be said of one that cannot be had."""

    found: Found
    raw: bytes


class Polling:
    """Reads one folder of one mailbox."""

    def __init__(
        self,
        channel_id: ChannelId,
        settings: EmailSettings,
        session: Session,
        storing: Storing,
        unsettled: Unsettled,
        clock: Clock,
    ) -> None:
        self._channel_id = channel_id
        self._settings = settings
        self._session = session
        self._storing = storing
        self._unsettled = unsettled
        self._clock = clock
        self._tidied = False
        self._open: list[int] = []
        """Mails that were given out and are to be marked once they are confirmed."""

    async def pull(self, cursor: str | None) -> Pulled:
        """The mails behind the cursor, or none after a while.

        Raises ``Unavailable``, ``ChannelBroken``.
        """
        try:
            place, facts = await self._session.do(
                lambda imap: self._look(imap, cursor), limit_s=_LOOK_S
            )
            if not facts:
                settled = await self._unsettled.look()
                if settled:
                    return Pulled(settled, [place.encoded()] * len(settled), None)
                await self._wait(place)
                return Pulled([], [], place.encoded())
            return await self._take(place, facts)
        except NotFound as error:
            raise ChannelBroken(str(error)) from None

    async def _wait(self, place: Place) -> None:
        idle_s = self._settings.idle_s
        limit_s = idle_s + self._settings.timeout_s + _STEP_S

        def idle(imap: Imap) -> bool:
            if "IDLE" not in imap.capabilities or imap.folder != place.folder or not idle_s:
                return False
            # What came since the look is told at once: the folder was open all the while.
            if imap.uids(after=place.uid, since=place.since):
                return True
            imap.wait(idle_s)
            return True

        if not await self._session.do(idle, limit_s=limit_s):
            await self._clock.sleep(min(_BETWEEN_S, max(idle_s, 1.0)))

    def _look(self, imap: Imap, cursor: str | None) -> tuple[Place, list[Facts]]:
        folder = self._settings.folder
        uidvalidity = imap.uidvalidity
        if imap.folder != folder:
            uidvalidity = imap.select(folder)
        place = self._place(cursor, folder, uidvalidity)
        self._after_intake(imap, place)
        uids = imap.uids(after=place.uid, since=place.since)[: 4 * _BATCH]
        return place, self._portion(imap.facts(uids)) if uids else []

    def _place(self, cursor: str | None, folder: str, uidvalidity: int) -> Place:
        known = read_place(cursor, folder)
        if known is None:
            # The server's days need not be ours: one more.
            first = self._clock.now().date() - timedelta(days=self._settings.first_days + 1)
            return Place(folder, uidvalidity, 0, max(first, date(1990, 1, 1)))
        if known.uidvalidity != uidvalidity:
            # All numbers are new: everything is read again, and known again by its content.
            log.warning("email.renumbered", channel_id=self._channel_id)
            self._open.clear()
            self._tidied = True
            return Place(folder, uidvalidity, 0, known.since)
        return known

    def _portion(self, facts: Sequence[Facts]) -> list[Facts]:
        portion: list[Facts] = []
        size_bytes = 0
        for one in facts[:_BATCH]:
            size_bytes += min(one.size_bytes, self._settings.max_mail_bytes)
            if portion and size_bytes > _BATCH_BYTES:
                break
            portion.append(one)
        return portion

    def _after_intake(self, imap: Imap, place: Place) -> None:
        """Mark or move what is confirmed; after a restart, what a crash left behind."""
        if self._settings.after_intake == "nothing":
            return
        done = [uid for uid in self._open if uid <= place.uid]
        self._open = [uid for uid in self._open if uid > place.uid]
        if not self._tidied and place.uid:
            self._tidied = True
            if self._settings.after_intake == "move":
                left = imap.uids(after=0, since=place.since)
                done = [uid for uid in left if uid <= place.uid]
        if not done:
            return
        if self._settings.after_intake == "seen":
            imap.mark_seen(done)
        else:
            imap.move(done, self._settings.move_to)

    async def _take(self, place: Place, facts: Sequence[Facts]) -> Pulled:
        events, cursors = [], []
        for one in facts:
            limit_s = _STEP_S + self._settings.timeout_s
            taken = await self._session.do(partial(self._fetch, place, one), limit_s=limit_s)
            place = place.at(one.uid)
            if taken is None:
                continue  # somebody removed it meanwhile
            found, raw = taken.found, taken.raw
            events.append(
                RawEvent(framed(await self._storing.stored(found, raw), raw), key=str(one.uid))
            )
            cursors.append(place.encoded())
            self._open.append(one.uid)
        return Pulled(events, cursors, place.encoded())

    def _fetch(self, place: Place, facts: Facts, imap: Imap) -> Taken | None:
        if imap.folder != place.folder:
            imap.select(place.folder)
        found = Found(
            folder=place.folder,
            uidvalidity=place.uidvalidity,
            uid=facts.uid,
            internal_at=facts.internal_at,
            size_bytes=facts.size_bytes,
        )
        try:
            if facts.size_bytes <= self._settings.max_mail_bytes:
                raw = imap.whole(facts.uid)
                return None if raw is None else Taken(found, raw)
            lean = read_lean(imap, facts.uid, facts.size_bytes)
        except (Unfetchable, BadPayload) as error:
            # One mail that the server cannot give must not stop the others: it is put aside.
            log.warning("email.unfetchable", channel_id=self._channel_id, uid=facts.uid)
            return Taken(found, f"\r\nthe server did not give this mail: {error}".encode())
        if lean is None:
            return None
        absent = Found(
            folder=found.folder,
            uidvalidity=found.uidvalidity,
            uid=found.uid,
            internal_at=found.internal_at,
            size_bytes=found.size_bytes,
            absent=lean.absent,
        )
        return Taken(absent, lean.raw)
