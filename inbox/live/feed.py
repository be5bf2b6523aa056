"""The feed: follows the events and tells them to the connections of this process."""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import aclosing, contextmanager
from typing import Any, Final

import structlog
from pydantic import ValidationError

from inbox.callers import Caller
from inbox.counts import Counts, is_shown
from inbox.desk import Desk
from inbox.live.connection import CAPACITY, Close, Connection
from inbox.live.kinds import declared
from inbox.live.news_item import NewsItem, target_of
from shared.collections import AGENTS, BOTS, THREADS, thread_id
from shared.envelope import Envelope
from shared.errors import Unavailable
from shared.eventlog import EventLog, encode_positions, seq_of
from shared.events import CommandDone, ConversationChanged, MessageAdded, Typing
from shared.ids import Partition
from shared.model.records import Outcome
from shared.ports.bus import Bus
from shared.ports.store import Store

log = structlog.get_logger(__name__)

COUNTS_EVERY_S: Final = 0.25
_RETRY_S: Final = 0.5
_COUNTED: Final = frozenset({MessageAdded.kind, ConversationChanged.kind})
_SIGNED_IN_AS: Final = frozenset({"sessions", AGENTS.name, BOTS.name})


class Feed:
    """One per process. ``run`` it; connections join while it runs."""

    def __init__(
        self,
        bus: Bus,
        store: Store,
        desk: Desk,
        *,
        name: str,
        capacity: int = CAPACITY,
        quiet_s: float = 2.0,
    ) -> None:
        """``name`` is unique per process. Raises ``TypeError`` for an undeclared kind of event."""
        self._permissions = declared()
        self._store = store
        self._desk = desk
        self._name = name
        self._capacity = capacity
        self._counts = Counts(store)
        self.log = EventLog(store, bus, quiet_s=quiet_s)
        self._connections: set[Connection] = set()
        self._positions: dict[Partition, int] = {}
        self._dirty: set[str] = set()
        self._changed = asyncio.Event()
        self.ready = asyncio.Event()
        """It knows where the log stands and follows from there."""

    @property
    def positions(self) -> dict[Partition, int]:
        """What has been told so far."""
        return dict(self._positions)

    @property
    def cursor(self) -> str:
        """The same, as clients hold it."""
        return encode_positions(self._positions)

    async def run(self) -> None:
        """Follow the events until cancelled, riding out outages; then close the connections."""
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._follow())
                group.create_task(self._tell_counts())
        finally:
            self.ready.clear()
            for connection in self._connections:
                connection.end(Close.GOING_AWAY)

    def watching_board(self) -> list[Connection]:
        """The connections to whom the board is told."""
        return [one for one in self._connections if one.watches_board]

    @contextmanager
    def joined(self, caller: Caller) -> Iterator[Connection]:
        """A connection that gets every event from this moment on."""
        connection = Connection(caller, self._permissions, self._capacity)
        self._connections.add(connection)
        try:
            yield connection
        finally:
            self._connections.discard(connection)

    async def _follow(self) -> None:
        self._positions = await self._heads()
        self.ready.set()
        async with aclosing(self.log.follow(f"inbox.{self._name}", self._positions)) as events:
            async for envelopes in events:
                for envelope in envelopes:
                    await self._take(envelope)

    async def _heads(self) -> dict[Partition, int]:
        while True:
            try:
                return await self.log.heads()
            except Unavailable as error:
                log.warning("feed.away", reason=str(error))
                await asyncio.sleep(_RETRY_S)

    async def _take(self, envelope: Envelope) -> None:
        seq = seq_of(envelope)
        if envelope.partition is not None and seq is not None:
            self._positions[envelope.partition] = seq
        if envelope.kind not in self._permissions:
            return  # for other readers, or of a newer version
        if envelope.kind == CommandDone.kind:
            self._wake_waiting(envelope)
        if not self._connections:
            return
        item = NewsItem(envelope, self._positions)
        if item.kind == Typing.kind:
            item.payload = await self._placed(item.payload)
        if item.changes in _SIGNED_IN_AS:
            self._recheck(str(item.payload.get("id")))
        if item.kind in _COUNTED and (counts := item.payload.get("counts")):
            self._dirty.update(key for key in map(str, counts) if is_shown(key))
            if self._dirty:
                self._changed.set()
        for connection in tuple(self._connections):
            connection.offer(item)

    def _wake_waiting(self, envelope: Envelope) -> None:
        id = target_of(envelope)
        if id is not None and not self._desk.awaits(id):
            return
        try:
            self._desk.done(Outcome.model_validate(envelope.payload.get("outcome")))
        except ValidationError:
            log.warning("feed.unusable_outcome", partition=envelope.partition, seq=envelope.seq)

    async def _placed(self, payload: Mapping[str, Any]) -> Mapping[str, Any]:
        """A customer's typing names its thread; screens want the conversation."""
        channel, thread = payload.get("channel_id"), payload.get("thread")
        if payload.get("conversation_id") is not None or not channel or not thread:
            return payload
        try:
            found = await self._store.get(THREADS, thread_id(str(channel), str(thread)))
        except Unavailable:
            return payload  # nobody misses a hint that somebody types
        if found is None:
            return payload
        return {**payload, "conversation_id": found.conversation_id}

    def _recheck(self, who: str) -> None:
        for connection in self._connections:
            if connection.caller.key == who:
                connection.recheck.set()

    async def _tell_counts(self) -> None:
        while True:
            await self._changed.wait()
            await asyncio.sleep(COUNTS_EVERY_S)
            self._changed.clear()
            keys, self._dirty = self._dirty, set()
            if not self._connections:
                continue
            try:
                totals = await self._counts.totals(keys)
            except Unavailable as error:
                log.warning("feed.counts_away", reason=str(error))
                self._dirty |= keys
                self._changed.set()
                continue
            for connection in tuple(self._connections):
                connection.offer_counts(totals)
