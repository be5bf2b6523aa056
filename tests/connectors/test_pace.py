"""How fast, and when again: token buckets, back-off, and what errors decide."""

from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.board import Board, head_of
from connectors.outcome import decide, failed, found_sending, with_what_was
from shared.delivery.pace import Buckets, after, backoff_s
from shared.delivery.reasons import Reason, rejected
from shared.errors import (
    ChannelBroken,
    ContactGone,
    NotFound,
    NotSent,
    Rejected,
    Throttled,
    Unavailable,
    Uncertain,
    WindowClosed,
)
from shared.ids import ChannelId, ConversationId, ExternalId, new_message_id, part_id, slot_for
from shared.model.channel import Capabilities, RateLimit
from shared.model.content import Content
from shared.model.delivery import Delivery, FailureKind, Part

NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)
TEXT = Capabilities(max_text=100)
IDEMPOTENT = Capabilities(max_text=100, idempotent=True)


def part(order: int = 0, thread: str = "t", **changed: object) -> Part:
    message_id = new_message_id(slot_for(ChannelId("c"), thread))
    made = Part(
        id=part_id(message_id, 0),
        channel_id=ChannelId("c"),
        thread=ExternalId(thread),
        conversation_id=ConversationId("c" + "0" * 34),
        message_id=message_id,
        order=order,
        content=Content(text="x"),
        attempt=1,
        due_at=NOW,
        deadline_at=NOW + timedelta(hours=1),
        created_at=NOW,
        changed_at=NOW,
    )
    return made.model_copy(update=changed)


