"""The priority score of a conversation, and the order in which conversations are served. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from shared.collections import PRIORITY_SCORES
from shared.model.conversation import Conversation, Priority
from shared.model.priority_score import PriorityScoreSpec
from shared.policies.book import Book
from shared.rules.conditions import Test, all_ready, asks_for_words, setting_of
from shared.rules.facts import Facts
from shared.stems import Stemmer

_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class ReadyWeight:
    """A weight and its conditions as one function."""

    name: str
    points: int
    holds: Test
    heard: bool
    """It looks at words: what was said once counts as long as the case is open."""


@dataclass(frozen=True, slots=True)
class Scoring:
    """A score made ready."""

    spec: PriorityScoreSpec
    weights: Sequence[ReadyWeight]
    stemmer: Stemmer | None


@dataclass(frozen=True, slots=True)
class Scored:
    """What a conversation's score is."""

    score: int
    priority: Priority
    heard: tuple[str, ...]
    names: tuple[str, ...]
    """Of the weights that count, for whoever asks why."""


def scoring_of(book: Book) -> tuple[Scoring | None]:
    """The first enabled score of the book, if there is one; ask ``book.derived`` for it."""
    for document in book.all(PRIORITY_SCORES):
        if document.enabled:
            return (scoring_for(document, book),)
    return (None,)


def scoring_for(spec: PriorityScoreSpec, book: Book) -> Scoring:
    """Make a score ready."""
    stemmer = Stemmer()
    setting = setting_of(book, stemmer)
    weights = [
        ReadyWeight(
            weight.name,
            weight.points,
            all_ready(weight.conditions, setting),
            any(asks_for_words(one) for one in weight.conditions),
        )
        for weight in spec.weights
    ]
    return Scoring(spec, weights, stemmer if any(one.heard for one in weights) else None)


def scored(scoring: Scoring, facts: Facts) -> Scored:
    """The score as things stand."""
    before = facts.conversation.ruled.heard
    holding = [
        one for one in scoring.weights if one.holds(facts) or (one.heard and one.name in before)
    ]
    points = sum(one.points for one in holding) + _for_waiting(
        scoring.spec, facts.conversation.waiting_since, facts.now
    )
    return Scored(
        points,
        level(scoring.spec, points),
        tuple(one.name for one in holding if one.heard),
        tuple(one.name for one in holding),
    )


def level(spec: PriorityScoreSpec, points: int) -> Priority:
    """The level that so many points reach."""
    if points >= spec.urgent_from:
        return Priority.URGENT
    if points >= spec.high_from:
        return Priority.HIGH
    return Priority.NORMAL if points >= spec.normal_from else Priority.LOW


def rises_at(
    spec: PriorityScoreSpec, score: int, conversation: Conversation, now: datetime
) -> datetime | None:
    """When waiting alone will have lifted it to the next level; None: never."""
    since = conversation.waiting_since
    if since is None or not spec.points_per_hour:
        return None
    waited = _for_waiting(spec, since, now)
    bounds = (spec.normal_from, spec.high_from, spec.urgent_from)
    goal = min((bound for bound in bounds if bound > score), default=None)
    if goal is None:
        return None
    needed = waited + goal - score
    if needed > spec.most_for_waiting:
        return None
    return since + _HOUR * ceil(needed / spec.points_per_hour)


def order_key(conversation: Conversation) -> tuple[int, int, datetime, str]:
    """Sorts conversations that wait: by level, score, then who has waited longest, then id. No two
    are equal, so that every reader has the same order."""
    since = conversation.waiting_since or conversation.last_activity_at
    rank = list(Priority).index(conversation.priority)
    return (-rank, -(conversation.ruled.score or 0), since, conversation.id)


def _for_waiting(spec: PriorityScoreSpec, since: datetime | None, now: datetime) -> int:
    if since is None or now < since:
        return 0
    return min(spec.most_for_waiting, spec.points_per_hour * int((now - since) / _HOUR))
