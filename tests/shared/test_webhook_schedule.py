"""When a webhook is tried again, and when its receiver is called no more."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared.model.records import WebhookAttempt
from shared.webhooks.schedule import (
    DELAYS_S,
    OFF_AFTER,
    delay_s,
    is_failure,
    is_off,
    is_refused,
    is_taken,
)

NOW = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)


def attempt(minutes_ago: float = 0, **fields: Any) -> WebhookAttempt:
    values: dict[str, Any] = {
        "id": f"t/{minutes_ago}",
        "target": "t",
        "webhook_id": "w",
        "kind": "message",
        "attempt": 1,
        "at": NOW - timedelta(minutes=minutes_ago),
        "status": 500,
        "error": "it answered 500",
        "duration_s": 0.1,
    }
    return WebhookAttempt.model_validate(values | fields)


def failures(count: int, every_minutes: float) -> list[WebhookAttempt]:
    return [attempt(number * every_minutes) for number in range(count)]


def test_the_waits_grow_and_are_the_same_for_the_same_webhook() -> None:
    waits = [delay_s(number, "w") for number in range(1, 12)]

    assert waits == [delay_s(number, "w") for number in range(1, 12)]
    assert all(
        base <= wait <= base * 1.2
        for base, wait in zip((*DELAYS_S, DELAYS_S[-1], DELAYS_S[-1]), waits, strict=True)
    )


def test_those_of_different_webhooks_lie_apart() -> None:
    assert len({delay_s(3, f"w{number}") for number in range(50)}) == 50


@pytest.mark.parametrize(
    "status, taken, refused",
    [
        (200, True, False),
        (204, True, False),
        (302, False, False),
        (400, False, True),
        (404, False, False),
        (410, False, True),
        (422, False, True),
        (429, False, False),
        (500, False, False),
        (None, False, False),
    ],
)
def test_each_answer_has_one_meaning(status: int | None, taken: bool, refused: bool) -> None:
    assert (is_taken(status), is_refused(status)) == (taken, refused)


@pytest.mark.parametrize(
    "fields, failed",
    [
        ({"status": 200, "error": None}, False),
        ({"status": 422}, False),
        ({"status": 429}, False),
        ({"status": None, "error": "no answer"}, True),
        ({"status": 404}, True),
        ({"status": 301}, True),
        ({}, True),
    ],
)
def test_a_receiver_that_says_no_is_there(fields: dict[str, Any], failed: bool) -> None:
    assert is_failure(attempt(**fields)) is failed


def test_many_failures_over_an_hour_switch_it_off() -> None:
    assert is_off(failures(OFF_AFTER, 5))


def test_many_failures_within_a_restart_do_not() -> None:
    assert not is_off(failures(100, 0.5))


def test_a_few_failures_over_a_day_do_not() -> None:
    assert not is_off(failures(OFF_AFTER - 1, 90))


def test_one_success_among_them_begins_the_count_anew() -> None:
    rows = failures(OFF_AFTER, 5)
    rows[3] = attempt(15, status=200, error=None)

    assert not is_off(rows)
