"""Conditions made ready to be asked: each becomes a function of the facts. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from zoneinfo import ZoneInfo

from shared.collections import TOPICS
from shared.model import condition as c
from shared.policies.book import Book
from shared.rules.facts import Facts, parents_of
from shared.stems import Stemmer

Test = Callable[[Facts], bool]


@dataclass(frozen=True, slots=True)
class Setting:
    """What conditions are made ready with."""

    parents: Mapping[str, frozenset[str]]
    """Each topic with all above it."""
    stemmer: Stemmer


def setting_of(book: Book, stemmer: Stemmer) -> Setting:
    """From the book."""
    above = {topic.id: topic.parent_id for topic in book.all(TOPICS)}
    return Setting({id: parents_of(above, id) for id in above}, stemmer)


def ready(condition: c.Condition, setting: Setting) -> Test:
    """The condition as a function."""
    return _MAKERS[type(condition)](condition, setting)


def all_ready(conditions: Sequence[c.Condition], setting: Setting) -> Test:
    """All of them as one function; none at all holds always."""
    tests = [ready(one, setting) for one in conditions]
    if not tests:
        return lambda _facts: True
    if len(tests) == 1:
        return tests[0]

    def holds(facts: Facts) -> bool:
        # Hundreds of rules are asked of each message: a generator would double what that costs.
        for test in tests:  # noqa: SIM110
            if not test(facts):
                return False
        return True

    return holds


def asks_for_words(condition: c.Condition) -> bool:
    """Whether it looks at the message's words."""
    if isinstance(condition, c.Not):
        return asks_for_words(condition.condition)
    if isinstance(condition, c.AnyOf):
        return any(asks_for_words(one) for one in condition.conditions)
    return isinstance(condition, c.HasWords)


def _topic(one: c.TopicIs, setting: Setting) -> Test:
    wanted = set(one.topics)
    if one.below:
        wanted |= {id for id, above in setting.parents.items() if above & wanted}
    return lambda facts: facts.conversation.topic in wanted


def _channel(one: c.ChannelIs, _setting: Setting) -> Test:
    wanted = frozenset(one.channel_ids)
    return lambda facts: facts.conversation.channel_id in wanted


def _channel_type(one: c.ChannelTypeIs, _setting: Setting) -> Test:
    wanted = frozenset(one.channel_types)
    return lambda facts: facts.conversation.channel_type in wanted


def _language(one: c.LanguageIs, _setting: Setting) -> Test:
    wanted = frozenset(language.lower() for language in one.languages)

    def test(facts: Facts) -> bool:
        language = facts.conversation.language
        if language is None:
            return False
        lower = language.lower()
        return lower in wanted or lower.partition("-")[0] in wanted

    return test


def _segment(one: c.SegmentIs, _setting: Setting) -> Test:
    wanted = frozenset(one.segments)
    return lambda facts: not wanted.isdisjoint(facts.conversation.segments)


def _label(one: c.LabelIs, _setting: Setting) -> Test:
    wanted = frozenset(one.labels)
    if one.all:
        return lambda facts: wanted.issubset(facts.conversation.labels)
    return lambda facts: not wanted.isdisjoint(facts.conversation.labels)


def _priority(one: c.PriorityIs, _setting: Setting) -> Test:
    wanted = frozenset(one.priorities)
    return lambda facts: facts.conversation.priority in wanted


def _status(one: c.StatusIs, _setting: Setting) -> Test:
    wanted = frozenset(one.statuses)
    return lambda facts: facts.conversation.status in wanted


def _words(one: c.HasWords, setting: Setting) -> Test:
    entries = [frozenset(setting.stemmer.stems(word)) for word in one.words]
    entries = [entry for entry in entries if entry]
    if one.all:
        together = frozenset().union(*entries)
        return lambda facts: bool(together) and together <= facts.stems
    # A single word is the usual case: one look for all of them.
    singles = frozenset(stem for entry in entries if len(entry) == 1 for stem in entry)
    several = tuple(entry for entry in entries if len(entry) > 1)
    if not several:
        return lambda facts: not singles.isdisjoint(facts.stems)
    return lambda facts: (
        not singles.isdisjoint(facts.stems) or any(entry <= facts.stems for entry in several)
    )


