"""How long a fault was felt."""

import pytest

from tests.chaos.recovery import Span, late_spans, recovery_s


@pytest.mark.parametrize(
    "messages, late",
    [
        ([], []),
        ([(1.0, 1.9)], []),
        ([(1.0, 3.0)], [(2.0, 3.0)]),
        ([(1.0, 3.0), (1.2, 3.1)], [(2.0, 3.1)]),
        ([(1.0, 2.5), (5.0, 7.0)], [(2.0, 2.5), (6.0, 7.0)]),
        ([(1.0, 9.0), (2.0, 3.5)], [(2.0, 9.0)]),
    ],
)
def test_times_in_which_messages_were_late_are_joined(
    messages: list[Span], late: list[Span]
) -> None:
    assert late_spans(messages) == late


@pytest.mark.parametrize(
    "over_at, took_s",
    [
        pytest.param(2.0, 1.0, id="it was felt when it ended"),
        pytest.param(1.2, 1.8, id="it was felt soon after"),
        pytest.param(3.0, 0.0, id="it was over"),
        pytest.param(-4.0, 0.0, id="long before"),
    ],
)
def test_recovery_lasts_until_no_message_is_late(over_at: float, took_s: float) -> None:
    assert recovery_s(over_at, [(1.5, 3.0)], []) == pytest.approx(took_s)


@pytest.mark.parametrize(
    "others, known",
    [
        pytest.param([(2.5, 2.6)], False, id="it struck meanwhile"),
        pytest.param([(0.0, 2.1)], False, id="it lasted longer"),
        pytest.param([(0.5, 0.5)], False, id="messages were late by it before"),
        pytest.param([(3.5, 4.0)], True, id="it struck later"),
        pytest.param([(-3.0, -2.0)], True, id="it was over before"),
    ],
)
def test_nobody_can_tell_whose_time_it_was_while_another_fault_lasted(
    others: list[Span], known: bool
) -> None:
    assert (recovery_s(2.0, [(1.5, 3.0)], others) is not None) is known
