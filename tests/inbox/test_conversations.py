"""Reading: lists, messages, search, counts, contacts."""

from datetime import timedelta
from typing import Any

import pytest

from shared.collections import CONTACTS, CONVERSATIONS, IDENTITIES
from shared.ids import ChannelType, ContactId, ExternalId, IdentityId
from shared.model.conversation import Status
from shared.model.people import Contact, Identity, Role
from shared.ports.store import Put
from tests.inbox.stage import AT, Stage, a_conversation, a_message


def _names(answer: Any) -> list[str]:
    return [item["contact_name"] for item in answer.data["items"]]


async def _three(stage: Stage) -> str:
    """One of mine, one of nobody's with a label, one resolved; returns my id."""
    async with stage.browser() as browser:
        me: str = (await browser.get("/session")).data["agent"]["id"]
    mine = a_conversation("a", contact_name="mine", assignee_id=me, last_activity_at=AT)
    free = a_conversation(
        "b", contact_name="free", labels=("vip",), last_activity_at=AT + timedelta(hours=1)
    )
    done = a_conversation("c", contact_name="done", status=Status.RESOLVED)
    for conversation in (mine, free, done):
        await stage.store_conversation(conversation)
    return me


@pytest.mark.parametrize(
    "query, expected",
    [
        ("", ["free", "mine"]),
        ("view=open", ["free", "mine"]),
        ("view=mine", ["mine"]),
        ("assignee_id=me", ["mine"]),
        ("view=unassigned", ["free"]),
        ("assignee_id=none", ["free"]),
        ("view=resolved", ["done"]),
        ("status=resolved", ["done"]),
        ("view=snoozed", []),
        ("label=vip", ["free"]),
        ("channel_id=site", ["free", "mine"]),
        ("channel_id=site&view=mine", ["mine"]),
        ("contact_id=k1&status=open", None),
        ("q=mine", ["mine"]),
        ("q=mine&view=unassigned", []),
    ],
)
async def test_lists_show_what_their_filters_say_newest_first(
    stage: Stage, query: str, expected: list[str] | None
) -> None:
    await _three(stage)

    async with stage.browser() as browser:
        answer = await browser.get(f"/conversations?{query}")

    assert answer.status == (422 if expected is None else 200)
    assert expected is None or _names(answer) == expected


async def test_filters_that_no_index_serves_are_refused_with_those_that_go(stage: Stage) -> None:
    async with stage.browser() as browser:
        answer = await browser.get("/conversations?label=vip&team_id=t1")

    assert answer.status == 422
    assert "label + status" in answer.data["detail"]


async def test_contradicting_filters_are_named(stage: Stage) -> None:
    async with stage.browser() as browser:
        answers = [
            await browser.get("/conversations?view=unassigned&assignee_id=me"),
            await browser.get("/conversations?view=pending&status=open"),
        ]

    assert [a.data["field"] for a in answers] == ["assignee_id", "status"]


async def test_mine_needs_an_agent(stage: Stage) -> None:
    async with stage.program(Role.BOT) as bot:
        answer = await bot.get("/conversations?view=mine")

    assert answer.status == 422


async def test_pages_follow_each_other_without_overlap(stage: Stage) -> None:
    for number in range(5):
        await stage.store_conversation(
            a_conversation(
                str(number),
                contact_name=str(number),
                last_activity_at=AT + timedelta(minutes=number),
            )
        )
    async with stage.browser() as browser:
        first = await browser.get("/conversations?limit=2")
        second = await browser.get(f"/conversations?limit=2&cursor={first.data['next']}")
        third = await browser.get(f"/conversations?limit=2&cursor={second.data['next']}")
        foreign = await browser.get(f"/conversations?view=pending&cursor={first.data['next']}")

    assert [_names(first), _names(second), _names(third)] == [["4", "3"], ["2", "1"], ["0"]]
    assert third.data["next"] is None
    assert foreign.status == 422


async def test_messages_come_newest_page_first_and_ascending(stage: Stage) -> None:
    conversation = a_conversation()
    messages = [a_message(conversation, seq, str(seq)) for seq in range(1, 8)]
    await stage.store_conversation(conversation, *messages)
    path = f"/conversations/{conversation.id}/messages?limit=3"
    async with stage.browser() as browser:
        newest = await browser.get(path)
        older = await browser.get(f"{path}&before={newest.data['next']}")
        oldest = await browser.get(f"{path}&before={older.data['next']}")
        newer = await browser.get(f"{path}&after={messages[4].sort}")

    seqs = [[m["seq"] for m in page.data["items"]] for page in (newest, older, oldest, newer)]
    assert seqs == [[5, 6, 7], [2, 3, 4], [1], [6, 7]]
    assert (oldest.data["next"], newer.data["next"]) == (None, None)


