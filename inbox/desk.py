"""The desk: hands commands to the router and waits for what became of them."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Final

from inbox.callers import Caller
from inbox.rest.problems import Refused
from shared.clock import Clock
from shared.collections import OUTCOMES
from shared.commands import Command, own_command_id, publication
from shared.errors import BadRequest, NotFound, Unavailable
from shared.ids import CommandId, uuid7
from shared.model.records import Outcome, OutcomeStatus
from shared.ports.bus import Bus
from shared.ports.store import Store

WAIT_S: Final = 2.0
_LOOK_EVERY_S: Final = 0.5
_REFUSALS: Final = range(HTTPStatus.BAD_REQUEST, HTTPStatus.INTERNAL_SERVER_ERROR)


def command_id(caller: Caller, client_id: str) -> CommandId:
    """The id on the bus: the client's own, under the caller's, so that nobody meets another's."""
    return own_command_id(caller.key, client_id)


def client_id(caller: Caller, id: str) -> str | None:
    """The client's own id of a command; None when somebody else gave the command."""
    own = f"{caller.key}."
    return id.removeprefix(own) if id.startswith(own) else None


class Desk:
    """One per process. ``done`` is called with what the events tell; the store is asked as well."""

    def __init__(self, bus: Bus, store: Store, clock: Clock, *, wait_s: float = WAIT_S) -> None:
        self._bus = bus
        self._store = store
        self._clock = clock
        self._wait_s = wait_s
        self._waiting: dict[str, set[asyncio.Future[Outcome]]] = {}

    async def give(
        self,
        command: Command,
        caller: Caller,
        own_id: str | None,
        *,
        trace_id: str,
        begins: bool = False,
    ) -> tuple[str, Outcome | None]:
        """Publish the command; returns the client's id of it and the outcome.

        The outcome is None where none came in time: it is durable and will be applied. ``begins``:
        a repeat names another conversation, which its outcome then does not know. Raises
        ``Refused``, ``BadRequest`` for an id that was used elsewhere, ``NotFound`` for a
        conversation id that is none, ``Unavailable`` when it could not be published.
        """
        name = own_id or uuid7().hex
        id = command_id(caller, name)
        known = await self._store.get(OUTCOMES, id) if own_id is not None else None
        outcome = known or await self._publish_and_wait(command, id, trace_id)
        if outcome is None:
            return name, None
        if not begins and outcome.conversation_id not in (None, command.conversation_id):
            raise BadRequest("this id was used for a command elsewhere", field="id")
        if outcome.status is OutcomeStatus.REFUSED:
            status = outcome.code if outcome.code in _REFUSALS else HTTPStatus.CONFLICT
            raise Refused(
                outcome.reason or "refused",
                status=status,
                field=outcome.field,
                reason_code=outcome.reason_code,
                reason_values=outcome.reason_values,
            )
        return name, outcome

    async def outcome(self, caller: Caller, own_id: str) -> Outcome:
        """What became of a command of this caller. Raises ``NotFound`` while that is unknown."""
        found = await self._store.get(OUTCOMES, command_id(caller, own_id))
        if found is None:
            raise NotFound("no outcome of this command is known")
        return found.model_copy(update={"id": own_id})

    def awaits(self, id: str) -> bool:
        """Whether somebody waits for the outcome of the command with this id on the bus."""
        return id in self._waiting

    def done(self, outcome: Outcome) -> None:
        """A command has its outcome: wake whoever waits for it."""
        for future in self._waiting.pop(outcome.id, ()):
            if not future.done():
                future.set_result(outcome)

    async def _publish_and_wait(
        self, command: Command, id: CommandId, trace_id: str
    ) -> Outcome | None:
        try:
            item = publication(command, id, at=self._clock.now(), source="inbox", trace_id=trace_id)
        except ValueError:
            raise NotFound("there is no such conversation") from None
        with self._expected(id) as future:
            await self._bus.publish([item])
            return await self._wait(future, id)

    async def _wait(self, future: asyncio.Future[Outcome], id: CommandId) -> Outcome | None:
        loop = asyncio.get_running_loop()
        until = loop.time() + self._wait_s
        while (left := until - loop.time()) > 0:
            await asyncio.wait([future], timeout=min(left, _LOOK_EVERY_S))
            if future.done():
                return future.result()
            # The wake-up may be late or lost; the store is the truth.
            try:
                found = await self._store.get(OUTCOMES, id)
            except Unavailable:
                continue  # it is on the bus: an error would have the caller ask for it twice
            if found is not None:
                return found
        return None

    @contextmanager
    def _expected(self, id: str) -> Iterator[asyncio.Future[Outcome]]:
        future: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(id, set()).add(future)
        try:
            yield future
        finally:
            waiting = self._waiting.get(id)
            if waiting is not None:
                waiting.discard(future)
                if not waiting:
                    del self._waiting[id]
