"""The rules of one edition, made ready: by what wakes them, in their order, as functions. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.collections import RULES
from shared.model.conversation import Conversation, Status
from shared.model.rule import Cause, OnEvent, OnTime, Rule, Since
from shared.policies.book import Book
from shared.rules.conditions import Test, all_ready, asks_for_words, setting_of
from shared.stems import Stemmer


@dataclass(frozen=True, slots=True)
class Ready:
    """A rule and its conditions as one function."""

    place: int
    """Among all rules, by position."""
    rule: Rule
    holds: Test


@dataclass(frozen=True, slots=True)
class Ruling:
    """All enabled rules of an edition."""

    by_cause: Mapping[Cause, Sequence[Ready]]
    timed: Sequence[tuple[Ready, OnTime]]
    stemmer: Stemmer | None
    """None: no rule asks for words."""

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to decide."""
        return not (self.by_cause or self.timed)


def ruling_of(book: Book) -> Ruling:
    """Make the rules of a book ready; ask ``book.derived(ruling_of)`` for it."""
    return ruling_for([rule for rule in book.all(RULES) if rule.enabled], book)


def ruling_for(rules: Sequence[Rule], book: Book) -> Ruling:
    """Make these rules ready, in this order."""
    stemmer = Stemmer()
    setting = setting_of(book, stemmer)
    by_cause: dict[Cause, list[Ready]] = {}
    timed: list[tuple[Ready, OnTime]] = []
    for place, rule in enumerate(rules):
        one = Ready(place, rule, all_ready(rule.conditions, setting))
        if isinstance(rule.when, OnEvent):
            for cause in rule.when.causes:
                by_cause.setdefault(cause, []).append(one)
        else:
            timed.append((one, rule.when))
    worded = any(asks_for_words(one) for rule in rules for one in rule.conditions)
    return Ruling(by_cause, timed, stemmer if worded else None)


def begins(since: Since, conversation: Conversation) -> datetime | None:
    """From when on a rule's time runs; None: it does not run."""
    if conversation.status is Status.RESOLVED or conversation.merged_into is not None:
        return None
    if since is Since.WAITING:
        return conversation.waiting_since
    if since is Since.SILENT:
        return conversation.answered_at
    if since is Since.IDLE:
        return conversation.last_activity_at
    if since is Since.CREATED:
        return conversation.created_at
    return conversation.assigned_at if conversation.assignee_id is not None else None


def next_due(ruling: Ruling, conversation: Conversation) -> datetime | None:
    """When the next time rule is to be asked that was not asked for this time yet."""
    found: datetime | None = None
    for ready, when in ruling.timed:
        at = begins(when.since, conversation)
        if at is None or conversation.ruled.timed.get(ready.rule.id) == at:
            continue
        due = at + timedelta(seconds=when.for_s)
        found = due if found is None or due < found else found
    return found


def due_now(
    ruling: Ruling, conversation: Conversation, now: datetime
) -> Sequence[tuple[Ready, datetime]]:
    """The time rules whose time has come, with when it began."""
    found = []
    for ready, when in ruling.timed:
        at = begins(when.since, conversation)
        asked = at is not None and conversation.ruled.timed.get(ready.rule.id) == at
        if at is not None and not asked and at + timedelta(seconds=when.for_s) <= now:
            found.append((ready, at))
    return found
