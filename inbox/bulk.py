"""Bulk requests: a command for each of many conversations, and what has become of them.

The request is kept before its commands are published; their ids are made of its id, so that a
repeat, also after a crash in between, does nothing twice.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import Any, Final

from inbox.audit import audited
from inbox.bulk_order import send_at, unreachable
from inbox.callers import Caller
from inbox.listing import Wanted, find
from shared.clock import Clock
from shared.collections import BULKS, CONVERSATIONS, MESSAGES, OUTCOMES
from shared.commands import Act, Command, Reply, UndoAct, own_command_id, publication
from shared.errors import BadRequest, Conflict, NotFound
from shared.ids import CommandId, ConversationId, uuid7
from shared.model.action import Action
from shared.model.bulk import Bulk, BulkKind, BulkLeftOut
from shared.model.conversation import Conversation
from shared.model.delivery import Delivery
from shared.model.records import Outcome, OutcomeStatus
from shared.ports.bus import Bus
from shared.ports.store import ABSENT, Put, Store, Update

MOST: Final = 1000
"""Conversations of one request."""
_PAGE: Final = 200
_MOST_PAGES: Final = 20
"""Pages of a list that are read to find them; each may look at many that do not fit."""


@dataclass(frozen=True, slots=True)
class Failed:
    """A conversation in which it was not done."""

    conversation_id: ConversationId
    reason: str
    code: int
    reason_code: str | None = None
    field: str | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a request has come."""

    bulk: Bulk
    done: int
    waiting: int
    failed: Sequence[Failed]
    undone: int
    not_undone: Sequence[Failed]
    deliveries: dict[str, int]
    """Of replies: how many messages stand where."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """The conversations that a request is about."""

    ids: Sequence[str] = ()
    wanted: Wanted | None = None
    """What the list's filter says, in place of ids."""


