"""The audit: by whom, what and when."""

from datetime import timedelta

import pytest

from inbox.audit import audited
from shared.ids import ConversationId
from shared.model.people import Actor, ActorKind, Role
from tests.inbox.stage import AT, Stage, a_conversation

VERA = Actor(kind=ActorKind.AGENT, id="a-vera", name="Vera")
OTTO = Actor(kind=ActorKind.AGENT, id="a-otto", name="Otto")
CASE = a_conversation(id=ConversationId("ce801a222bab2a57926b56d7f0cdd144ac8"))
"""Its id stands in names of tests: it is the same for every worker."""


async def kept(stage: Stage, *entries: tuple[Actor, str, ConversationId | None]) -> None:
    """Entries that were written a minute after one another."""
    await stage.hub.store.commit(
        [
            audited(actor, action, f"t{n}", at=AT + timedelta(minutes=n), conversation_id=of)
            for n, (actor, action, of) in enumerate(entries)
        ]
    )


ENTRIES = (
    (VERA, "channel.added", None),
    (OTTO, "channel.changed", None),
    (OTTO, "assign", CASE.id),
    (VERA, "channels.other", None),
    (VERA, "assign", CASE.id),
)


@pytest.mark.parametrize(
    "query, expected",
    [
        ("actor_id=a-vera", ["t4", "t3", "t0"]),
        ("action=channel.", ["t1", "t0"]),
        ("action=channel", []),
        ("action=channel.added", ["t0"]),
        ("action=assign", ["t4", "t2"]),
        (f"conversation_id={CASE.id}&actor_id=a-otto", ["t2"]),
        ("since=2026-01-05T09:01:00Z&before=2026-01-05T09:03:00Z", ["t2", "t1"]),
        ("actor_id=a-vera&since=2026-01-05T09:01:00Z&action=channels.", ["t3"]),
        ("actor_id=nobody", []),
    ],
)
async def test_it_is_narrowed_by_who_what_and_when(
    stage: Stage, query: str, expected: list[str]
) -> None:
    await kept(stage, *ENTRIES)

    async with stage.program(Role.SUPERVISOR) as browser:
        answer = await browser.get(f"/audit?{query}")

    assert [one["target"] for one in answer.data["items"]] == expected


async def test_pages_of_a_narrow_choice_hold_every_entry_once(stage: Stage) -> None:
    await kept(stage, *(ENTRIES[n % 2] for n in range(20)))
    found: list[str] = []
    cursor = ""

    async with stage.program(Role.SUPERVISOR) as browser:
        while True:
            answer = await browser.get(f"/audit?action=channel.added&limit=3{cursor}")
            found += [one["target"] for one in answer.data["items"]]
            if answer.data["next"] is None:
                break
            cursor = f"&cursor={answer.data['next']}"

    assert found == [f"t{n}" for n in range(18, -1, -2)]


async def test_times_that_end_before_they_begin_are_refused_with_their_field(stage: Stage) -> None:
    async with stage.program(Role.SUPERVISOR) as browser:
        query = "since=2026-01-05T09:00:00Z&before=2026-01-05T09:00:00Z"
        answer = await browser.get(f"/audit?{query}")

    assert answer.status in {400, 422}
    assert "before" in str(answer.data)


async def test_agents_do_not_read_it(stage: Stage) -> None:
    async with stage.program(Role.AGENT) as browser:
        assert (await browser.get("/audit")).status == 403