def later(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def test_a_burst_goes_at_once_and_then_one_by_one() -> None:
    buckets: Buckets[str] = Buckets(RateLimit(count=1, per_s=2, burst=3))
    for _ in range(3):
        assert buckets.delay_s("a", NOW) == 0
        buckets.take("a", NOW)

    assert buckets.delay_s("a", NOW) == 2
    assert buckets.delay_s("a", later(1)) == 1
    assert buckets.delay_s("b", NOW) == 0


def test_an_album_costs_as_many_as_it_holds_and_leaves_a_debt() -> None:
    buckets: Buckets[str] = Buckets(RateLimit(count=1, per_s=1, burst=2))

    assert buckets.delay_s("a", NOW, 5) == 0
    buckets.take("a", NOW, 5)

    assert buckets.delay_s("a", NOW) == 4


def test_a_clock_that_was_put_back_stops_nobody() -> None:
    buckets: Buckets[str] = Buckets(RateLimit(count=1, per_s=1, burst=1))
    buckets.take("a", later(3600))

    assert buckets.delay_s("a", NOW) == 1
    assert buckets.delay_s("a", later(1)) == 0


def test_without_a_limit_nothing_waits() -> None:
    buckets: Buckets[str] = Buckets(None)

    assert buckets.delay_s("a", NOW, 100) == 0


@given(attempt=st.integers(1, 1000), seed=st.integers())
def test_backing_off_doubles_up_to_a_minute(attempt: int, seed: int) -> None:
    delay = backoff_s(attempt, Random(seed))

    full = min(60.0, 2.0 ** min(attempt - 1, 16))
    assert 0.75 * full <= delay <= full


@pytest.mark.parametrize(
    "error,state,kind",
    [
        (Rejected("no"), Delivery.FAILED, FailureKind.REJECTED),
        (WindowClosed("no"), Delivery.FAILED, FailureKind.WINDOW_CLOSED),
        (ContactGone("no"), Delivery.FAILED, FailureKind.CONTACT_GONE),
        (NotFound("no"), Delivery.FAILED, FailureKind.REJECTED),
        (Uncertain("no"), Delivery.UNKNOWN, FailureKind.UNKNOWN),
        (TimeoutError(), Delivery.UNKNOWN, FailureKind.UNKNOWN),
        (KeyError("no"), Delivery.FAILED, FailureKind.INTERNAL),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else str(value),
)
def test_what_an_error_means_for_good(error: Exception, state: Delivery, kind: FailureKind) -> None:
    verdict = decide(error, part(), TEXT, NOW, Random(1))

    assert verdict.failure is not None
    assert (verdict.state, verdict.failure.kind) == (state, kind)
    assert verdict.stops_message


@pytest.mark.parametrize(
    "error", [NotSent("no"), Unavailable("no")], ids=lambda error: type(error).__name__
)
def test_what_was_certainly_not_sent_is_tried_again(error: Exception) -> None:
    verdict = decide(error, part(attempt=3), TEXT, NOW, Random(1))

    assert verdict.state is Delivery.QUEUED
    assert verdict.due_at is not None
    assert later(3) <= verdict.due_at <= later(4)


def test_a_lost_answer_is_asked_for_again_where_a_repeat_is_safe() -> None:
    assert decide(Uncertain("x"), part(), IDEMPOTENT, NOW, Random(1)).state is Delivery.QUEUED
    assert found_sending(part(), IDEMPOTENT, NOW).state is Delivery.QUEUED


@pytest.mark.parametrize("refusal", [Rejected("no"), WindowClosed("late"), ValueError("a bug")])
def test_a_refusal_says_nothing_of_an_earlier_attempt_that_may_have_arrived(
    refusal: Exception,
) -> None:
    unsure = decide(Uncertain("x"), part(), IDEMPOTENT, NOW, Random(1))
    tried = part(attempt=2, failure=unsure.failure)
    waited = with_what_was(decide(Throttled(9.0), tried, IDEMPOTENT, NOW, Random(1)), tried)
    again = part(attempt=3, failure=waited.failure)

    verdict = with_what_was(decide(refusal, again, IDEMPOTENT, NOW, Random(1)), again)

    assert waited.state is Delivery.QUEUED
    assert verdict.state is Delivery.UNKNOWN
    assert verdict.failure is not None
    assert verdict.failure.kind is FailureKind.UNKNOWN


def test_a_refusal_after_attempts_that_cannot_have_arrived_is_a_failure() -> None:
    unsent = decide(NotSent("x"), part(), IDEMPOTENT, NOW, Random(1))
    tried = part(attempt=2, failure=unsent.failure)

    verdict = with_what_was(decide(Rejected("no"), tried, IDEMPOTENT, NOW, Random(1)), tried)

    assert verdict.state is Delivery.FAILED


def test_a_part_whose_dispatcher_died_may_have_arrived_though_it_is_too_late_now() -> None:
    left = found_sending(part(), IDEMPOTENT, NOW)
    waiting = part(failure=left.failure)

    verdict = with_what_was(failed(FailureKind.DEADLINE, "too late"), waiting)

    assert verdict.state is Delivery.UNKNOWN
    assert found_sending(part(), TEXT, NOW).state is Delivery.UNKNOWN


def test_throttling_waits_exactly_as_long_as_was_asked_for() -> None:
    verdict = decide(Throttled(7), part(), TEXT, NOW, Random(1))

    assert (verdict.state, verdict.due_at) == (Delivery.QUEUED, later(7))
    assert verdict.pause_channel_until is None


def test_throttling_of_the_channel_pauses_all_of_it() -> None:
    verdict = decide(Throttled(7, whole_channel=True), part(), TEXT, NOW, Random(1))

    assert verdict.pause_channel_until == later(7)


def test_waiting_never_goes_beyond_the_deadline() -> None:
    verdict = decide(Throttled(7200), part(), TEXT, NOW, Random(1))

    assert verdict.due_at == later(3600)


def test_a_broken_channel_gives_the_part_back() -> None:
    verdict = decide(ChannelBroken("revoked"), part(), TEXT, NOW, Random(1))

    assert (verdict.state, verdict.broken) == (Delivery.QUEUED, "revoked")


def test_a_part_that_was_tried_holds_its_followers_even_if_it_was_scheduled() -> None:
    verdict = decide(NotSent("no"), part(scheduled=True), TEXT, NOW, Random(1))

    assert verdict.values()["scheduled"] is False


def test_the_head_of_a_thread_is_the_first_that_may_not_be_passed_over() -> None:
    held = part(0, state=Delivery.HELD)
    scheduled = part(1, scheduled=True, due_at=later(60))
    undoable = part(2, due_at=later(5))
    ready = part(3)

    assert head_of([held, scheduled, undoable, ready], NOW) is undoable
    assert head_of([held, scheduled, undoable, ready], later(61)) is scheduled


def test_a_thread_gives_one_part_at_a_time() -> None:
    board = Board()
    first, second, other = part(0), part(1), part(0, thread="u")
    board.merge([second, first, other], read_at=0, now=NOW)

    taken = [board.take(NOW), board.take(NOW)]

    assert {p.id for p in taken if p} == {first.id, other.id}
    assert board.take(NOW) is None


def test_what_was_read_before_a_change_does_not_undo_it() -> None:
    board = Board()
    first = part(0)
    board.merge([first], read_at=0, now=NOW)
    read_at = board.tick
    board.take(NOW)
    board.replace(first.id, [], "t", NOW)
    board.release("t", NOW)

    board.merge([first], read_at=read_at, now=NOW)

    assert board.take(NOW) is None


def test_parts_of_a_renamed_thread_leave_in_one_order() -> None:
    board = Board()
    old, new = part(0, thread="old"), part(1, thread="new")
    board.merge([old, new], read_at=0, now=NOW)

    board.rename("old", "new", NOW)

    first = board.take(NOW)
    assert first is not None
    assert first.id == old.id
    assert board.take(NOW) is None
    assert sorted(board.names("old")) == ["new", "old"]


def test_a_thread_that_was_put_off_comes_again_at_its_time() -> None:
    board = Board()
    board.merge([part(0)], read_at=0, now=NOW)
    head = board.take(NOW)
    assert head is not None

    board.put_off("t", later(2))

    assert board.take(later(1)) is None
    assert board.take(later(2)) is not None


@given(st.floats(min_value=1e-12, max_value=1e-3))
def test_a_thread_that_waits_for_next_to_nothing_is_not_due_in_the_same_moment(
    seconds: float,
) -> None:
    board = Board()
    board.merge([part()], read_at=board.tick, now=NOW)
    head = board.take(NOW)
    assert head is not None

    board.put_off(head.thread, after(NOW, seconds))

    assert board.take(NOW) is None


@pytest.mark.parametrize(
    "error, code, values",
    [
        (rejected(Reason.FILE_SIZE, size_mb="9.0", max_mb="5.0"), "file_size",
         {"size_mb": "9.0", "max_mb": "5.0"}),
        (Rejected("chat not found"), None, {}),
        (NotFound("gone"), "file_gone", {}),
        (Uncertain("cut"), "unconfirmed", {}),
    ],
)  # fmt: skip
def test_a_reason_of_ours_has_its_word_beside_its_sentence(
    error: Exception, code: str | None, values: dict[str, str]
) -> None:
    failure = decide(error, part(), TEXT, NOW, Random(1)).failure

    assert failure is not None
    assert (failure.code, failure.values) == (code, values)
    assert failure.reason
