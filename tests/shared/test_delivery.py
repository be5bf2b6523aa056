"""Receipts only move a message forward."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.model.delivery import Delivery, advance

STATES = st.sampled_from(list(Delivery))


@pytest.mark.parametrize(
    "current, news, expected",
    [
        (Delivery.QUEUED, Delivery.SENDING, Delivery.SENDING),
        (Delivery.SENDING, Delivery.SENT, Delivery.SENT),
        (Delivery.SENT, Delivery.READ, Delivery.READ),
        (Delivery.READ, Delivery.DELIVERED, Delivery.READ),
        (Delivery.READ, Delivery.SENT, Delivery.READ),
        (Delivery.DELIVERED, Delivery.FAILED, Delivery.DELIVERED),
        (Delivery.SENT, Delivery.FAILED, Delivery.FAILED),
        (Delivery.FAILED, Delivery.SENT, Delivery.FAILED),
        (Delivery.FAILED, Delivery.DELIVERED, Delivery.DELIVERED),
        (Delivery.UNKNOWN, Delivery.SENT, Delivery.SENT),
        (Delivery.UNKNOWN, Delivery.FAILED, Delivery.FAILED),
        (Delivery.SENDING, Delivery.UNKNOWN, Delivery.UNKNOWN),
        (Delivery.SENT, Delivery.UNKNOWN, Delivery.SENT),
        (Delivery.QUEUED, Delivery.CANCELLED, Delivery.CANCELLED),
        (Delivery.SENDING, Delivery.CANCELLED, Delivery.SENDING),
        (Delivery.CANCELLED, Delivery.SENT, Delivery.SENT),
        (Delivery.CANCELLED, Delivery.FAILED, Delivery.CANCELLED),
        (Delivery.QUEUED, Delivery.HELD, Delivery.HELD),
        (Delivery.SENDING, Delivery.HELD, Delivery.SENDING),
        (Delivery.HELD, Delivery.SENDING, Delivery.SENDING),
    ],
)
def test_the_state_after_news(current: Delivery, news: Delivery, expected: Delivery) -> None:
    assert advance(current, news) is expected


@given(STATES, STATES)
def test_the_same_news_twice_changes_nothing_more(current: Delivery, news: Delivery) -> None:
    once = advance(current, news)

    assert advance(once, news) is once


@given(st.lists(STATES, min_size=2))
def test_what_was_read_stays_read(news: list[Delivery]) -> None:
    states = [Delivery.QUEUED]
    for item in news:
        states.append(advance(states[-1], item))

    assert all(
        after is Delivery.READ for before, after in pairwise(states) if before is Delivery.READ
    )
