"""What every bot stands on: it is told of customers' messages and answers with commands.

The same bot runs in the hub's own process, over the broker and over a WebSocket: see
``shared.ports.bots.Transport``. What it asks is named after the message it answers: after a crash
it asks the same again and nothing happens twice.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import aclosing

import structlog

from shared.clock import Clock, SystemClock
from shared.commands import Command, publication
from shared.envelope import Envelope
from shared.errors import Unavailable
from shared.events import CommandDone, MessageAdded
from shared.ids import CommandId, ConversationId
from shared.model.message import Direction
from shared.model.people import Actor, ActorKind
from shared.model.records import OutcomeStatus
from shared.ports.bots import BOT_SOURCE, Transport, bot_id
from shared.ports.bus import Publication

log = structlog.get_logger(__name__)

Answer = Callable[[MessageAdded, Actor], Awaitable[Sequence[Command]]]
"""What a bot does with a customer's message: the commands that it asks for, none to stay silent."""

_Thread = Sequence[tuple[Envelope, MessageAdded]]
"""Customers' messages of one conversation, in order."""

_RETRY_S = 1.0
_AT_ONCE = 32
"""So many conversations are answered side by side."""


class Runner:
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
            async for envelopes in events:
                commands = await self._handle(envelopes)
                if commands:
                    await self._give(commands)

    async def _handle(self, envelopes: Sequence[Envelope]) -> Sequence[Publication]:
        """What the bot asks, those of a conversation in order."""
        threads: dict[ConversationId, list[tuple[Envelope, MessageAdded]]] = {}
        for envelope in envelopes:
            if envelope.kind == CommandDone.kind:
                self._hear(envelope)
            elif (event := _from_customer(envelope)) is not None:
                threads.setdefault(event.conversation.id, []).append((envelope, event))
        if len(threads) <= 1:
            return [item for thread in threads.values() for item in await self._answers(thread)]
        at_once = asyncio.Semaphore(_AT_ONCE)

        async def answers(thread: _Thread) -> Sequence[Publication]:
            async with at_once:
                return await self._answers(thread)

        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(answers(thread)) for thread in threads.values()]
        return [item for task in tasks for item in task.result()]

    async def _answers(self, thread: _Thread) -> Sequence[Publication]:
        """The answers to messages of one conversation, one after another."""
        return [
            publication(
                command,
                CommandId(f"{event.message.id}-{number}"),
                at=self._clock.now(),
                source=f"{BOT_SOURCE}{self.name}",
                trace_id=envelope.trace_id,
            )
            for envelope, event in thread
            for number, command in enumerate(await self._answer(event, self.actor))
        ]

    async def _give(self, commands: Sequence[Publication]) -> None:
        while True:
            try:
                refused = await self._transport.give(commands)
            except Unavailable as error:
                log.warning("bot.waiting", bot=self.name, reason=str(error))
                await self._clock.sleep(_RETRY_S)
            else:
                break
        for id, reason in refused.items():
            log.warning("bot.refused", command=id, reason=reason)

    def _hear(self, envelope: Envelope) -> None:
        # Most of them say that all is well: a look tells, without reading the whole.
        if envelope.payload["outcome"]["status"] == OutcomeStatus.REFUSED:
            outcome = envelope.read(CommandDone).outcome
            log.warning("bot.refused", command=outcome.id, reason=outcome.reason)


def _from_customer(envelope: Envelope) -> MessageAdded | None:
    if envelope.kind != MessageAdded.kind:
        return None
    if envelope.payload["message"]["direction"] != Direction.INBOUND:
        return None
    return envelope.read(MessageAdded)
