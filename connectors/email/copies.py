"""Copies of sent mails in the mailbox's own folder, as mail programs keep them."""

from collections import deque
from typing import Final

import structlog

from connectors.email.imap import Imap
from connectors.email.session import Session
from connectors.email.unsettled import sent_folder
from shared.errors import ChannelBroken, NotFound, Unavailable
from shared.ids import ChannelId

log = structlog.get_logger(__name__)

_LIMIT_S: Final = 15.0
_MOST: Final = 100
_MOST_BYTES: Final = 32 * 1024 * 1024


class Copies:
    """Best effort: a copy that cannot be kept now waits for a while, the mail is sent anyway."""

    def __init__(self, channel_id: ChannelId, session: Session, folder: str) -> None:
        self._channel_id = channel_id
        self._session = session
        self._folder = folder
        self._waiting: deque[bytes] = deque()
        self._busy = False

    async def keep(self, mail: bytes) -> None:
        """Put a copy away now, or remember to do it later. Never raises but for cancelling.

        While others are being put away it waits for its turn later, and the sender for nothing.
        """
        self._waiting.append(mail)
        while len(self._waiting) > _MOST or sum(map(len, self._waiting)) > _MOST_BYTES:
            self._waiting.popleft()
        await self._put_away(len(self._waiting))

    async def catch_up(self) -> None:
        """Put away what waits."""
        await self._put_away(_MOST)

    async def _put_away(self, most: int) -> None:
        if self._busy:
            return
        self._busy = True
        try:
            await self._put_away_one_by_one(most)
        finally:
            self._busy = False

    async def _put_away_one_by_one(self, most: int) -> None:
        for _ in range(most):
            if not self._waiting:
                return
            mail = self._waiting[0]

            def append(imap: Imap, mail: bytes = mail) -> None:
                imap.append(sent_folder(imap, self._folder), mail)

            try:
                await self._session.do(append, limit_s=_LIMIT_S)
            except (Unavailable, ChannelBroken) as error:
                log.info("email.copy_waits", channel_id=self._channel_id, reason=str(error))
                return
            except NotFound as error:
                log.warning("email.no_copy", channel_id=self._channel_id, reason=str(error))
                self._waiting.clear()
                return
            if self._waiting and self._waiting[0] is mail:
                self._waiting.popleft()
