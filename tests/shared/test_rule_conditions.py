"""Conditions, by tables: what holds and what does not."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared.model.content import Entry
from shared.model.conversation import Priority, Status
from shared.rules.conditions import ready, setting_of
from shared.stems import Stemmer
from tests.shared.ruling import AT, book, condition, facts, topic

TREE = book(topics=[topic("tech"), topic("phones", "tech"), topic("money")])
SETTING = setting_of(TREE, Stemmer())


@pytest.mark.parametrize(
    "asked, known, holds",
    [
        ({"type": "topic", "topics": ["tech"]}, {"topic": "tech"}, True),
        ({"type": "topic", "topics": ["tech"]}, {"topic": "phones"}, True),
        ({"type": "topic", "topics": ["tech"], "below": False}, {"topic": "phones"}, False),
        ({"type": "topic", "topics": ["phones"]}, {"topic": "tech"}, False),
        ({"type": "topic", "topics": ["tech"]}, {}, False),
        ({"type": "channel", "channel_ids": ["shop"]}, {}, True),
        ({"type": "channel", "channel_ids": ["other"]}, {}, False),
        ({"type": "channel_type", "channel_types": ["vk", "telegram"]}, {}, True),
        ({"type": "channel_type", "channel_types": ["vk"]}, {}, False),
        ({"type": "language", "languages": ["en"]}, {"language": "en-GB"}, True),
        ({"type": "language", "languages": ["en-GB"]}, {"language": "en"}, False),
        ({"type": "language", "languages": ["ru"]}, {}, False),
        ({"type": "segment", "segments": ["vip", "staff"]}, {"segments": ("vip",)}, True),
        ({"type": "segment", "segments": ["vip"]}, {}, False),
        ({"type": "label", "labels": ["a", "b"]}, {"labels": ("b",)}, True),
        ({"type": "label", "labels": ["a", "b"], "all": True}, {"labels": ("b",)}, False),
        ({"type": "label", "labels": ["a", "b"], "all": True}, {"labels": ("b", "a")}, True),
        ({"type": "priority", "priorities": ["high"]}, {"priority": Priority.HIGH}, True),
        ({"type": "priority", "priorities": ["high"]}, {}, False),
        ({"type": "status", "statuses": ["pending"]}, {"status": Status.PENDING}, True),
        ({"type": "status", "statuses": ["pending"]}, {}, False),
        ({"type": "field", "name": "order"}, {"fields": {"order": "7"}}, True),
        ({"type": "field", "name": "order", "values": ["Red"]}, {"fields": {"order": "red"}}, True),
        ({"type": "field", "name": "order", "values": ["red"]}, {"fields": {"order": "7"}}, False),
        ({"type": "field", "name": "order"}, {}, False),
        ({"type": "verified", "verified": True}, {"verified": True}, True),
        ({"type": "verified", "verified": True}, {}, False),
        ({"type": "assignee"}, {"assignee_id": "anna"}, True),
        ({"type": "assignee", "anybody": False}, {}, True),
        ({"type": "assignee", "agent_ids": ["anna"]}, {"assignee_id": "boris"}, False),
        ({"type": "team", "team_ids": ["sales"]}, {"team_id": "sales"}, True),
        ({"type": "team", "team_ids": ["sales"]}, {}, False),
        ({"type": "line", "lines": ["L2"]}, {"line": "L2"}, True),
        ({"type": "line", "lines": ["L2"]}, {"line": "L1"}, False),
        ({"type": "peak", "on": False}, {}, True),
        ({"type": "peak"}, {}, False),
        ({"type": "not", "condition": {"type": "peak"}}, {}, True),
        (
            {
                "type": "any",
                "conditions": [{"type": "peak"}, {"type": "verified", "verified": False}],
            },
            {},
            True,
        ),
        (
            {
                "type": "any",
                "conditions": [{"type": "peak"}, {"type": "verified", "verified": True}],
            },
            {},
            False,
        ),
    ],
)
def test_a_condition_looks_at_the_conversation(
    asked: dict[str, Any], known: dict[str, Any], holds: bool
) -> None:
    test = ready(condition(**asked), SETTING)

    assert test(facts(**known)) is holds


@pytest.mark.parametrize(
    "words, every, text, holds",
    [
        (["возврат"], False, "Хочу оформить возвраты", True),
        (["refund"], False, "I want my money REFUNDED", True),
        (["refund"], False, "all is fine", False),
        (["broken screen"], False, "the screen is broken", True),
        (["broken screen"], False, "the screen is fine", False),
        (["order", "late"], True, "my orders are late", True),
        (["order", "late"], True, "my orders are here", False),
    ],
)
def test_words_are_found_in_whatever_form(
    words: list[str], every: bool, text: str, holds: bool
) -> None:
    test = ready(condition(type="words", words=words, all=every), SETTING)

    assert test(facts(text)) is holds
    assert test(facts()) is False


@pytest.mark.parametrize(
    "asked, holds",
    [
        ({"kinds": ["deep_link"]}, True),
        ({"kinds": ["page"]}, False),
        ({"refs": ["sale-7"]}, True),
        ({"refs": ["sale-*"]}, True),
        ({"refs": ["sale"]}, False),
        ({"refs": ["sale-*"], "urls": ["/checkout"]}, True),
        ({"urls": ["/cart"]}, False),
    ],
)
def test_the_way_by_which_the_customer_came(asked: dict[str, Any], holds: bool) -> None:
    entry = Entry(kind="deep_link", ref="sale-7", url="https://shop.example/checkout?a=1")
    test = ready(condition(type="entry", **asked), SETTING)

    assert test(facts(entry=entry)) is holds
    assert test(facts()) is False


@pytest.mark.parametrize(
    "local, hours, days, inside",
    [
        ((5, 9, 0), (9, 18), [], True),
        ((5, 18, 0), (9, 18), [], False),
        ((4, 12, 0), (9, 18), [0, 1, 2, 3, 4], False),
        ((5, 23, 0), (22, 6), [0], True),
        ((6, 5, 59), (22, 6), [0], True),
        ((6, 23, 0), (22, 6), [0], False),
        ((5, 23, 0), (0, 24), [], True),
    ],
)
def test_the_hour_is_that_of_the_zone(
    local: tuple[int, int, int], hours: tuple[int, int], days: list[int], inside: bool
) -> None:
    day, hour, minute = local
    # Moscow is three hours ahead.
    now = datetime(2026, 1, day, hour, minute, tzinfo=UTC) - timedelta(hours=3)
    fields = {"zone": "Europe/Moscow", "from_hour": hours[0], "to_hour": hours[1], "days": days}
    known = facts()
    moved = type(known)(known.conversation, now)

    assert ready(condition(type="hour", **fields), SETTING)(moved) is inside
    assert ready(condition(type="hour", within=False, **fields), SETTING)(moved) is not inside


def test_a_calendar_is_asked_by_its_id() -> None:
    known = facts()
    open_now = type(known)(known.conversation, AT, within=lambda id, at: (id, at) == ("week", AT))

    assert ready(condition(type="calendar", calendar_id="week"), SETTING)(open_now)
    assert not ready(condition(type="calendar", calendar_id="other"), SETTING)(open_now)
    assert ready(condition(type="calendar", calendar_id="other", within=False), SETTING)(open_now)
