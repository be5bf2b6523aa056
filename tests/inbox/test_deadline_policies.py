"""Calendars, SLA policies and acknowledgements: what cannot work is refused with its field."""

from typing import Any

import pytest

from inbox.policy_checks.calendars import check_calendar, check_calendar_removal
from inbox.policy_checks.deadlines import check_acknowledgement, check_sla, named_by_sla
from shared.collections import CALENDARS, CHANNEL_TYPES, CHANNELS, SLA_POLICIES
from shared.errors import BadRequest
from shared.model.acknowledgement import AcknowledgementSpec
from shared.model.calendar import CalendarSpec
from shared.model.sla import SlaPolicySpec
from shared.policies.book import book_of
from tests.inbox.stage import Stage
from tests.router.answering import office, sla

MONDAY = {"day": "monday", "start": "09:00", "end": "18:00"}
CALENDAR: dict[str, Any] = {"name": "Office", "time_zone": "Europe/Berlin", "hours": [MONDAY]}
POLICY: dict[str, Any] = {"name": "Quick", "first_reply_s": 60}
BOOK = book_of(1, {CALENDARS.name: [office()], SLA_POLICIES.name: [sla(calendar_id="office")]})


async def test_the_three_kinds_are_kept(stage: Stage) -> None:
    async with stage.browser() as admin:
        calendar = await admin.post("/calendars", CALENDAR)
        policy = {**POLICY, "calendar_id": calendar.data["id"], "warn_at": [50]}
        kept = await admin.post("/sla-policies", policy)
        said = await admin.post("/acknowledgements", {"name": "Hello", "texts": {"en": "{time}"}})
        used = await admin.delete(f"/calendars/{calendar.data['id']}")

    assert (calendar.status, kept.status, said.status) == (201, 201, 201)
    assert said.data["enabled"] is False
    assert used.status == 400


def wrong(problem: dict[str, Any]) -> list[str]:
    """The fields that did not fit the model."""
    return [one["field"] for one in problem.get("errors") or ()]


@pytest.mark.parametrize(
    "path, body, field",
    [
        ("/calendars", {**CALENDAR, "hours": [{**MONDAY, "end": "08:00"}]}, "hours.0"),
        ("/calendars", {**CALENDAR, "hours": [{**MONDAY, "end": "25:00"}]}, "hours.0.end"),
        ("/sla-policies", {**POLICY, "first_reply_s": -1}, "first_reply_s"),
        ("/sla-policies", {**POLICY, "match": {"channel_ids": ["none"]}}, "match.channel_ids"),
        ("/sla-policies", {**POLICY, "match": {"lines": ["none"]}}, "match.lines"),
    ],
)
async def test_a_refusal_names_the_field(
    stage: Stage, path: str, body: dict[str, Any], field: str
) -> None:
    async with stage.browser() as admin:
        refused = await admin.post(path, body)

    assert refused.status == 422
    assert [refused.data.get("field"), *wrong(refused.data)].count(field) == 1


@pytest.mark.parametrize(
    "change, field",
    [
        ({"time_zone": "Europe/Nowhere"}, "time_zone"),
        ({"hours": [MONDAY, {**MONDAY, "start": "17:00", "end": "19:00"}]}, "hours.1"),
        ({"hours": []}, "hours"),
        ({"around_the_clock": True}, "hours"),
        ({"holidays": [{"date": "2027-01-01"}] * 2}, "holidays.1.date"),
    ],
)
def test_a_calendar_that_cannot_work_is_refused(change: dict[str, Any], field: str) -> None:
    spec = CalendarSpec.model_validate({**CALENDAR, **change})

    with pytest.raises(BadRequest) as refused:
        check_calendar("c", spec, BOOK)

    assert refused.value.field == field


@pytest.mark.parametrize(
    "change, field",
    [
        ({"first_reply_s": None}, "first_reply_s"),
        ({"calendar_id": "none"}, "calendar_id"),
        ({"warn_at": [80, 50]}, "warn_at"),
        ({"warn_at": [100]}, "warn_at"),
        ({"match": {"topics": ["none"]}}, "match.topics"),
    ],
)
def test_an_sla_policy_that_cannot_work_is_refused(change: dict[str, Any], field: str) -> None:
    spec = SlaPolicySpec.model_validate({**POLICY, **change})

    with pytest.raises(BadRequest) as refused:
        check_sla("s", spec, BOOK)

    assert refused.value.field == field


@pytest.mark.parametrize(
    "change, field",
    [
        ({"texts": {"en": "by {hour}"}}, "texts.en"),
        ({"texts": {"en": " "}}, "texts.en"),
        ({"texts": {"ru": "привет"}}, "default_language"),
        ({"when": "closed"}, "calendar_id"),
        ({"time_zone": "Mars"}, "time_zone"),
    ],
)
def test_an_acknowledgement_that_cannot_work_is_refused(change: dict[str, Any], field: str) -> None:
    spec = AcknowledgementSpec.model_validate({"name": "x", "texts": {"en": "hi"}, **change})

    with pytest.raises(BadRequest) as refused:
        check_acknowledgement("a", spec, BOOK)

    assert refused.value.field == field


def test_a_calendar_by_which_something_counts_stays() -> None:
    with pytest.raises(BadRequest):
        check_calendar_removal("office", BOOK)


def test_channels_and_types_of_a_policy_must_be_there() -> None:
    match = {"channel_ids": ["shop"], "channel_types": ["email"]}

    named = named_by_sla(SlaPolicySpec.model_validate({**POLICY, "match": match}))

    assert [(one.collection, one.id) for one in named] == [
        (CHANNELS, "shop"),
        (CHANNEL_TYPES, "email"),
    ]
