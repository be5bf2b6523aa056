"""Conditions that can never hold, or that name what is not there."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from inbox.policies import Named
from shared.collections import AGENTS, CHANNELS, FIELDS, TOPICS
from shared.errors import BadRequest
from shared.model import condition as c
from shared.policies.book import Book
from shared.rules.checking import require_known
from shared.stems import Stemmer

_DEEPEST: Final = 3
_ONE_VALUE: Final = {
    c.TopicIs: "topics",
    c.ChannelIs: "channel_ids",
    c.ChannelTypeIs: "channel_types",
    c.PriorityIs: "priorities",
    c.StatusIs: "statuses",
    c.TeamIs: "team_ids",
    c.LineIs: "lines",
}
"""Conditions on what a conversation has one of: two of them with nothing in common never hold."""


def check_conditions(
    conditions: Sequence[c.Condition], book: Book, path: str = "conditions"
) -> None:
    """Each can hold, and all together. Raises ``BadRequest`` naming the place."""
    for field, one, depth in walk(conditions, path):
        if depth > _DEEPEST:
            raise BadRequest("conditions stand in each other too deeply", field=field)
        _check(one, book, field)
    _check_together(conditions, path)


def walk(
    conditions: Sequence[c.Condition], path: str, depth: int = 1
) -> Iterator[tuple[str, c.Condition, int]]:
    """Every condition with its place, those inside of others too."""
    for place, one in enumerate(conditions):
        here = f"{path}.{place}"
        yield here, one, depth
        if isinstance(one, c.Not):
            yield f"{here}.condition", one.condition, depth + 1
            inner = one.condition
            if isinstance(inner, c.AnyOf):
                yield from walk(inner.conditions, f"{here}.condition.conditions", depth + 2)
        elif isinstance(one, c.AnyOf):
            yield from walk(one.conditions, f"{here}.conditions", depth + 1)


def names_in(conditions: Sequence[c.Condition], path: str = "conditions") -> list[Named]:
    """Agents and channels that they name."""
    named = []
    for field, one, _ in walk(conditions, path):
        if isinstance(one, c.AssigneeIs):
            named += [
                Named(f"{field}.agent_ids.{n}", AGENTS, id) for n, id in enumerate(one.agent_ids)
            ]
        elif isinstance(one, c.ChannelIs):
            named += [
                Named(f"{field}.channel_ids.{n}", CHANNELS, id)
                for n, id in enumerate(one.channel_ids)
            ]
    return named


def _check(one: c.Condition, book: Book, field: str) -> None:
    if isinstance(one, c.TopicIs):
        for n, id in enumerate(one.topics):
            if book.get(TOPICS, id) is None:
                raise BadRequest("there is no such topic", field=f"{field}.topics.{n}")
    elif isinstance(one, c.FieldIs):
        if all(spec.key != one.name for spec in book.all(FIELDS)):
            raise BadRequest("there is no such field", field=f"{field}.name")
    elif isinstance(one, c.HasWords):
        stemmer = Stemmer()
        for n, word in enumerate(one.words):
            if not stemmer.stems(word):
                raise BadRequest("there is no word in it", field=f"{field}.words.{n}")
    else:
        _check_names(one, book, field)


def _check_names(one: c.Condition, book: Book, field: str) -> None:
    if isinstance(one, c.EntryIs):
        if not (one.kinds or one.refs or one.urls):
            raise BadRequest("says nothing: name kinds, refs or urls", field=field)
    elif isinstance(one, c.HourIs):
        if one.from_hour == one.to_hour:
            raise BadRequest("the hours are empty", field=f"{field}.to_hour")
    elif isinstance(one, c.WorkingHours):
        require_known(book, "calendar_id", one.calendar_id, f"{field}.calendar_id")
    elif isinstance(one, c.TeamIs):
        for n, id in enumerate(one.team_ids):
            require_known(book, "team_id", id, f"{field}.team_ids.{n}")
    elif isinstance(one, c.LineIs):
        for n, id in enumerate(one.lines):
            require_known(book, "line", id, f"{field}.lines.{n}")


def _check_together(conditions: Sequence[c.Condition], path: str) -> None:
    """Two conditions that all must hold and never do at once."""
    seen: dict[str, tuple[int, Any]] = {}
    flags: dict[str, bool] = {}
    for place, one in enumerate(conditions):
        if isinstance(one, c.Not) and one.condition in conditions:
            raise BadRequest("contradicts another condition", field=f"{path}.{place}")
        flag = _flag(one)
        if flag is not None and flags.setdefault(flag[0], flag[1]) is not flag[1]:
            raise BadRequest("contradicts another condition", field=f"{path}.{place}")
        name = _ONE_VALUE.get(type(one))
        if name is None or (isinstance(one, c.TopicIs) and one.below):
            continue
        values = set(getattr(one, name))
        if name in seen and values.isdisjoint(seen[name][1]):
            raise BadRequest(
                f"never holds together with condition {seen[name][0]}", field=f"{path}.{place}"
            )
        seen.setdefault(name, (place, values))


def _flag(one: c.Condition) -> tuple[str, bool] | None:
    if isinstance(one, c.PeakIs):
        return one.type, one.on
    if isinstance(one, c.ContactIs):
        return one.type, one.verified
    if isinstance(one, c.AssigneeIs):
        return (one.type, one.anybody) if not one.agent_ids else None
    return None