@dataclass(frozen=True, slots=True)
class Bulks:
    """Keeps and gives bulk requests. All methods raise ``Unavailable``."""

    bus: Bus
    store: Store
    clock: Clock

    async def act(
        self, chosen: Chosen, actions: Sequence[Action], caller: Caller, own_id: str | None
    ) -> Bulk:
        """Do this to all of them. Raises ``BadRequest``."""

        def what() -> dict[str, Any]:
            return {"actions": [action.model_dump(mode="json") for action in actions]}

        bulk = await self._kept(BulkKind.ACTIONS, chosen, caller, own_id, what, _nobody)
        await self._publish(bulk, actions=tuple(actions))
        return bulk

    async def reply(
        self, chosen: Chosen, given: dict[str, Any], per_minute: int, caller: Caller,
        own_id: str | None,
    ) -> Bulk:  # fmt: skip
        """Write to all of them, so many a minute. Raises ``BadRequest``."""

        def left_out(found: Sequence[Conversation], now: datetime) -> Sequence[BulkLeftOut]:
            return unreachable(found, now, per_minute)

        def what() -> dict[str, Any]:
            return {"reply": given, "per_minute": per_minute}

        bulk = await self._kept(BulkKind.REPLY, chosen, caller, own_id, what, left_out)
        await self._publish(bulk)
        return bulk

    async def get(self, id: str) -> Bulk:
        """One request. Raises ``NotFound``."""
        found = await self.store.get(BULKS, id)
        if found is None:
            raise NotFound("there is no such bulk request")
        return found

    async def undo(self, id: str, caller: Caller) -> Bulk:
        """Put back what it changed, where nobody has changed it since.

        Raises ``NotFound``, ``BadRequest`` for replies: what was sent stays sent.
        """
        bulk = await self.get(id)
        if bulk.kind is not BulkKind.ACTIONS:
            raise BadRequest("what was sent cannot be undone")
        now = self.clock.now()
        if bulk.undone_at is None:
            change = Update(
                BULKS, id, {"undone_at": now, "version": bulk.version + 1},
                expect={"version": bulk.version},
            )  # fmt: skip
            entry = audited(caller.actor, "bulk.undone", id, at=now)
            try:
                await self.store.commit([change, entry])
            except Conflict:
                bulk = await self.get(id)
            else:
                bulk = bulk.model_copy(update={"undone_at": now, "version": bulk.version + 1})
        commands = [
            (
                command_id(bulk, n, undo=True),
                UndoAct(
                    conversation_id=conversation_id,
                    actor=caller.actor,
                    step_id=command_id(bulk, n),
                ),
            )
            for n, conversation_id in enumerate(bulk.conversation_ids)
        ]
        await self._give(bulk, commands)
        return bulk

    async def standing(self, id: str) -> Standing:
        """How far it has come. Raises ``NotFound``."""
        bulk = await self.get(id)
        outcomes = await self._outcomes(bulk, undo=False)
        undone = await self._outcomes(bulk, undo=True) if bulk.undone_at is not None else {}
        done = [one for one in outcomes.values() if one.status is OutcomeStatus.DONE]
        deliveries, lost = await self._deliveries(bulk, done)
        return Standing(
            bulk=bulk,
            done=len(done),
            waiting=len(bulk.conversation_ids) - len(outcomes),
            failed=[*_refused(outcomes), *lost],
            undone=sum(one.status is OutcomeStatus.DONE for one in undone.values()),
            not_undone=_refused(undone),
            deliveries=deliveries,
        )

    async def _kept(
        self,
        kind: BulkKind,
        chosen: Chosen,
        caller: Caller,
        own_id: str | None,
        what: Callable[[], dict[str, Any]],
        left_out: Callable[[Sequence[Conversation], datetime], Sequence[BulkLeftOut]],
    ) -> Bulk:
        """The request as it is kept: the first one under this id, if it is a repeat."""
        id = _bulk_id(caller.key, own_id or uuid7().hex)
        known = await self.store.get(BULKS, id)
        if known is not None:
            return known
        found, missing = await self._chosen(chosen)
        now = self.clock.now()
        out = [*missing, *left_out(found, now)]
        gone = {one.conversation_id for one in out}
        bulk = Bulk(
            id=id,
            kind=kind,
            by=caller.actor,
            at=now,
            conversation_ids=tuple(one.id for one in found if one.id not in gone),
            left_out=tuple(out),
            what=what(),
        )
        entry = audited(caller.actor, f"bulk.{kind.value}", id, at=now, conversations=len(found))
        try:
            await self.store.commit([Put(BULKS, bulk, expect=ABSENT), entry])
        except Conflict:
            return await self.get(id)
        return bulk

    async def _chosen(self, chosen: Chosen) -> tuple[Sequence[Conversation], Sequence[BulkLeftOut]]:
        if chosen.wanted is None:
            ids = list(dict.fromkeys(chosen.ids))
            held = await self.store.get_many(CONVERSATIONS, ids)
            missing = [
                BulkLeftOut(
                    conversation_id=ConversationId(id), reason="there is no such conversation"
                )
                for id in ids
                if id not in held
            ]
            return [held[id] for id in ids if id in held], missing
        found: list[Conversation] = []
        cursor = None
        for _ in range(_MOST_PAGES):
            page = await find(self.store, chosen.wanted, cursor, _PAGE)
            found.extend(page.items)
            cursor = page.next
            if len(found) > MOST:
                raise BadRequest(f"more than {MOST} conversations: narrow it", field="filter")
            if cursor is None:
                return found, ()
        raise BadRequest("too many conversations to look through: narrow it", field="filter")

    async def _publish(self, bulk: Bulk, actions: tuple[Action, ...] = ()) -> None:
        commands: list[tuple[CommandId, Command]] = []
        for n, conversation_id in enumerate(bulk.conversation_ids):
            who = {"conversation_id": conversation_id, "actor": bulk.by}
            command: Command
            if bulk.kind is BulkKind.ACTIONS:
                kept = bulk.what["actions"]
                command = Act.model_validate({"actions": kept, "bulk_id": bulk.id, **who})
            else:
                at = send_at(bulk.at, n, bulk.what["per_minute"])
                given = {**bulk.what["reply"], "send_at": at if n else None}
                command = Reply.model_validate({**given, "bulk_id": bulk.id, **who})
            commands.append((command_id(bulk, n), command))
        await self._give(bulk, commands)

    async def _give(self, bulk: Bulk, commands: Sequence[tuple[CommandId, Command]]) -> None:
        now = self.clock.now()
        publications = [
            publication(command, id, at=now, source="inbox", trace_id=bulk.id)
            for id, command in commands
        ]
        for start in range(0, len(publications), _PAGE):
            await self.bus.publish(publications[start : start + _PAGE])

    async def _outcomes(self, bulk: Bulk, *, undo: bool) -> dict[ConversationId, Outcome]:
        ids = [command_id(bulk, n, undo=undo) for n in range(len(bulk.conversation_ids))]
        found = await self.store.get_many(OUTCOMES, ids) if ids else {}
        pairs = zip(bulk.conversation_ids, ids, strict=True)
        return {conversation: found[id] for conversation, id in pairs if id in found}

    async def _deliveries(
        self, bulk: Bulk, done: Sequence[Outcome]
    ) -> tuple[dict[str, int], Sequence[Failed]]:
        """Where the messages of replies stand, and those that did not arrive."""
        if bulk.kind is not BulkKind.REPLY:
            return {}, ()
        ids = [outcome.result["message"]["id"] for outcome in done]
        messages = (await self.store.get_many(MESSAGES, ids) if ids else {}).values()
        counts: dict[str, int] = {}
        failed: list[Failed] = []
        for message in messages:
            state = message.delivery or Delivery.QUEUED
            counts[state.value] = counts.get(state.value, 0) + 1
            if state is Delivery.FAILED:
                why = message.failure
                failed.append(
                    Failed(
                        message.conversation_id,
                        why.reason if why is not None else "it was not sent",
                        409,
                        why.code if why is not None else None,
                    )
                )
        return counts, failed


def command_id(bulk: Bulk, number: int, *, undo: bool = False) -> CommandId:
    """The command that one conversation gets."""
    return own_command_id(bulk.by.id or "", f"{bulk.id}-{'u' if undo else 'c'}{number:04d}")


def _nobody(_found: Sequence[Conversation], _now: datetime) -> Sequence[BulkLeftOut]:
    return ()


def _refused(outcomes: dict[ConversationId, Outcome]) -> list[Failed]:
    return [
        Failed(id, one.reason or "refused", one.code, one.reason_code, one.field)
        for id, one in outcomes.items()
        if one.status is OutcomeStatus.REFUSED
    ]


def _bulk_id(key: str, own_id: str) -> str:
    return f"b{blake2b(f'{key}/{own_id}'.encode(), digest_size=12).hexdigest()}"
