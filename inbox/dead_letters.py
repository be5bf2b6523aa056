"""Dead letters: what could not be handled, handed in again or put aside for good."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

import structlog
from pydantic import ValidationError

from inbox.audit import audited
from shared.clock import Clock
from shared.collections import DEAD_LETTERS, STARTS
from shared.commands import COMMAND_KINDS
from shared.envelope import Envelope
from shared.errors import BadRequest, Conflict, NotFound, Unavailable
from shared.model.people import Actor
from shared.model.records import DeadLetter, DeadLetterState
from shared.ports.bus import Bus, Exchange, Publication
from shared.ports.store import Delete, Page, Store, Update
from shared.topology import partition_key

log = structlog.get_logger(__name__)

_PARTITION_QUEUES: Final = "conversations."
_PARSE_LOOKS: Final = 50
_PARSE_LOOK_EVERY_S: Final = 0.1
"""The connectors look for such letters every second or so."""


@dataclass(frozen=True, slots=True)
class DeadLetters:
    """All methods raise ``Unavailable``."""

    store: Store
    bus: Bus
    clock: Clock

    async def page(
        self, state: DeadLetterState | None, cursor: str | None, limit: int
    ) -> Page[DeadLetter]:
        """Newest first; all of them, or those in one state."""
        return await self.store.find(
            DEAD_LETTERS,
            equal={} if state is None else {"state": state.value},
            order="at",
            descending=True,
            cursor=cursor,
            limit=limit,
        )

    async def get(self, id: str) -> DeadLetter:
        """One whole. Raises ``NotFound``."""
        letter = await self.store.get(DEAD_LETTERS, id)
        if letter is None:
            raise NotFound("there is no such dead letter")
        return letter

    async def replay(self, id: str, by: Actor) -> DeadLetter:
        """Publish the item as it was, or have a platform's bytes parsed again.

        A repeat is harmless: whoever handles the item knows it by its id. Raises ``NotFound``,
        ``BadRequest`` when it cannot be.
        """
        letter = await self.get(id)
        if letter.envelope is None:
            return await self._parse_again(letter, by)
        item = _publication(letter)
        now = self.clock.now()
        # Without its row of starts the router does not put it aside unseen.
        entry = audited(
            by, "dead_letter.replayed", id, at=now, conversation_id=letter.conversation_id
        )
        await self.store.commit([Delete(STARTS, item.envelope.id), entry])
        await self.bus.publish([item])
        # Closed as of before: if it has failed again meanwhile, that is later news and stays open.
        values = {"state": DeadLetterState.REPLAYED, "closed_at": now, "closed_by": by}
        expect = {"state": letter.state, "at": letter.at}
        with suppress(Conflict):
            await self.store.commit([Update(DEAD_LETTERS, id, values, expect=expect)])
        return await self.get(id)

    async def _parse_again(self, letter: DeadLetter, by: Actor) -> DeadLetter:
        """Ask the channel's connector, and wait for what it says of the bytes now."""
        if letter.state is not DeadLetterState.OPEN:
            raise BadRequest(f"it was {letter.state.value} already")
        now = self.clock.now()
        asked = Update(
            DEAD_LETTERS, letter.id, {"asked_at": now, "closed_by": by}, expect={"state": "open"}
        )
        entry = audited(by, "dead_letter.parse_again", letter.id, at=now)
        await self.store.commit([asked, entry])
        for _ in range(_PARSE_LOOKS):
            await asyncio.sleep(_PARSE_LOOK_EVERY_S)
            letter = await self.get(letter.id)
            if letter.asked_at is None:
                break
        if letter.state is DeadLetterState.REPLAYED:
            return letter
        if letter.asked_at is not None:
            raise Unavailable(
                f"the channel {letter.channel_id} is not at work now; it parses these bytes once"
                " it is"
            )
        raise BadRequest(f"its connector still cannot parse it: {letter.reason}")

    async def drop(self, id: str, by: Actor) -> DeadLetter:
        """Nothing will be done about it; it stays readable. Raises ``NotFound``, ``BadRequest``."""
        letter = await self.get(id)
        if letter.state is not DeadLetterState.OPEN:
            raise BadRequest(f"it was {letter.state.value} already")
        return await self._close(letter, DeadLetterState.DROPPED, by)

    async def _close(self, letter: DeadLetter, state: DeadLetterState, by: Actor) -> DeadLetter:
        now = self.clock.now()
        values = {"state": state, "closed_at": now, "closed_by": by}
        entry = audited(
            by,
            f"dead_letter.{state.value}",
            letter.id,
            at=now,
            conversation_id=letter.conversation_id,
        )
        update = Update(DEAD_LETTERS, letter.id, values, expect={"state": letter.state})
        await self.store.commit([update, entry])
        return letter.model_copy(update=values)


def _publication(letter: DeadLetter) -> Publication:
    if letter.state is DeadLetterState.DROPPED:
        raise BadRequest("it was dropped")
    try:
        envelope = Envelope.model_validate(letter.envelope)
    except ValidationError:
        raise BadRequest("its envelope is not readable") from None
    queue = letter.queue or letter.source
    if envelope.partition is None or not queue.startswith((_PARTITION_QUEUES, "router/")):
        raise BadRequest(f"items of {queue} cannot be handed in again")
    command = envelope.kind in COMMAND_KINDS
    exchange = Exchange.COMMANDS if command else Exchange.CONVERSATIONS
    return Publication(exchange, partition_key(envelope.partition), envelope)
