"""Which agents are connected to this process, written down for as long as they are.

Every process writes its own rows, each with an end: one that is killed leaves no ghosts. The
assigner decides by all of them who is there.
"""

import asyncio
from collections.abc import Iterator, Set
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import structlog

from inbox.news import News
from shared.clock import Clock
from shared.collections import ATTENDANCE
from shared.errors import Unavailable
from shared.ids import AgentId, ConversationId
from shared.model.presence import Attendance
from shared.ports.store import Put, Store

log = structlog.get_logger(__name__)

_RENEWED: Final = 3
"""So often a row is renewed within the time for which it holds."""
_NEWS_AFTER: Final = timedelta(seconds=60)
"""Whoever did nothing for so long and does something is written down at once."""
_AGAIN_S: Final = 1.0


@dataclass(slots=True)
class _Present:
    connections: int
    active_at: datetime
    since: datetime
    viewing: ConversationId | None = None
    viewing_since: datetime | None = None


class Attendances:
    """One per process: ``run`` it; connections are counted while it runs."""

    def __init__(
        self, store: Store, clock: Clock, news: News, *, process: str, gone_after_s: float = 20.0
    ) -> None:
        """``gone_after_s``: an agent without a connection anywhere is offline after that."""
        self._store = store
        self._clock = clock
        self._news = news
        self._process = process
        self._gone_after = timedelta(seconds=gone_after_s)
        self._present: dict[str, _Present] = {}
        self._changed: set[str] = set()
        self._looked: set[str] = set()
        """Who looks at something else: to be written, and nothing to decide by."""
        self._wake = asyncio.Event()

    @contextmanager
    def connected(self, agent_id: str | None) -> Iterator[None]:
        """Somebody is connected for as long as the context lasts; a program is nobody."""
        if agent_id is None:
            yield
            return
        present = self._present.get(agent_id)
        if present is None:
            now = self._clock.now()
            present = self._present[agent_id] = _Present(0, now, since=now)
        present.connections += 1
        self._note(agent_id)
        try:
            yield
        finally:
            present.connections -= 1
            self._note(agent_id)

    def acted(self, agent_id: str | None) -> None:
        """An agent did something."""
        present = self._present.get(agent_id or "")
        if present is None or agent_id is None:
            return
        now = self._clock.now()
        if now - present.active_at >= _NEWS_AFTER:
            self._note(agent_id)
        present.active_at = now

    def looks_at(self, agent_id: str | None, conversation_id: ConversationId | None) -> None:
        """An agent has a conversation open, or none any more."""
        present = self._present.get(agent_id or "")
        if present is None or agent_id is None or present.viewing == conversation_id:
            return
        present.viewing = conversation_id
        present.viewing_since = self._clock.now() if conversation_id is not None else None
        self._looked.add(agent_id)
        self._wake.set()

    async def run(self) -> None:
        """Write the rows and renew them until cancelled, riding out outages."""
        while True:
            try:
                await self._write((self._changed | self._looked) or set(self._present))
            except Unavailable as error:
                log.warning("attendances.away", reason=str(error))
                await self._clock.sleep(_AGAIN_S)
                continue
            try:
                async with asyncio.timeout(self._gone_after.total_seconds() / _RENEWED):
                    await self._wake.wait()
            except TimeoutError:
                continue

    async def attend(self, agent_id: AgentId, for_s: float) -> None:
        """Somebody works without a live connection, and says for how long. Raises
        ``Unavailable``."""
        now = self._clock.now()
        kept = await self._store.get(ATTENDANCE, f"{agent_id}/rest")
        since = kept.since if kept is not None and kept.until > now else now
        until = now + timedelta(seconds=for_s)
        row = self._row(agent_id, "rest", _Present(1, now, since=since or now), until)
        await self._store.commit([Put(ATTENDANCE, row)])
        await self._news.changed(ATTENDANCE.name, agent_id)

    def _note(self, agent_id: str) -> None:
        self._changed.add(agent_id)
        self._wake.set()

    async def _write(self, agent_ids: Set[str]) -> None:
        told, looked = set(self._changed), set(self._looked)
        self._wake.clear()
        until = self._clock.now() + self._gone_after
        rows = [
            self._row(id, self._process, present, until)
            for id in agent_ids
            if (present := self._present.get(id)) is not None
        ]
        if rows:
            await self._store.commit([Put(ATTENDANCE, row) for row in rows])
        self._changed -= told
        self._looked -= looked
        for row in rows:
            # Written once more with its end: whoever only reloads the page stays there.
            if row.connections == 0 and self._present[row.agent_id].connections == 0:
                del self._present[row.agent_id]
        for id in told:
            await self._news.changed(ATTENDANCE.name, id)

    def _row(self, agent_id: str, process: str, present: _Present, until: datetime) -> Attendance:
        return Attendance(
            id=f"{agent_id}/{process}",
            agent_id=AgentId(agent_id),
            process=process,
            connections=present.connections,
            active_at=present.active_at,
            until=until,
            since=present.since,
            viewing=present.viewing,
            viewing_since=present.viewing_since,
        )
