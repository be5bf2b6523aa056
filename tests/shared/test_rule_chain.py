"""Chains of rules: their order, what wakes them, and that they end."""

from collections.abc import Sequence
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from shared.model.conversation import Conversation, Priority
from shared.model.rule import Cause, Rule
from shared.rules.chain import MOST_DEEP, Chain
from shared.rules.effects import foreseen
from shared.rules.ruling import ruling_for
from tests.shared.ruling import AT, book, condition, conversation, facts, on, rule


def driven(
    rules: Sequence[Rule], causes: set[Cause], text: str | None = None, **fields: Any
) -> tuple[list[str], str | None, Conversation]:
    """The rules that fire in their order, why the chain stopped, and the conversation then."""
    ordered = sorted(rules, key=lambda one: (one.position, one.id))
    known = facts(text, **fields)
    chain = Chain(ruling_for(ordered, book()), known, causes)
    present, fired = known.conversation, []
    while (firing := chain.next()) is not None:
        fired.append(firing.rule.id)
        present = foreseen(firing.rule.actions, present, AT)
        chain.done(present)
    return fired, chain.stopped.why if chain.stopped else None, present


def priority(value: str) -> dict[str, Any]:
    return {"type": "priority", "priority": value}


def labels(*names: str) -> dict[str, Any]:
    return {"type": "add_labels", "labels": names}


def has(value: str) -> tuple[Any, ...]:
    return (condition(type="priority", priorities=[value]),)


def test_rules_are_asked_by_position_and_never_by_name() -> None:
    rules = [
        rule("a", on("message"), labels("third"), position=3),
        rule("z", on("message"), labels("first"), position=1),
        rule("m", on("message"), labels("second"), position=2),
    ]

    fired, _, after = driven(rules, {Cause.MESSAGE})

    assert fired == ["z", "m", "a"]
    assert after.labels == ("first", "second", "third")


def test_a_rule_sees_what_those_before_it_have_changed() -> None:
    rules = [
        rule("first", on("message"), priority("high"), position=1),
        rule("second", on("message"), labels("hot"), conditions=has("high"), position=2),
        rule("third", on("message"), labels("cold"), conditions=has("normal"), position=3),
    ]

    fired, _, _ = driven(rules, {Cause.MESSAGE})

    assert fired == ["first", "second"]


def test_what_a_rule_changes_wakes_others() -> None:
    rules = [
        rule("hears", on("priority"), labels("hot"), position=1),
        rule("sets", on("message"), priority("high"), position=2),
    ]

    assert driven(rules, {Cause.MESSAGE})[0] == ["sets", "hears"]


def test_a_rule_that_would_change_nothing_does_not_fire() -> None:
    rules = [rule("sets", on("message"), priority("high"))]

    assert driven(rules, {Cause.MESSAGE}, priority=Priority.HIGH)[0] == []


def test_the_last_rule_ends_the_turn() -> None:
    rules = [
        rule("first", on("message"), labels("a"), last=True, position=1),
        rule("second", on("message"), labels("b"), position=2),
    ]

    assert driven(rules, {Cause.MESSAGE})[0] == ["first"]


def test_two_rules_that_undo_each_other_stop_and_say_so() -> None:
    rules = [
        rule("up", on("priority", "message"), priority("high"), conditions=has("normal")),
        rule("down", on("priority"), priority("normal"), conditions=has("high"), position=1),
    ]

    fired, stopped, _ = driven(rules, {Cause.MESSAGE})

    assert fired == ["up", "down"]
    assert stopped == "loop"


def test_a_chain_that_grows_too_long_stops_and_says_so() -> None:
    steps = [
        rule(
            f"step-{n}",
            on("labels" if n else "message"),
            labels(f"l{n + 1}"),
            conditions=(condition(type="label", labels=[f"l{n}"]),) if n else (),
            position=100 - n,
        )
        for n in range(MOST_DEEP + 3)
    ]

    fired, stopped, _ = driven(steps, {Cause.MESSAGE})

    assert fired == [f"step-{n}" for n in range(MOST_DEEP)]
    assert stopped == "depth"


_CAUSES = st.sets(
    st.sampled_from(["message", "priority", "labels", "topic", "resolved"]), min_size=1
)
_LABELS = st.lists(st.sampled_from("abc"), min_size=1, max_size=2)
_ACTIONS = st.one_of(
    st.builds(priority, st.sampled_from(["low", "normal", "high", "urgent"])),
    st.builds(lambda names: {"type": "add_labels", "labels": names}, _LABELS),
    st.builds(lambda names: {"type": "remove_labels", "labels": names}, _LABELS),
    st.just({"type": "resolve"}),
    st.just({"type": "reopen"}),
    st.just({"type": "note", "text": "hm"}),
)
_CONDITIONS = st.lists(
    st.one_of(
        st.builds(has, st.sampled_from(["low", "normal", "high"])).map(lambda one: one[0]),
        st.builds(lambda names: condition(type="label", labels=names), _LABELS),
    ),
    max_size=2,
)


@st.composite
def some_rules(draw: st.DrawFn) -> list[Rule]:
    """Whatever rules, many of which wake and undo each other."""
    number = draw(st.integers(1, 8))
    return [
        rule(
            f"r{n}",
            on(*sorted(draw(_CAUSES))),
            *draw(st.lists(_ACTIONS, min_size=1, max_size=2)),
            conditions=tuple(draw(_CONDITIONS)),
            position=draw(st.integers(0, 5)),
        )
        for n in range(number)
    ]


@given(some_rules())
def test_every_chain_ends_and_no_rule_fires_twice_in_it(rules: list[Rule]) -> None:
    fired, _, _ = driven(rules, {Cause.MESSAGE, Cause.CREATED})

    assert len(fired) == len(set(fired))


@given(some_rules(), st.randoms(use_true_random=False))
def test_the_same_happening_has_the_same_outcome_however_rules_are_listed(
    rules: list[Rule], random: Any
) -> None:
    one = conversation()
    shuffled = list(rules)
    random.shuffle(shuffled)

    first = driven(rules, {Cause.MESSAGE}, id=one.id)
    second = driven(shuffled, {Cause.MESSAGE}, id=one.id)

    assert first == second


@given(some_rules())
def test_within_a_turn_rules_fire_by_position(rules: list[Rule]) -> None:
    heard = [one for one in rules if {"message"} == {c.value for c in one.when.causes}]  # type: ignore[union-attr]
    quiet = [one.model_copy(update={"when": heard[0].when}) for one in heard]
    places = {one.id: (one.position, one.id) for one in quiet}

    fired, _, _ = driven(quiet, {Cause.MESSAGE})

    assert fired == sorted(fired, key=lambda id: places[id])
