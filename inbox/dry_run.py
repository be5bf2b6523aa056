"""A rule on past conversations: where it would have fired and what it would have done.

Nothing is changed. Conditions are asked of the conversations as they stand now, with the messages
and lines of the time; of time rules it is told where they would fire at this moment.
"""

from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from shared.clock import Clock
from shared.collections import CONVERSATIONS, MESSAGES
from shared.model import action as a
from shared.model.conversation import Conversation, Status
from shared.model.message import Direction, Message
from shared.model.rule import Cause, OnEvent, Rule, RuleSpec
from shared.policies.book import Book, read_book
from shared.ports.store import Range, Store
from shared.rules.causes import by_rule
from shared.rules.effects import effect, foreseen
from shared.rules.facts import facts_of
from shared.rules.ruling import Ready, Ruling, due_now, ruling_for

_PAGE: Final = 100
_MOST_MESSAGES: Final = 200
"""Of one conversation."""
_LINES: Final = {
    "resolved": Cause.RESOLVED,
    "reopened": Cause.REOPENED,
    "pending": Cause.PENDING,
    "snoozed": Cause.SNOOZED,
    "assigned": Cause.ASSIGNED,
    "unassigned": Cause.UNASSIGNED,
    "priority": Cause.PRIORITY,
    "scored": Cause.PRIORITY,
    "topic": Cause.TOPIC,
    "labels": Cause.LABELS,
    "fields": Cause.FIELDS,
    "deadline_warned": Cause.DEADLINE_WARNED,
    "deadline_breached": Cause.DEADLINE_BREACHED,
}


@dataclass(frozen=True, slots=True)
class WouldFire:
    """One firing that would have been."""

    conversation: Conversation
    message: Message | None
    cause: str
    at: datetime
    actions: Sequence[a.Action]
    """Those that would have changed something."""


@dataclass(frozen=True, slots=True)
class DryRun:
    """What came of it."""

    conversations: int
    """How many were looked at."""
    firings: Sequence[WouldFire]


@dataclass(frozen=True, slots=True)
class DryRuns:
    """Runs them. Raises ``Unavailable``."""

    store: Store
    clock: Clock

    async def run(self, spec: RuleSpec, since: datetime, limit: int) -> DryRun:
        """Over at most so many conversations in which something happened since then."""
        book, now = await read_book(self.store), self.clock.now()
        fields = {name: getattr(spec, name) for name in type(spec).model_fields}
        rule = Rule(id="dry-run", **fields, created_at=now, updated_at=now)
        ruling = ruling_for([rule], book)
        found: list[WouldFire] = []
        count = 0
        async for conversation in self._conversations(since, limit):
            count += 1
            if isinstance(rule.when, OnEvent):
                messages = await self._messages(conversation, since)
                found += replayed(rule, rule.when, ruling, book, conversation, messages)
            else:
                found += timed(rule, ruling, book, conversation, now)
        return DryRun(count, found)

    async def _conversations(self, since: datetime, limit: int) -> AsyncIterator[Conversation]:
        left = limit
        for status in Status:
            cursor = None
            while left > 0:
                page = await self.store.find(
                    CONVERSATIONS,
                    equal={"status": status.value},
                    range=Range("last_activity_at", ge=since),
                    order="last_activity_at",
                    descending=True,
                    cursor=cursor,
                    limit=min(_PAGE, left),
                )
                for conversation in page.items:
                    left -= 1
                    yield conversation
                cursor = page.next
                if cursor is None:
                    break

    async def _messages(self, conversation: Conversation, since: datetime) -> Sequence[Message]:
        page = await self.store.find(
            MESSAGES,
            equal={"conversation_id": conversation.id},
            order="seq",
            descending=True,
            limit=_MOST_MESSAGES,
        )
        return [message for message in reversed(page.items) if message.accepted_at >= since]


def replayed(
    rule: Rule,
    when: OnEvent,
    ruling: Ruling,
    book: Book,
    conversation: Conversation,
    messages: Iterable[Message],
) -> list[WouldFire]:
    """What a rule on events would have done for these messages, one after another."""
    holds = _ready(ruling).holds
    found = []
    for message in messages:
        causes = _causes(message) & set(when.causes)
        if not causes:
            continue
        said = message if message.direction is Direction.INBOUND else None
        facts = facts_of(book, conversation, said, message.accepted_at, ruling.stemmer)
        if not holds(facts):
            continue
        actions = _doing(rule.actions, conversation, message.accepted_at)
        if actions:
            cause = min(causes).value
            found.append(WouldFire(conversation, message, cause, message.accepted_at, actions))
            conversation = foreseen(actions, conversation, message.accepted_at)
    return found


def timed(
    rule: Rule, ruling: Ruling, book: Book, conversation: Conversation, now: datetime
) -> list[WouldFire]:
    """What a rule on time would do now."""
    found = []
    for ready, began in due_now(ruling, conversation, now):
        actions = _doing(rule.actions, conversation, now)
        if actions and ready.holds(facts_of(book, conversation, None, now, None)):
            found.append(WouldFire(conversation, None, "time", began, actions))
    return found


def _ready(ruling: Ruling) -> Ready:
    return next(iter(ruling.by_cause.values()))[0]


def _causes(message: Message) -> set[Cause]:
    if message.direction is Direction.INBOUND:
        return {Cause.MESSAGE, Cause.CREATED} if message.seq == 0 else {Cause.MESSAGE}
    if message.direction is Direction.OUTBOUND:
        return set() if by_rule(message) else {Cause.REPLY}
    cause = _LINES.get(message.system.name) if message.system is not None else None
    return {cause} if cause is not None else set()


def _doing(
    actions: Sequence[a.Action], conversation: Conversation, now: datetime
) -> Sequence[a.Action]:
    return [
        action
        for action in actions
        if isinstance(action, a.WRITES) or effect(action, conversation, now)
    ]
