"""The priority score, the order of service, and peaks, by tables."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.model.conversation import Conversation, Priority
from shared.model.peak import PeakSpec
from shared.model.priority_score import PriorityScoreSpec
from shared.model.ruled import Ruled
from shared.rules.peaks import days_before, look
from shared.rules.score import order_key, rises_at, scored, scoring_for
from tests.shared.ruling import AT, book, conversation, facts, topic

SPEC = PriorityScoreSpec.model_validate(
    {
        "name": "Score",
        "weights": [
            {"name": "money", "points": 30, "conditions": [{"type": "topic", "topics": ["money"]}]},
            {"name": "vip", "points": 40, "conditions": [{"type": "segment", "segments": ["vip"]}]},
            {"name": "angry", "points": 50, "conditions": [{"type": "words", "words": ["lawyer"]}]},
            {
                "name": "incident",
                "points": 90,
                "conditions": [{"type": "label", "labels": ["incident"]}],
            },
            {
                "name": "thanks",
                "points": -10,
                "conditions": [{"type": "words", "words": ["thanks"]}],
            },
        ],
        "points_per_hour": 5,
        "most_for_waiting": 30,
    }
)
SCORING = scoring_for(SPEC, book(topics=[topic("money")]))


@pytest.mark.parametrize(
    "text, known, score, priority",
    [
        (None, {}, 0, Priority.NORMAL),
        ("thanks", {}, -10, Priority.LOW),
        (None, {"topic": "money"}, 30, Priority.NORMAL),
        ("my lawyers will write", {}, 50, Priority.HIGH),
        (None, {"topic": "money", "segments": ("vip",)}, 70, Priority.HIGH),
        (None, {"labels": ("incident",), "segments": ("vip",)}, 130, Priority.URGENT),
        (None, {"waiting_since": AT - timedelta(hours=3, minutes=59)}, 15, Priority.NORMAL),
        (None, {"waiting_since": AT - timedelta(days=9)}, 30, Priority.NORMAL),
        (None, {"ruled": Ruled(heard=("angry",))}, 50, Priority.HIGH),
    ],
)
def test_a_score_is_the_sum_of_what_holds(
    text: str | None, known: dict[str, Any], score: int, priority: Priority
) -> None:
    found = scored(SCORING, facts(text, **known))

    assert (found.score, found.priority) == (score, priority)


def test_it_is_known_when_waiting_lifts_it_to_the_next_level() -> None:
    about = conversation(waiting_since=AT - timedelta(hours=1))

    rises = rises_at(SPEC, 35, about, AT)

    # 15 points are missing: three hours more, and the fourth since the wait began.
    assert rises == AT + timedelta(hours=3)
    assert rises_at(SPEC, 0, about, AT) is None
    assert rises_at(SPEC, 35, conversation(), AT) is None


_WAITING = st.builds(
    lambda hours, priority, score: conversation(
        waiting_since=AT - timedelta(hours=hours), priority=priority, ruled=Ruled(score=score)
    ),
    st.integers(0, 3),
    st.sampled_from(Priority),
    st.integers(0, 2),
)


@given(st.lists(_WAITING, max_size=8), st.randoms(use_true_random=False))
def test_the_order_of_service_is_the_same_for_everybody(
    some: list[Conversation], random: Any
) -> None:
    shuffled = list(some)
    random.shuffle(shuffled)

    ordered = sorted(some, key=order_key)

    assert sorted(shuffled, key=order_key) == ordered
    assert [one.priority for one in ordered] == sorted(
        (one.priority for one in some), key=list(Priority).index, reverse=True
    )


PEAK = PeakSpec(name="Peak", factor=2, least=20)
HOUR = datetime.fromisoformat("2026-02-02T12:00:00+00:00")
NOW = HOUR + timedelta(minutes=30)
LONG_AGO = HOUR - timedelta(days=60)


def weeks(mean: int) -> dict[datetime, int]:
    """The same hour, and the one before it, of four weeks."""
    days = [*days_before(HOUR), *days_before(HOUR - timedelta(hours=1))]
    return dict.fromkeys(days, mean)


@pytest.mark.parametrize(
    "mean, now, before, was_on, on",
    [
        (10, 19, 0, False, False),
        (10, 20, 0, False, True),
        (30, 59, 0, False, False),
        (30, 60, 0, False, True),
        (30, 10, 60, True, True),
        (30, 10, 60, False, False),
        (30, 10, 59, True, False),
        (0, 20, 0, False, True),
    ],
)
def test_a_peak_is_twice_the_mean_of_the_same_hour(
    mean: int, now: int, before: int, was_on: bool, on: bool
) -> None:
    counts = weeks(mean) | {HOUR: now, HOUR - timedelta(hours=1): before}

    assert look(PEAK, counts, LONG_AGO, NOW, was_on=was_on).on is on


def test_a_fresh_hub_has_nothing_to_compare_with() -> None:
    seen = look(PEAK, {HOUR: 500}, HOUR, NOW, was_on=False)

    assert (seen.on, seen.mean) == (False, None)


def test_days_before_the_first_count_say_nothing() -> None:
    yesterday = HOUR - timedelta(days=1)

    seen = look(PEAK, {yesterday: 40, HOUR: 79}, yesterday, NOW, was_on=False)

    assert (seen.on, seen.mean) == (False, 40)
