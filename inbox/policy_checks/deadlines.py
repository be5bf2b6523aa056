"""SLA policies and acknowledgements: what could never be kept or said."""

import re
from collections.abc import Iterable, Sequence, Set
from typing import Any, Final

from inbox.policies import Named
from inbox.policy_checks.calendars import check_zone
from shared.collections import CALENDARS, CHANNEL_TYPES, CHANNELS, TOPICS
from shared.errors import BadRequest
from shared.model.acknowledgement import (
    PLACEHOLDERS,
    QUEUE_PLACEHOLDERS,
    AcknowledgementSpec,
    When,
)
from shared.model.matching import Match
from shared.model.sla import SlaPolicySpec
from shared.policies.book import POLICY_COLLECTIONS, Book

_WHOLE: Final = 100
_LONGEST_TEXT: Final = 2000
_PLACEHOLDER: Final = re.compile(r"\{([^{}]*)\}")


def check_sla(_id: str, spec: SlaPolicySpec, book: Book) -> None:
    """It asks for something, by a calendar that is there, and warns before it is too late."""
    if spec.first_reply_s is None and spec.next_reply_s is None and spec.resolution_s is None:
        raise BadRequest("it asks for no reply and no resolution", field="first_reply_s")
    _check_calendar(spec.calendar_id, book)
    if any(not 0 < percent < _WHOLE for percent in spec.warn_at):
        raise BadRequest("percents lie between 1 and 99", field="warn_at")
    if list(spec.warn_at) != sorted(set(spec.warn_at)):
        raise BadRequest("percents ascend, each once", field="warn_at")
    _check_match(spec.match, book)


def check_acknowledgement(_id: str, spec: AcknowledgementSpec, book: Book) -> None:
    """Every text can be said, in a language that is there, and the hours are known."""
    _check_calendar(spec.calendar_id, book)
    if spec.when is not When.ALWAYS and spec.calendar_id is None:
        raise BadRequest("which hours? name a calendar", field="calendar_id")
    if spec.time_zone is not None:
        check_zone(spec.time_zone, "time_zone")
    if spec.default_language not in spec.texts:
        raise BadRequest("there is no text in this language", field="default_language")
    for language, text in spec.texts.items():
        check_text(text, f"texts.{language}", PLACEHOLDERS)
    for language, text in spec.queue_texts.items():
        check_text(text, f"queue_texts.{language}", QUEUE_PLACEHOLDERS)
    _check_match(spec.match, book)


def named_by_sla(spec: SlaPolicySpec) -> Sequence[Named]:
    """The channels and types that it is for."""
    return _named(spec.match)


def named_by_acknowledgement(spec: AcknowledgementSpec) -> Sequence[Named]:
    """The channels and types that it is for."""
    return _named(spec.match)


def _named(match: Match) -> Sequence[Named]:
    channels = [Named("match.channel_ids", CHANNELS, id) for id in match.channel_ids]
    types = [Named("match.channel_types", CHANNEL_TYPES, id) for id in match.channel_types]
    return [*channels, *types]


def _check_match(match: Match, book: Book) -> None:
    _check_ids(book, TOPICS.name, match.topics, "match.topics", "topic")
    _check_ids(book, "lines", match.lines, "match.lines", "line")
    _check_ids(book, "teams", match.team_ids, "match.team_ids", "team")


def _check_ids(book: Book, kind: str, ids: Iterable[str], field: str, one: str) -> None:
    collections: list[Any] = [c for c in POLICY_COLLECTIONS if c.name == kind]
    for collection in collections:
        for id in ids:
            if book.get(collection, id) is None:
                raise BadRequest(f"there is no such {one}: {id}", field=field)


def _check_calendar(id: str | None, book: Book) -> None:
    if id is not None and book.get(CALENDARS, id) is None:
        raise BadRequest("there is no such calendar", field="calendar_id")


def check_text(text: str, field: str, names: Set[str]) -> None:
    """It can be said, and names nothing but these."""
    if not text.strip():
        raise BadRequest("the text is empty", field=field)
    if len(text) > _LONGEST_TEXT:
        raise BadRequest(f"the text is longer than {_LONGEST_TEXT} characters", field=field)
    for name in _PLACEHOLDER.findall(text):
        if name not in names:
            known = ", ".join(f"{{{one}}}" for one in sorted(names))
            raise BadRequest(f"{{{name}}} stands for nothing; there are {known}", field=field)
