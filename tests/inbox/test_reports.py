"""Reports: periods, names, tables, and who may read them."""

import csv
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest

from inbox.reports.periods import slices
from shared.collections import FIGURES, TOPICS
from shared.model.figures import Dimension, Figures, Grain, Timing, figures_id, timed
from shared.model.people import Role
from shared.model.topic import Topic
from shared.ports.store import Put
from tests.inbox.stage import Stage

YEAR = datetime(2026, 1, 1, tzinfo=UTC)


def row(
    grain: Grain,
    start: datetime,
    *,
    by: Dimension = Dimension.ALL,
    value: str = "",
    part: str = "",
    timing: Mapping[str, int] | None = None,
    **figures: Any,
) -> Put[Figures]:
    return Put(
        FIGURES,
        Figures(
            id=figures_id(grain, by, value, start, part),
            grain=grain, dimension=by, value=value, start=start, **(timing or {}),
            **figures,
        ),
    )  # fmt: skip


def path(since: datetime, before: datetime, suffix: str = "", **more: str) -> str:
    extra = "".join(f"&{name}={value}" for name, value in more.items())
    first, end = f"{since:%Y-%m-%dT00:00:00Z}", f"{before:%Y-%m-%dT00:00:00Z}"
    return f"/reports{suffix}?since={first}&before={end}{extra}"


@pytest.mark.parametrize("days", [1, 17, 31, 59, 365, 400])
@pytest.mark.parametrize("shift", [0, 1, 14, 30])
def test_the_slices_of_a_period_cover_each_day_once(days: int, shift: int) -> None:
    since = YEAR + timedelta(days=shift)
    before = since + timedelta(days=days)

    covered: list[datetime] = []
    for one in slices(since, before):
        if one.grain is not Grain.PART:
            span = (one.before - one.since).days
            covered += [one.since + timedelta(days=n) for n in range(span)]

    assert sorted(covered) == [since + timedelta(days=n) for n in range(days)]


async def test_months_days_and_days_not_folded_yet_are_added_up(stage: Stage) -> None:
    await stage.hub.store.commit(
        [
            row(Grain.MONTH, YEAR, opened=100),
            row(Grain.DAY, YEAR + timedelta(days=5), opened=7),
            row(Grain.DAY, YEAR + timedelta(days=35), opened=3),
            row(Grain.PART, YEAR + timedelta(days=36), part="3", opened=2, changes=1),
            row(Grain.PART, YEAR + timedelta(days=36), part="4", opened=1, changes=1),
        ]
    )
    async with stage.browser() as admin:
        answer = await admin.get(path(YEAR, YEAR + timedelta(days=40)))

    assert [line["opened"] for line in answer.data["items"]] == [106]


async def test_a_report_by_topic_names_topics_and_sums_to_the_total(stage: Stage) -> None:
    topic = Topic(id="money", name="Money", created_at=YEAR, updated_at=YEAR)
    by = Dimension.TOPIC
    await stage.hub.store.commit(
        [
            Put(TOPICS, topic),
            row(Grain.MONTH, YEAR, by=by, value="money", resolved=4, timing=timed(Timing.WAIT, 10)),
            row(Grain.MONTH, YEAR, by=by, value="gone", resolved=6),
        ]
    )
    async with stage.browser() as admin:
        answer = await admin.get(path(YEAR, YEAR + timedelta(days=31), by="topic"))

    lines = {line["value"]: line for line in answer.data["items"]}
    assert lines["money"]["name"] == "Money"
    assert lines["gone"]["name"] is None
    assert sum(line["resolved"] for line in lines.values()) == 10
    assert lines["money"]["wait"]["count"] == 1


async def test_a_report_by_day_has_a_line_for_each_day(stage: Stage) -> None:
    await stage.hub.store.commit(
        [row(Grain.DAY, YEAR + timedelta(days=day), opened=day + 1) for day in range(3)]
    )
    async with stage.browser() as admin:
        answer = await admin.get(path(YEAR, YEAR + timedelta(days=31), step="day"))

    assert [line["opened"] for line in answer.data["items"]] == [1, 2, 3]


async def test_the_table_holds_the_same_and_no_formulas(stage: Stage) -> None:
    evil = Topic(id="t", name="=1+1", created_at=YEAR, updated_at=YEAR)
    await stage.hub.store.commit(
        [
            Put(TOPICS, evil),
            row(Grain.MONTH, YEAR, by=Dimension.TOPIC, value="t", opened=5,
                timing=timed(Timing.FIRST_REPLY, 60)),
        ]
    )  # fmt: skip
    async with stage.browser() as admin:
        answer = await admin.get(path(YEAR, YEAR + timedelta(days=31), ".csv", by="topic"))

    text: Any = answer.data.decode("utf-8-sig")
    (line,) = csv.DictReader(StringIO(text))
    assert answer.headers["Content-Type"].startswith("text/csv")
    assert (line["name"], line["opened"], line["first_reply_count"]) == ("'=1+1", "5", "1")


@pytest.mark.parametrize(
    "since, before, field",
    [
        (YEAR, YEAR, "before"),
        (YEAR, YEAR - timedelta(days=1), "before"),
        (YEAR, YEAR + timedelta(days=2000), "since"),
    ],
)
async def test_a_period_that_is_none_is_refused_with_the_field(
    stage: Stage, since: datetime, before: datetime, field: str
) -> None:
    async with stage.browser() as admin:
        answer = await admin.get(path(since, before))

    assert (answer.status, answer.data["field"]) == (422, field)


async def test_agents_do_not_read_reports_and_supervisors_do(stage: Stage) -> None:
    await stage.agent("agent@example.org", Role.AGENT)
    await stage.agent("lead@example.org", Role.SUPERVISOR)
    wanted = path(YEAR, YEAR + timedelta(days=1))
    async with (
        stage.browser("agent@example.org") as agent,
        stage.browser("lead@example.org") as lead,
    ):
        assert (await agent.get(wanted)).status == 403
        assert (await lead.get(wanted)).status == 200


async def test_a_year_by_agent_reads_hundreds_of_rows(stage: Stage) -> None:
    """Fifty agents: twelve rows each, and the days of the month that is not over."""
    months = [datetime(2025, month, 1, tzinfo=UTC) for month in range(1, 13)]
    await stage.hub.store.commit(
        [
            row(Grain.MONTH, month, by=Dimension.AGENT, value=f"a{n}", resolved=1)
            for month in months
            for n in range(50)
        ]
    )
    async with stage.browser() as admin:
        answer = await admin.get(path(months[0], YEAR, by="agent"))

    assert len(answer.data["items"]) == 50
    assert {line["resolved"] for line in answer.data["items"]} == {12}