def _attachment(one: c.HasAttachment, _setting: Setting) -> Test:
    wanted = frozenset(one.kinds)

    def test(facts: Facts) -> bool:
        files = facts.message.content.attachments if facts.message is not None else ()
        return any(not wanted or file.kind in wanted for file in files)

    return test


def _field(one: c.FieldIs, _setting: Setting) -> Test:
    name, wanted = one.name, frozenset(value.casefold() for value in one.values)

    def test(facts: Facts) -> bool:
        value = facts.conversation.fields.get(name)
        return value is not None and (not wanted or value.casefold() in wanted)

    return test


def _contact(one: c.ContactIs, _setting: Setting) -> Test:
    wanted = one.verified
    return lambda facts: facts.conversation.verified is wanted


def _entry(one: c.EntryIs, _setting: Setting) -> Test:
    kinds, urls = frozenset(one.kinds), one.urls
    whole = frozenset(ref for ref in one.refs if not ref.endswith("*"))
    begins = tuple(ref[:-1] for ref in one.refs if ref.endswith("*"))

    def test(facts: Facts) -> bool:
        entry = facts.conversation.entry
        if entry is None or (kinds and entry.kind not in kinds):
            return False
        ref, url = entry.ref or "", entry.url or ""
        if one.refs and not (ref in whole or (begins and ref.startswith(begins))):
            return False
        return not urls or any(piece in url for piece in urls)

    return test


def _assignee(one: c.AssigneeIs, _setting: Setting) -> Test:
    wanted, anybody = frozenset(one.agent_ids), one.anybody
    if wanted:
        return lambda facts: (facts.conversation.assignee_id in wanted) is anybody
    return lambda facts: (facts.conversation.assignee_id is not None) is anybody


def _team(one: c.TeamIs, _setting: Setting) -> Test:
    wanted = frozenset(one.team_ids)
    return lambda facts: facts.conversation.team_id in wanted


def _line(one: c.LineIs, _setting: Setting) -> Test:
    wanted = frozenset(one.lines)
    return lambda facts: facts.conversation.line in wanted


def _hour(one: c.HourIs, _setting: Setting) -> Test:
    zone, days = ZoneInfo(one.zone), frozenset(one.days) or frozenset(range(7))
    begins, ends = one.from_hour, one.to_hour

    def test(facts: Facts) -> bool:
        local = facts.now.astimezone(zone)
        day, hour = local.weekday(), local.hour
        if begins < ends:
            inside = day in days and begins <= hour < ends
        else:
            # Past midnight the hours still belong to the day on which they began.
            inside = (day in days and hour >= begins) or ((day - 1) % 7 in days and hour < ends)
        return inside is one.within

    return test


def _calendar(one: c.WorkingHours, _setting: Setting) -> Test:
    def test(facts: Facts) -> bool:
        return facts.within is not None and facts.within(one.calendar_id, facts.now) is one.within

    return test


def _peak(one: c.PeakIs, _setting: Setting) -> Test:
    wanted = one.on
    return lambda facts: facts.peak is wanted


def _not(one: c.Not, setting: Setting) -> Test:
    test = ready(one.condition, setting)
    return lambda facts: not test(facts)


def _any(one: c.AnyOf, setting: Setting) -> Test:
    tests = [ready(some, setting) for some in one.conditions]
    return lambda facts: any(test(facts) for test in tests)


_MAKERS: Final[Mapping[type[Any], Callable[[Any, Setting], Test]]] = {
    c.TopicIs: _topic,
    c.ChannelIs: _channel,
    c.ChannelTypeIs: _channel_type,
    c.LanguageIs: _language,
    c.SegmentIs: _segment,
    c.LabelIs: _label,
    c.PriorityIs: _priority,
    c.StatusIs: _status,
    c.HasWords: _words,
    c.HasAttachment: _attachment,
    c.FieldIs: _field,
    c.ContactIs: _contact,
    c.EntryIs: _entry,
    c.AssigneeIs: _assignee,
    c.TeamIs: _team,
    c.LineIs: _line,
    c.HourIs: _hour,
    c.WorkingHours: _calendar,
    c.PeakIs: _peak,
    c.Not: _not,
    c.AnyOf: _any,
}
