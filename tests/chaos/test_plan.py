"""A plan is made of its seed alone, and what it holds can be carried out."""

import itertools
from collections import Counter

import pytest

from tests.chaos.channel import CHANNELS, OWN_CHANNEL
from tests.chaos.fault import PROCESSES, Lane, links
from tests.chaos.plan import FULL, SET_UPS, SHORT, make_plan, quiet_plan

SEEDS = range(1, 41)


@pytest.mark.parametrize("set_up", SET_UPS)
def test_the_same_seed_gives_the_same_plan(set_up: str) -> None:
    assert make_plan(7, set_up) == make_plan(7, set_up)


def test_another_seed_or_set_up_gives_another_plan() -> None:
    plans = [make_plan(7, "embedded"), make_plan(8, "embedded"), make_plan(7, "services-sqlite")]

    assert len({plan.faults for plan in plans}) == 3


@pytest.mark.parametrize("set_up", SET_UPS)
def test_everybody_writes_as_much_as_was_asked_each_text_once_and_in_order(set_up: str) -> None:
    plan = make_plan(3, set_up)
    said = Counter(line.customer for line in plan.lines)

    assert set(said.values()) == {plan.size.each}
    assert len(said) == plan.size.people
    assert len({line.text for line in plan.lines}) == len(plan.lines)
    assert [line.at_s for line in plan.lines] == sorted(line.at_s for line in plan.lines)


def test_all_kinds_of_channels_have_customers() -> None:
    full, short = make_plan(3, "embedded"), make_plan(3, "embedded", SHORT)

    assert Counter(full.customers.values()) == dict.fromkeys(CHANNELS, 3)
    assert Counter(short.customers.values()) == dict.fromkeys(CHANNELS, 1)


def test_a_run_on_the_wire_server_has_300_messages() -> None:
    plan = make_plan(3, "services-mongo")

    assert len(plan.lines) + len(plan.deeds) == 300
    assert len([name for name in PROCESSES["services-mongo"] if name.startswith("router")]) == 2


@pytest.mark.parametrize("set_up", SET_UPS)
def test_faults_strike_only_what_is_there(set_up: str) -> None:
    platforms = set(CHANNELS) - {OWN_CHANNEL}
    there = {*PROCESSES[set_up], *links(set_up), *platforms, "bot", "broker", "store"}

    assert {fault.target for seed in SEEDS for fault in make_plan(seed, set_up).faults} <= there


@pytest.mark.parametrize("set_up", SET_UPS)
def test_faults_of_a_lane_do_not_overlap(set_up: str) -> None:
    faults = make_plan(5, set_up).faults
    lanes = [
        [fault for fault in faults if fault.lane is lane] for lane in (Lane.PROCESSES, Lane.PATHS)
    ]

    assert all(
        one.at_s + one.lasts_s < other.at_s
        for lane in lanes
        for one, other in itertools.pairwise(lane)
    )


@pytest.mark.parametrize(
    "set_up, kinds",
    [
        ("embedded", {"kill", "stop", "stutter", "cut", "half_open", "held_up", "slow"}),
        ("embedded", {"disk_full", "duplicate", "reorder", "429", "500", "hang"}),
        ("services-sqlite", {"kill", "stop", "restart", "locked", "cut_after_write", "malformed"}),
        ("services-mongo", {"kill", "stop", "restart", "held_up", "cut", "poll_409"}),
    ],
)
def test_every_kind_of_fault_comes_within_twenty_seeds(set_up: str, kinds: set[str]) -> None:
    seen = {fault.kind for seed in range(1, 21) for fault in make_plan(seed, set_up).faults}

    assert kinds <= seen


@pytest.mark.parametrize("set_up", SET_UPS)
def test_every_process_and_every_link_is_struck_within_twenty_seeds(set_up: str) -> None:
    struck = {fault.target for seed in range(1, 21) for fault in make_plan(seed, set_up).faults}

    assert {*PROCESSES[set_up], *links(set_up)} <= struck


def test_a_quiet_plan_has_no_faults_but_those_that_are_named() -> None:
    fault = make_plan(1, "embedded").faults[0]

    assert quiet_plan(1, "embedded").faults == ()
    assert quiet_plan(1, "embedded", faults=[fault]).faults == (fault,)


def test_no_fault_begins_after_the_traffic_has_ended() -> None:
    faults = [fault for seed in SEEDS for fault in make_plan(seed, "embedded").faults]

    assert max(fault.at_s for fault in faults) < FULL.span_s
