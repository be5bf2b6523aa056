"""A bot's way to the hub from within a process of the hub, on its own bus and store."""

from collections.abc import AsyncGenerator, Mapping, Sequence

import structlog

from shared.clock import Clock
from shared.collections import CURSORS
from shared.commands import own_command_id
from shared.envelope import Envelope
from shared.errors import Unavailable
from shared.eventlog import EventLog, decode_positions, encode_positions, seq_of
from shared.events import CommandDone
from shared.ids import Partition
from shared.model.records import Cursor
from shared.ports.bots import bot_id
from shared.ports.bus import Bus, Publication
from shared.ports.store import Put, Store

log = structlog.get_logger(__name__)

_KEEP_PLACE_EVERY = 50


class BusTransport:
    """See ``shared.ports.bots.Transport``. Its place in the log is kept in the store."""

    def __init__(self, name: str, bus: Bus, store: Store, clock: Clock) -> None:
        self._name = name
        self._bus = bus
        self._store = store
        self._clock = clock
        self._log = EventLog(store, bus)

    async def events(self) -> AsyncGenerator[Sequence[Envelope], None]:
        """Follow the log; see the port."""
        place = await self._place()
        unsaved = 0
        async for envelopes in self._log.follow(f"bot.{self._name}", place):
            concerning = [envelope for envelope in envelopes if self._concerns(envelope)]
            if concerning:
                yield concerning
            for envelope in envelopes:
                seq = seq_of(envelope)
                if seq is not None and envelope.partition is not None:
                    place[envelope.partition] = seq
                    unsaved += 1
            if unsaved >= _KEEP_PLACE_EVERY:
                await self._keep_place(place)
                unsaved = 0

    def _concerns(self, envelope: Envelope) -> bool:
        if envelope.kind != CommandDone.kind:
            return True
        command_id: str = envelope.payload["outcome"]["id"]
        return command_id.startswith(own_command_id(bot_id(self._name), ""))

    async def give(self, commands: Sequence[Publication]) -> Mapping[str, str]:
        """Publish them under the bot's id; see the port."""
        await self._bus.publish([self._own(command) for command in commands])
        return {}

    def _own(self, command: Publication) -> Publication:
        own = own_command_id(bot_id(self._name), command.envelope.id)
        envelope = command.envelope.model_copy(update={"id": own})
        return Publication(command.exchange, command.routing_key, envelope)

    async def _place(self) -> dict[Partition, int]:
        kept = await self._store.get(CURSORS, f"bot/{self._name}")
        if kept is not None:
            return decode_positions(kept.value)
        place = await self._log.heads()
        await self._keep_place(place)
        return place

    async def _keep_place(self, place: dict[Partition, int]) -> None:
        cursor = Cursor(id=f"bot/{self._name}", value=encode_positions(place), at=self._clock.now())
        try:
            await self._store.commit([Put(CURSORS, cursor)])
        except Unavailable as error:
            log.warning("bot.place_not_kept", bot=self._name, reason=str(error))
