"""What the ledger sees on each kind of channel: each lets the hub promise something else."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from tests.chaos.compare import compare
from tests.chaos.fault import Fault, Lane
from tests.chaos.ledger import Entry, Found, Ledger, Letter, Written

KILLED = Fault("kill", "hub", at_s=1)


def on(channel: str, kind: str) -> Fault:
    """A fault of that channel's platform."""
    return Fault(kind, channel, at_s=1, times=1, lane=Lane.PLATFORM)


def inbound(seq: int, text: str, conversation: str = "c1") -> Entry:
    return Entry(f"{conversation}/{seq}", conversation, "inbound", text, seq=seq)


def reply(seq: int, text: str, delivery: str = "sent", conversation: str = "c1") -> Entry:
    return replace(inbound(seq, text, conversation), direction="outbound", delivery=delivery)


def found(*api: Entry, phone: Sequence[str] | None = None, letters: Sequence[Letter] = ()) -> Found:
    """What is there of the only customer."""
    texts = [entry.text for entry in api if entry.direction == "outbound"]
    return Found(
        conversations={entry.conversation_id: "anna" for entry in api},
        api=api,
        live={entry.id: entry for entry in api},
        phones={"anna": texts if phone is None else phone},
        letters=letters,
    )


def kinds(channel: str, there: Found, *faults: Fault, at_s: Sequence[float] = (0, 5)) -> set[str]:
    """The kinds of what is wrong, where she wrote ``one`` and ``two`` at these times."""
    lines = [
        Written(channel, "anna", text, at, accepted=True)
        for text, at in zip(("one", "two"), at_s, strict=True)
    ]
    wrong = compare(Ledger(written=lines), there, faults, {"anna": channel})
    return {line.partition(":")[0] for line in wrong}


def answered(state: str, phone: Sequence[str]) -> Found:
    """The second answer is in this state, and this is on the phone."""
    entries = (
        inbound(1, "one"),
        reply(2, "re: one"),
        inbound(3, "two"),
        reply(4, "re: two", state),
    )
    return found(*entries, phone=phone)


BOTH, FIRST = ("re: one", "re: two"), ("re: one",)


@pytest.mark.parametrize(
    "channel, fault, there, missing",
    [
        # No idempotency key: it may have arrived or not, and nobody can know.
        ("shop", "hang", set(), set()),
        # A repeat is known: it arrives once, and is never unknown.
        ("club", "hang", {"state"}, {"state"}),
        ("group", "cut_after_write", {"state"}, {"state"}),
        ("system", "cut_after_write", {"state"}, {"state"}),
        # The platform tells what it has.
        ("number", "cut_after_write", {"state"}, set()),
        ("mailbox", "cut_after_write", {"state"}, set()),
    ],
)
def test_unknown_after_a_lost_answer_stands_as_far_as_the_platform_knows_no_better(
    channel: str, fault: str, there: set[str], missing: set[str]
) -> None:
    assert kinds(channel, answered("unknown", BOTH), on(channel, fault)) == there
    assert kinds(channel, answered("unknown", FIRST), on(channel, fault)) == missing


@pytest.mark.parametrize(
    "faults, wrong",
    [
        (("hang",), {"state"}),
        (("400",), {"state"}),
        (("400", "429"), {"state"}),
        (("hang", "400"), set()),
    ],
)
def test_where_repeats_are_known_unknown_stands_behind_a_lost_answer_and_a_refusal(
    faults: tuple[str, ...], wrong: set[str]
) -> None:
    struck = [on("system", fault) for fault in faults]

    assert kinds("system", answered("unknown", BOTH), *struck) == wrong


def test_unknown_stands_where_the_platform_was_told_to_say_nothing_of_it() -> None:
    faults = (on("number", "hang"), on("number", "no_status"))

    assert kinds("number", answered("unknown", BOTH), *faults) == set()


def test_a_mail_whose_process_was_killed_is_not_looked_for_any_more() -> None:
    lost = on("mailbox", "cut_after_write")

    assert kinds("mailbox", answered("unknown", BOTH), lost, KILLED) == set()
    assert kinds("number", answered("unknown", BOTH), lost, KILLED) == {"state"}


@pytest.mark.parametrize("state, fault", [("unknown", "hang"), ("failed", "400")])
def test_the_fault_of_another_platform_explains_nothing(state: str, fault: str) -> None:
    phone = FIRST if state == "failed" else BOTH

    assert kinds("shop", answered(state, phone), on("market", fault)) == {"state"}
    assert kinds("shop", answered(state, phone), on("shop", fault)) == set()


def test_a_status_that_says_failed_explains_it() -> None:
    assert kinds("number", answered("failed", FIRST), on("number", "status_131000")) == set()
    assert kinds("number", answered("failed", BOTH), on("number", "status_131000")) == {"state"}


def test_a_mail_too_many_of_programs_fails_and_none_before_it() -> None:
    every = [inbound(1, "one"), inbound(2, "two")]
    for number in range(10):
        every.append(
            reply(3 + number, f"re: {('one', 'two')[number]}" if number < 2 else f"{number}")
        )
    last = reply(20, "one more", "failed")
    texts = [entry.text for entry in every if entry.direction == "outbound"]
    full, fewer = found(*every, last, phone=texts), found(*every[:-1], last, phone=texts[:-1])

    assert "state" not in kinds("mailbox", full)
    assert "state" in kinds("mailbox", fewer)
    assert "state" in kinds("shop", full)


SWAPPED = found(
    inbound(1, "two"), reply(2, "re: two"), inbound(3, "one"), reply(4, "re: one")
)  # fmt: skip


@pytest.mark.parametrize(
    "channel, faults, at_s, expected",
    [
        ("number", ["reorder"], (0.0, 0.9), set()),
        ("number", ["reorder"], (0.0, 1.2), {"order"}),
        ("number", [], (0.0, 0.9), {"order"}),
        ("club", ["reorder"], (0.0, 0.9), {"order"}),
        ("shop", ["reorder"], (0.0, 0.9), {"order"}),
    ],
)
def test_messages_of_one_second_stand_in_any_order_only_where_the_platform_says_no_more(
    channel: str, faults: list[str], at_s: tuple[float, float], expected: set[str]
) -> None:
    assert kinds(channel, SWAPPED, *(on(channel, kind) for kind in faults), at_s=at_s) == expected


APART = (
    inbound(1, "one", "c1"), reply(2, "re: one", conversation="c1"),
    inbound(1, "two", "c2"), reply(2, "re: two", conversation="c2"),
)  # fmt: skip


def test_a_mail_may_begin_a_thread_of_its_own_and_no_other_message() -> None:
    assert kinds("mailbox", found(*APART)) == set()
    assert kinds("club", found(*APART)) == {"stranger"}


def test_replies_of_two_threads_arrive_in_any_order_and_those_of_one_in_theirs() -> None:
    more = reply(3, "an agent's", conversation="c2")

    assert kinds("mailbox", found(*APART, phone=("re: two", "re: one"))) == set()
    swapped = found(*APART[:3], more, APART[3], phone=("an agent's", "re: one", "re: two"))
    assert "order" in kinds("mailbox", swapped)


def test_a_spoiled_event_whose_message_was_found_in_the_conversation_is_there_once() -> None:
    letter = Letter("intake/club", "no peer", '{"text": "two"}')
    there = replace(answered("sent", BOTH), letters=[letter])
    twice = found(*there.api, inbound(9, "two"), reply(10, "re: two"), letters=[letter])

    assert kinds("club", there, on("club", "malformed")) == set()
    assert "doubled" in kinds("club", twice, on("club", "malformed"))
