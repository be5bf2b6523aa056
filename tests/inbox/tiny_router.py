"""The far end of the commands: as much of a router as the inbox can see."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from shared.collections import CONVERSATIONS, EVENT_LOG, OUTCOMES
from shared.commands import COMMAND_KINDS, Begin, Command, Note, Reply
from shared.envelope import Envelope
from shared.events import CommandDone, logged, routing_key
from shared.ids import CommandId, Partition
from shared.model.content import Content
from shared.model.message import Direction
from shared.model.records import Outcome, OutcomeStatus
from shared.ports.bus import Delivery, Exchange, Publication
from shared.ports.store import Put
from shared.topology import partition_queue
from tests.inbox.stage import AT, a_conversation, a_message
from tests.support.stores import Embedded

Decide = Callable[[Command], dict[str, Any]]


class TinyRouter:
    """Answers the commands of one partition; keeps what it was asked."""

    def __init__(self, hub: Embedded, partition: Partition) -> None:
        self.hub = hub
        self.partition = partition
        self.seen: list[tuple[str, Command]] = []
        self.seq = 0
        self.refuse: dict[str, Any] | None = None
        """Fields of the outcome when every command is refused."""
        self.silent = False
        """Outcomes are stored and not told."""

    async def run(self) -> None:
        """Handle commands until cancelled."""
        async with self.hub.bus.consume(partition_queue(self.partition), prefetch=10) as queue:
            while True:
                deliveries = await queue.take(10)
                for delivery in deliveries:
                    await self._handle(delivery)
                await queue.ack(deliveries)

    async def _handle(self, delivery: Delivery) -> None:
        envelope = delivery.envelope
        command = envelope.read(COMMAND_KINDS[envelope.kind])
        self.seen.append((envelope.id, command))
        outcome = await self._outcome(CommandId(envelope.id), command)
        self.seq += 1
        entry = logged(
            CommandDone(outcome=outcome),
            partition=self.partition,
            seq=self.seq,
            at=AT,
            trace_id=envelope.trace_id,
            source="router",
            key=routing_key(CommandDone.kind, "webchat", "site"),
        )
        await self.hub.store.commit([Put(OUTCOMES, outcome), Put(EVENT_LOG, entry)])
        if not self.silent:
            told = Envelope.from_text(entry.envelope)
            await self.hub.bus.publish([Publication(Exchange.EVENTS, entry.routing_key, told)])

    async def _outcome(self, id: CommandId, command: Command) -> Outcome:
        base: dict[str, Any] = {
            "id": id,
            "conversation_id": command.conversation_id,
            "status": OutcomeStatus.DONE,
            "at": AT,
        }
        if self.refuse is not None:
            return Outcome(**(base | {"status": OutcomeStatus.REFUSED} | self.refuse))
        if isinstance(command, Begin):
            return Outcome(**base, result=_begun(command))
        conversation = await self.hub.store.get(CONVERSATIONS, command.conversation_id)
        assert conversation is not None
        if not isinstance(command, Reply | Note):
            return Outcome(**base, result={"conversation": conversation.model_dump(mode="json")})
        message = a_message(
            conversation,
            1,
            direction=Direction.OUTBOUND if isinstance(command, Reply) else Direction.NOTE,
            author=command.actor,
            content=Content(text=command.text, attachments=command.attachments),
        )
        return Outcome(**base, result={"message": message.model_dump(mode="json")})


def _begun(command: Begin) -> dict[str, Any]:
    conversation = a_conversation(command.thread.external_id, id=command.conversation_id)
    message = a_message(
        conversation,
        0,
        direction=Direction.OUTBOUND,
        author=command.actor,
        content=Content(text=command.reply.text),
    )
    return {
        "conversation": conversation.model_dump(mode="json"),
        "message": message.model_dump(mode="json"),
    }


@asynccontextmanager
async def routed(hub: Embedded, partition: Partition) -> AsyncIterator[TinyRouter]:
    """A router at work for one partition."""
    router = TinyRouter(hub, partition)
    async with asyncio.TaskGroup() as group:
        task = group.create_task(router.run())
        try:
            yield router
        finally:
            task.cancel()
