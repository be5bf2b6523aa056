"""What a bot stands on: it is told of customers' messages and answers with commands.

A bot keeps its place in the log, so that one that was away goes on where it stopped. What it
asks is named after the message it answers: after a crash it asks the same again and nothing
happens twice.
"""

from collections.abc import Awaitable, Callable, Sequence

import structlog

from shared.clock import Clock
from shared.collections import CURSORS
from shared.commands import Command, publication
from shared.envelope import Envelope
from shared.errors import Unavailable
from shared.eventlog import EventLog, decode_positions, encode_positions, seq_of
from shared.events import MessageAdded
from shared.ids import CommandId, Partition
from shared.model.message import Direction
from shared.model.people import Actor, ActorKind
from shared.model.records import Cursor
from shared.ports.bus import Bus
from shared.ports.store import Put, Store

log = structlog.get_logger(__name__)

Answer = Callable[[MessageAdded, Actor], Awaitable[Sequence[Command]]]
"""What a bot does with a customer's message: the commands that it asks for, none to stay silent."""

_KEEP_PLACE_EVERY = 50


class Bot:
    """Runs one bot in the hub's own process."""

    def __init__(self, name: str, answer: Answer, *, bus: Bus, store: Store, clock: Clock) -> None:
        self.name = name
        self.actor = Actor(kind=ActorKind.BOT, id=f"bot-{name}", name=name)
        self._answer = answer
        self._bus = bus
        self._store = store
        self._clock = clock
        self._events = EventLog(store, bus)

    async def run(self) -> None:
        """Follow the events until cancelled."""
        place = await self._place()
        unsaved = 0
        async for envelope in self._events.follow(f"bot.{self.name}", place):
            await self._handle(envelope)
            seq = seq_of(envelope)
            if seq is None or envelope.partition is None:
                continue
            place[envelope.partition] = seq
            unsaved += 1
            if unsaved >= _KEEP_PLACE_EVERY:
                await self._keep_place(place)
                unsaved = 0

    async def _place(self) -> dict[Partition, int]:
        kept = await self._store.get(CURSORS, f"bot/{self.name}")
        if kept is not None:
            return decode_positions(kept.value)
        place = await self._events.heads()
        await self._keep_place(place)
        return place

    async def _keep_place(self, place: dict[Partition, int]) -> None:
        cursor = Cursor(id=f"bot/{self.name}", value=encode_positions(place), at=self._clock.now())
        try:
            await self._store.commit([Put(CURSORS, cursor)])
        except Unavailable as error:
            log.warning("bot.place_not_kept", bot=self.name, reason=str(error))

    async def _handle(self, envelope: Envelope) -> None:
        if envelope.kind != MessageAdded.kind:
            return
        event = envelope.read(MessageAdded)
        if event.message.direction is not Direction.INBOUND:
            return
        commands = await self._answer(event, self.actor)
        publications = [
            publication(
                command,
                CommandId(f"bot/{self.name}/{event.message.id}/{number}"),
                at=self._clock.now(),
                source=f"bot/{self.name}",
                trace_id=envelope.trace_id,
            )
            for number, command in enumerate(commands)
        ]
        while publications:
            try:
                await self._bus.publish(publications)
            except Unavailable as error:
                log.warning("bot.waiting", bot=self.name, reason=str(error))
                await self._clock.sleep(1)
            else:
                return
