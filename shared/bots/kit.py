"""What a bot stands on: it is told of customers' messages and answers with commands.

The same bot runs in the hub's own process, over the broker and over a WebSocket: see
``shared.ports.bots.Transport``. What it asks is named after the message it answers: after a crash
it asks the same again and nothing happens twice.
"""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import aclosing

import structlog

from shared.clock import Clock, SystemClock
from shared.commands import Command, publication
from shared.envelope import Envelope
from shared.errors import BadRequest, Unavailable
from shared.events import CommandDone, MessageAdded
from shared.ids import CommandId
from shared.model.message import Direction
from shared.model.people import Actor, ActorKind
from shared.model.records import OutcomeStatus
from shared.ports.bots import BOT_SOURCE, Transport, bot_id
from shared.ports.bus import Publication

log = structlog.get_logger(__name__)

Answer = Callable[[MessageAdded, Actor], Awaitable[Sequence[Command]]]
"""What a bot does with a customer's message: the commands that it asks for, none to stay silent."""

_RETRY_S = 1.0


class Bot:
    """Runs one bot."""

    def __init__(
        self, name: str, answer: Answer, transport: Transport, clock: Clock | None = None
    ) -> None:
        self.name = name
        self.actor = Actor(kind=ActorKind.BOT, id=bot_id(name), name=name)
        self._answer = answer
        self._transport = transport
        self._clock = clock or SystemClock()

    async def run(self) -> None:
        """Follow the events until cancelled.

        Raises ``Unauthorised`` when the hub does not know the bot (any more), ``Forbidden``.
        """
        async with aclosing(self._transport.events()) as events:
            async for envelope in events:
                await self._handle(envelope)

    async def _handle(self, envelope: Envelope) -> None:
        if envelope.kind == CommandDone.kind:
            self._hear(envelope.read(CommandDone))
            return
        if envelope.kind != MessageAdded.kind:
            return
        event = envelope.read(MessageAdded)
        if event.message.direction is not Direction.INBOUND:
            return
        for number, command in enumerate(await self._answer(event, self.actor)):
            item = publication(
                command,
                CommandId(f"{event.message.id}-{number}"),
                at=self._clock.now(),
                source=f"{BOT_SOURCE}{self.name}",
                trace_id=envelope.trace_id,
            )
            await self._give(item)

    async def _give(self, item: Publication) -> None:
        while True:
            try:
                await self._transport.give(item)
            except Unavailable as error:
                log.warning("bot.waiting", bot=self.name, reason=str(error))
                await self._clock.sleep(_RETRY_S)
            except BadRequest as error:
                log.warning("bot.refused", command=item.envelope.id, reason=str(error))
                return
            else:
                return

    def _hear(self, event: CommandDone) -> None:
        outcome = event.outcome
        if outcome.status is OutcomeStatus.REFUSED:
            log.warning("bot.refused", command=outcome.id, reason=outcome.reason)