async def test_search_finds_names_and_words_by_their_stem(stage: Stage) -> None:
    named = a_conversation("a", contact_name="Заказ Иванов")
    wordy = a_conversation("b", contact_name="Other")
    await stage.store_conversation(named)
    await stage.store_conversation(wordy, a_message(wordy, 1, "где мои заказы?"))
    async with stage.browser() as browser:
        answer = await browser.get("/search?q=заказа")
        first = await browser.get("/search?q=заказа&limit=1")
        second = await browser.get(f"/search?q=заказа&limit=1&cursor={first.data['next']}")

    hits = [(h["conversation"]["contact_name"], h["message"] is None) for h in answer.data["items"]]
    assert hits == [("Заказ Иванов", True), ("Other", False)]
    assert [h["conversation"]["id"] for h in first.data["items"] + second.data["items"]] == [
        named.id,
        wordy.id,
    ]


async def test_a_search_cursor_that_is_none_is_refused(stage: Stage) -> None:
    async with stage.browser() as browser:
        answer = await browser.get("/search?q=x&cursor=nonsense")

    assert answer.status == 422


async def test_views_count_what_the_lists_show(stage: Stage) -> None:
    await _three(stage)
    async with stage.browser() as browser:
        answer = await browser.get("/views")
        labels = await browser.get("/labels")

    counts = {item["key"]: item["count"] for item in answer.data["items"]}
    assert counts == {
        "mine": 1,
        "following": 0,
        "unassigned": 1,
        "open": 2,
        "pending": 0,
        "snoozed": 0,
        "resolved": 1,
        "channel/site": 2,
        "label/vip": 1,
    }
    assert answer.data["positions"]
    assert labels.data["items"] == [{"name": "vip"}]


async def test_a_contact_shows_identities_and_history(stage: Stage) -> None:
    contact = Contact(id=ContactId("k1"), name="Visitor", created_at=AT, updated_at=AT)
    identity = Identity(
        id=IdentityId("i1"),
        channel_type=ChannelType("webchat"),
        external_id=ExternalId("v1"),
        contact_id=contact.id,
        created_at=AT,
        updated_at=AT,
    )
    await stage.hub.store.commit([Put(CONTACTS, contact), Put(IDENTITIES, identity)])
    await stage.hub.store.commit(
        [Put(CONVERSATIONS, a_conversation("a")), Put(CONVERSATIONS, a_conversation("b"))]
    )
    async with stage.browser() as browser:
        shown = await browser.get("/contacts/k1")
        history = await browser.get("/contacts/k1/conversations")
        changed = await browser.patch("/contacts/k1", {"notes": "likes tea", "labels": ["vip"]})
        unknown = await browser.get("/contacts/k2")

    assert shown.data["identities"][0]["external_id"] == "v1"
    assert len(history.data["items"]) == 2
    assert changed.data["contact"]["notes"] == "likes tea"
    assert changed.data["contact"]["version"] == 2
    assert unknown.status == 404


async def test_a_case_of_several_conversations_is_one_timeline(stage: Stage) -> None:
    root, joined = a_conversation("a"), a_conversation("b")
    root = root.model_copy(update={"joined": (joined.id,)})
    joined = joined.model_copy(update={"merged_into": root.id, "status": Status.RESOLVED})
    for number, case in enumerate((root, joined)):
        messages = [
            a_message(case, seq, f"{number}-{seq}", at=AT + timedelta(minutes=2 * seq + number))
            for seq in range(2)
        ]
        await stage.store_conversation(case, *messages)
    async with stage.browser() as browser:
        own = await browser.get(f"/conversations/{root.id}/messages")
        last = await browser.get(f"/conversations/{joined.id}/messages?joined=true&limit=3")
        first = await browser.get(
            f"/conversations/{root.id}/messages?joined=true&limit=3&before={last.data['next']}"
        )
        wrong = await browser.get(f"/conversations/{root.id}/messages?joined=true&after=x")

    texts = [[one["content"]["text"] for one in page.data["items"]] for page in (own, last, first)]
    assert texts == [["0-0", "0-1"], ["1-0", "0-1", "1-1"], ["0-0"]]
    assert first.data["next"] is None
    assert (wrong.status, wrong.data["field"]) == (422, "after")
