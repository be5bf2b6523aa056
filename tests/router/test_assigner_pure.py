"""Matching, ranking, waits, loads and rebalancing: pure decisions by tables and properties."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.assigner.cases import Case, Need, case_of
from router.assigner.load import Loads
from router.assigner.matching import Helpers, Worker, match, worker_of
from router.assigner.ranking import Candidate, choose
from router.assigner.rebalance import moves
from router.assigner.wait import Handling, pace
from router.assigner.waiting import WaitingList
from shared.ids import AgentId
from shared.model.conversation import Priority
from shared.model.queueing import Assignment
from shared.policies.book import EMPTY
from tests.inbox.stage import a_conversation
from tests.router.office import agent, queueing
from tests.router.world import START


def worker(id: str = "anna", **fields: Any) -> Worker:
    return worker_of(agent(id, **fields), queueing(capacity=10))


def candidate(
    id: str, load: int = 0, share: float = 1.0, turn: int = 0, **fields: int
) -> Candidate:
    return Candidate(worker(id, **fields), share, load, turn)


@pytest.mark.parametrize(
    "team_ids, duties, helpers, share",
    [
        ((), {}, {}, 0.0),
        (("shop",), {}, {}, 1.0),
        (("shop",), {"teams": {"shop": 0.25}}, {}, 0.25),
        (("shop",), {"teams": {"shop": 0.5}, "lines": {"L1": 0.5}}, {}, 0.25),
        (("shop",), {"lines": {"L2": 1.0}}, {}, 0.0),
        (("helpers",), {}, {}, 0.0),
        (("helpers",), {"teams": {"helpers": 0.5}}, {"shop": "helpers"}, 0.5),
        (("others",), {}, {"shop": "helpers"}, 0.0),
    ],
)
def test_the_share_is_that_of_team_and_line(
    team_ids: tuple[str, ...],
    duties: Mapping[str, Any],
    helpers: Mapping[str, str],
    share: float,
) -> None:
    someone = worker(team_ids=team_ids, **duties)

    assert match(someone, Need(team_id="shop", line="L1"), Helpers(helpers)) == share


@pytest.mark.parametrize(
    "lines, helpers, share",
    [
        ({}, {}, 1.0),
        ({"L2": 0.5}, {}, 0.0),
        ({"L2": 0.5}, {"L1": "L2"}, 0.5),
        ({"L1": 0.25, "L2": 1.0}, {"L1": "L2"}, 0.25),
        ({"L3": 1.0}, {"L1": "L2"}, 0.0),
    ],
)
def test_those_of_a_line_that_helps_out_serve_the_other_too(
    lines: Mapping[str, float], helpers: Mapping[str, str], share: float
) -> None:
    someone = worker(lines=lines)

    assert match(someone, Need(line="L1"), Helpers(lines=helpers)) == share


@pytest.mark.parametrize(
    "candidates, last, chosen, cause",
    [
        ([candidate("a", 2), candidate("b", 1)], None, "b", "least_loaded"),
        ([candidate("a", 2), candidate("b", 1)], "a", "a", "sticky"),
        ([candidate("a", 1), candidate("b", 1, turn=-1)], "gone", "b", "least_loaded"),
        ([candidate("a", 2), candidate("b", 1, share=0.25)], None, "a", "least_loaded"),
        ([candidate("a", 4, capacity=20), candidate("b", 3)], None, "a", "least_loaded"),
        ([candidate("b"), candidate("a")], None, "a", "least_loaded"),
    ],
)
def test_the_last_agent_comes_first_then_the_emptiest_for_their_share(
    candidates: Sequence[Candidate], last: str | None, chosen: str, cause: str
) -> None:
    choice = choose(candidates, last)

    assert (choice.worker.id, choice.cause) == (chosen, cause)


def test_the_choice_says_among_how_many_and_with_what() -> None:
    need = Need(skills=(("refunds", 2), ("repairs", 1)), language="ru")

    choice = choose([candidate("a"), candidate("b")], None, need.words())

    assert choice.values == {"among": "2", "needs": "refunds:2, repairs, ru"}


@pytest.mark.parametrize(
    "handle_s, agents, pace_s",
    [(600, 2.0, 300.0), (600, 0.5, 1200.0), (60, 0.0, None)],
)
def test_the_pace_of_a_queue_is_handling_by_agents(
    handle_s: float, agents: float, pace_s: float | None
) -> None:
    assert pace(handle_s, agents) == pace_s


def test_the_average_counts_only_once_enough_were_measured() -> None:
    few, many = Handling(), Handling()
    for _ in range(4):
        few = few.after(100)
    for took_s in (100, 200, 300, 100, 300):
        many = many.after(took_s)

    assert few.expected_s(600) == 600
    assert many.expected_s(600) == pytest.approx(200)


def waiting_case(id: str, **fields: Any) -> Case:
    return case_of(a_conversation(id, created_at=START, **fields), EMPTY)


def test_the_waiting_stand_by_priority_deadline_and_age_whatever_came_in_between() -> None:
    waiting = WaitingList()
    late, soon = START + timedelta(hours=2), START + timedelta(hours=1)
    cases = {
        "age": waiting_case("age", waiting_since=START),
        "young": waiting_case("young", waiting_since=START + timedelta(minutes=1)),
        "late": waiting_case("late", due_at=late),
        "soon": waiting_case("soon", due_at=soon, waiting_since=late),
        "high": waiting_case("high", priority=Priority.HIGH, waiting_since=late),
        "gone": waiting_case("gone", priority=Priority.URGENT),
    }
    for name in ("young", "gone", "late", "age", "high", "soon", "young"):
        waiting.add(cases[name])
    waiting.discard(cases["gone"].id)

    names = {case.id: name for name, case in cases.items()}
    assert [names[case.id] for case in waiting.all()] == ["high", "soon", "late", "age", "young"]
    assert len(waiting) == 5
    assert sum(waiting.counts().values()) == 5


def test_held_and_reserved_by_the_same_agent_counts_once() -> None:
    loads = Loads()

    loads.reserve("c1", ("anna", 2))
    loads.hold("c1", ("anna", 2))
    loads.hold("c2", ("anna", 1))
    loads.reserve("c2", ("boris", 1))
    assert (loads.of("anna"), loads.of("boris")) == (3, 1)

    loads.reserve("c1", None)
    loads.hold("c2", None)
    assert (loads.of("anna"), loads.of("boris")) == (2, 1)


@given(
    st.lists(
        st.tuples(st.sampled_from("abc"), st.integers(1, 3), st.booleans()),
        max_size=20,
    )
)
def test_rebalancing_never_widens_the_spread_nor_fills_beyond_the_room(
    rows: list[tuple[str, int, bool]],
) -> None:
    cases, loads = [], dict.fromkeys("abcd", 0)
    for number, (holder, weight, answered) in enumerate(rows):
        conversation = a_conversation(
            f"c{number}",
            assignee_id=AgentId(holder),
            assigned_at=START,
            waiting_since=None if answered else START,
            assignment=Assignment(weight=weight),
        )
        cases.append(case_of(conversation, EMPTY))
        loads[holder] += weight
    rooms = {id: 12 - load for id, load in loads.items() if load < 12}

    after = dict(loads)
    found = moves(cases, loads, rooms, lambda _case, id: id != "c")
    for move in found:
        assert move.case.held_by is not None
        after[move.case.held_by] -= move.case.weight
        after[move.to_id] += move.case.weight

    assert max(after.values()) - min(after.values()) <= max(loads.values()) - min(loads.values())
    assert all(after[move.to_id] <= max(12, loads[move.to_id]) for move in found)
    assert all(move.case.waiting_since is not None and move.to_id != "c" for move in found)
    assert len({move.case.id for move in found}) == len(found)


def test_somebody_with_much_to_give_and_an_idle_colleague_end_up_even() -> None:
    one = waiting_case("c", assignee_id=AgentId("a"), assigned_at=START, waiting_since=START)
    cases = [replace(one, key=(*one.key[:3], str(n))) for n in range(4)]

    found = moves(cases, {"a": 4, "b": 0}, {"b": 6}, lambda _case, _id: True)

    assert len(found) == 2
