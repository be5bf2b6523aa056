"""Reading: lists, messages, search, counts, contacts."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest

from shared.collections import CONTACTS, CONVERSATIONS, IDENTITIES, TOPICS
from shared.ids import ChannelId, ChannelType, ContactId, ExternalId, IdentityId
from shared.model.content import Attachment, AttachmentKind, Content
from shared.model.conversation import Priority, Status
from shared.model.message import Direction
from shared.model.people import Actor, ActorKind, Contact, Identity, Role
from shared.model.topic import Topic
from shared.ports.store import Put
from tests.inbox.stage import AT, Browser, Stage, a_conversation, a_message


def _names(answer: Any) -> list[str]:
    return [item["contact_name"] for item in answer.data["items"]]


async def _three(stage: Stage) -> str:
    """One of mine, one of nobody's with a label, one resolved; returns my id."""
    async with stage.browser() as browser:
        me: str = (await browser.get("/session")).data["agent"]["id"]
    mine = a_conversation("a", contact_name="mine", assignee_id=me, last_activity_at=AT)
    free = a_conversation(
        "b",
        contact_name="free",
        labels=("vip",),
        priority=Priority.URGENT,
        topic="money",
        line="L2",
        language="ru",
        segments=("gold",),
        waiting_since=AT,
        last_activity_at=AT + timedelta(hours=1),
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
        ("label=vip&channel_id=site", ["free"]),
        ("label=vip&channel_id=vk", []),
        ("priority=urgent", ["free"]),
        ("priority=urgent&topic=money", ["free"]),
        ("segment=gold&language=ru&line=L2", ["free"]),
        ("waiting_s=3600", ["free"]),
        ("waiting_s=3600&assignee_id=me", []),
        ("offset=1", ["mine"]),
        ("offset=5", []),
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


async def _of_topics(stage: Stage) -> None:
    """Two of refunds, one of them held and in another channel; one of repairs; one of nothing."""
    await stage.hub.store.commit(
        [Put(TOPICS, Topic(id="refunds", name="Refunds", created_at=AT, updated_at=AT))]
    )
    for name, fields in {
        "one": {"topic": "refunds", "language": "ru"},
        "two": {"topic": "refunds", "assignee_id": "anna", "channel_id": ChannelId("mail")},
        "three": {"topic": "repairs", "language": "en"},
        "four": {},
        "done": {"topic": "refunds", "status": Status.RESOLVED},
    }.items():
        await stage.store_conversation(a_conversation(name, contact_name=name, **fields))


@pytest.mark.parametrize(
    "query, expected",
    [
        ("topic=refunds", {"one", "two"}),
        ("topic=refunds&status=resolved", {"done"}),
        ("topic=refunds&channel_id=mail", {"two"}),
        ("topic=refunds&view=unassigned", {"one"}),
        ("topic=refunds&assignee_id=anna", {"two"}),
        ("topic=none", {"four"}),
        ("language=ru", {"one"}),
        ("language=none", {"two", "four"}),
        ("topic=refunds&q=two", {"two"}),
    ],
)
async def test_lists_are_narrowed_by_topic_and_language(
    stage: Stage, query: str, expected: set[str]
) -> None:
    await _of_topics(stage)
    async with stage.browser() as browser:
        answer = await browser.get(f"/conversations?{query}")

    assert set(_names(answer)) == expected


@pytest.mark.parametrize(
    "query, expected",
    [
        ("", [("refunds", "Refunds", 2), (None, None, 1), ("repairs", None, 1)]),
        ("status=pending", []),
        ("channel_id=mail", [("refunds", "Refunds", 1)]),
        ("unassigned=true", [(None, None, 1), ("refunds", "Refunds", 1), ("repairs", None, 1)]),
    ],
)
async def test_topics_are_told_with_how_many_there_are_the_most_first(
    stage: Stage, query: str, expected: list[Any]
) -> None:
    await _of_topics(stage)
    async with stage.browser() as browser:
        answer = await browser.get(f"/views/topics?{query}")

    told = [(one["topic"], one["name"], one["count"]) for one in answer.data["items"]]
    assert told == expected


async def test_topics_are_not_counted_by_what_no_counter_is_kept_of(stage: Stage) -> None:
    async with stage.browser() as browser:
        resolved = await browser.get("/views/topics?status=resolved")
        both = await browser.get("/views/topics?channel_id=mail&unassigned=true")

    assert (resolved.status, resolved.data["errors"][0]["field"]) == (422, "status")
    assert (both.status, both.data["field"]) == (422, "unassigned")


async def test_a_contacts_conversations_are_asked_for_by_themselves(stage: Stage) -> None:
    async with stage.browser() as browser:
        answer = await browser.get("/conversations?contact_id=k1&team_id=t1")

    assert answer.status == 422
    assert "label + status" in answer.data["detail"]


async def test_pages_of_filters_without_an_index_of_their_own_follow_each_other(
    stage: Stage,
) -> None:
    for number in range(9):
        await stage.store_conversation(
            a_conversation(
                str(number),
                contact_name=str(number),
                priority=Priority.HIGH if number % 2 else Priority.LOW,
                last_activity_at=AT + timedelta(minutes=number),
            )
        )
    async with stage.browser() as browser:
        first = await browser.get("/conversations?priority=high&limit=2")
        second = await browser.get(
            f"/conversations?priority=high&limit=2&cursor={first.data['next']}"
        )
        placed = await browser.get("/conversations?priority=high&offset=1")

    assert [_names(first), _names(second)] == [["7", "5"], ["3", "1"]]
    assert (placed.status, placed.data["field"]) == (422, "offset")


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


@pytest.mark.parametrize("text", ["1042", "#1042", "№ 1042", " #1042 "])
async def test_a_conversation_is_found_by_its_number_before_those_that_say_it(
    stage: Stage, text: str
) -> None:
    numbered = a_conversation("a", contact_name="numbered", number=1042)
    wordy = a_conversation("b", contact_name="wordy", number=7)
    await stage.store_conversation(numbered)
    await stage.store_conversation(wordy, a_message(wordy, 1, "is it 1042?"))
    async with stage.browser() as browser:
        first = await search(browser, text)
        second = await search(browser, text, first.data["next"])
        listed = await browser.get("/conversations?q=1042&view=pending")

    assert [one["conversation"]["number"] for one in first.data["items"]] == [1042]
    assert [one["conversation"]["number"] for one in second.data["items"]] == [7]
    assert listed.data["items"] == []


async def search(browser: Browser, text: str, cursor: str | None = None) -> Any:
    """A page of what is found."""
    asked = {"q": text} | ({"cursor": cursor} if cursor is not None else {})
    return await browser.get(f"/search?{urlencode(asked)}")


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


async def test_search_finds_notes_names_and_files_by_beginnings_and_marks_these(
    stage: Stage,
) -> None:
    named, noted, filed = (a_conversation(contact_name=name) for name in ("Мария", "Ann", "Eve"))
    note = a_message(noted, 1, "спросить Марию", direction=Direction.NOTE)
    scan = Attachment(id="f", kind=AttachmentKind.FILE, name="Марка машины.pdf")
    file = a_message(filed, 1, "").model_copy(update={"content": Content(attachments=(scan,))})
    await stage.store_conversation(named)
    await stage.store_conversation(noted, note)
    await stage.store_conversation(filed, file)

    async with stage.browser() as browser:
        answer = await browser.get("/search?q=мар")
        phrase = await browser.get('/search?q="спросить марию"')

    marked = [
        (one["where"], one["text"][mark["start"] : mark["start"] + mark["length"]])
        for item in answer.data["items"]
        for one in item["snippets"]
        for mark in one["marks"]
    ]
    assert marked == [("contact_name", "Мария"), ("attachment", "Мар"), ("text", "Марию")]
    assert [item["message"]["id"] for item in phrase.data["items"]] == [note.id]


async def test_search_marks_the_words_that_it_found(stage: Stage) -> None:
    conversation = a_conversation(contact_name="Анна")
    long = f"{'слово ' * 40}🙂 Мои заказы не пришли"
    await stage.store_conversation(conversation, a_message(conversation, 1, long))

    async with stage.browser() as browser:
        answer = await browser.get("/search?q=заказ")

    ((snippet,),) = [item["snippets"] for item in answer.data["items"]]
    units = snippet["text"].encode("utf-16-le")
    marked = [
        units[2 * one["start"] : 2 * (one["start"] + one["length"])].decode("utf-16-le")
        for one in snippet["marks"]
    ]
    assert (snippet["where"], marked) == ("text", ["заказы"])
    assert snippet["text"].startswith("…")


@pytest.mark.parametrize(
    "query, expected",
    [
        ("", ["customer", "agent"]),
        ("kind=conversations", []),
        ("author=contact", ["customer"]),
        ("author=agent", ["agent"]),
        ("attachments=true", ["agent"]),
        ("since=2026-01-05T09:01:30Z", ["customer"]),
        ("before=2026-01-05T09:01:30Z", ["agent"]),
        ("channel_id=vk", []),
        ("status=open", ["customer", "agent"]),
        ("status=resolved", []),
    ],
)
async def test_a_search_is_narrowed_by_its_filters(
    stage: Stage, query: str, expected: list[str]
) -> None:
    conversation = a_conversation()
    agent = Actor(kind=ActorKind.AGENT, id="a1", name="agent")
    invoice = Attachment(id="f", kind=AttachmentKind.FILE, name="parcel.pdf")
    sent = a_message(conversation, 1, "parcel").model_copy(
        update={
            "author": agent,
            "content": Content(text="parcel", attachments=(invoice,)),
            "at": AT + timedelta(minutes=1),
        }
    )
    received = a_message(conversation, 2, "parcel").model_copy(
        update={
            "author": Actor(kind=ActorKind.CONTACT, name="customer"),
            "at": AT + timedelta(minutes=2),
        }
    )
    await stage.store_conversation(conversation, sent, received)

    async with stage.browser() as browser:
        answer = await browser.get(f"/search?q=parcels&{query}")

    assert [one["message"]["author"]["name"] for one in answer.data["items"]] == expected


async def test_a_search_with_filters_pages_through_all_that_pass_by_few_queries(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    conversation = a_conversation()
    agent = Actor(kind=ActorKind.AGENT, id="a1", name="agent")
    messages = [
        a_message(conversation, seq, "parcel").model_copy(
            update={"at": AT + timedelta(minutes=seq)} | ({} if seq % 10 else {"author": agent})
        )
        for seq in range(1, 91)
    ]
    await stage.store_conversation(conversation, *messages)
    searched = stage.hub.store.search
    queries: list[int] = []

    async def counted(*arguments: Any, **named: Any) -> Any:
        queries.append(named["limit"])
        return await searched(*arguments, **named)

    monkeypatch.setattr(stage.hub.store, "search", counted)
    found: list[int] = []
    cursor: Any = ""
    async with stage.browser() as browser:
        for page in range(3):
            path = "/search?q=parcels&kind=messages&author=agent&limit=4"
            answer = await browser.get(f"{path}&cursor={cursor}" if page else path)
            found += [one["message"]["seq"] for one in answer.data["items"]]
            cursor = answer.data["next"]

    assert sorted(found) == list(range(10, 91, 10))
    assert cursor is None
    assert len(queries) <= 9  # three of a page: what is wanted, what leaves some out, its end


async def test_messages_around_one_are_those_before_and_after_it(stage: Stage) -> None:
    conversation = a_conversation()
    messages = [a_message(conversation, seq, str(seq)) for seq in range(1, 10)]
    await stage.store_conversation(conversation, *messages)
    path = f"/conversations/{conversation.id}/messages"
    async with stage.browser() as browser:
        around = await browser.get(f"{path}?around={messages[4].id}&limit=4")
        older = await browser.get(f"{path}?before={around.data['next']}&limit=4")
        nowhere = await browser.get(f"{path}?around=m-other")

    assert [item["content"]["text"] for item in around.data["items"]] == ["3", "4", "5", "6"]
    assert [item["content"]["text"] for item in older.data["items"]] == ["1", "2"]
    assert nowhere.status == 404


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
        "topic/-": 1,
        "topic/money": 1,
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


async def test_messages_stand_around_one_and_go_on_in_both_directions(stage: Stage) -> None:
    conversation, other = a_conversation(), a_conversation("other")
    messages = [a_message(conversation, seq, str(seq)) for seq in range(1, 10)]
    foreign = a_message(other, 1, "foreign")
    await stage.store_conversation(conversation, *messages)
    await stage.store_conversation(other, foreign)
    path = f"/conversations/{conversation.id}/messages?limit=4"
    async with stage.browser() as browser:
        around = await browser.get(f"{path}&around={messages[4].id}")
        older = await browser.get(f"{path}&before={around.data['next']}")
        newer = await browser.get(f"{path}&after={around.data['newer']}")
        last = await browser.get(f"{path}&around={messages[8].id}")
        strange = await browser.get(f"{path}&around={foreign.id}")
        both = await browser.get(f"{path}&around={messages[4].id}&before=x")

    seqs = [[m["seq"] for m in page.data["items"]] for page in (around, older, newer, last)]
    assert seqs == [[3, 4, 5, 6], [1, 2], [7, 8, 9], [7, 8, 9]]
    assert (older.data["next"], newer.data["newer"], last.data["newer"]) == (None, None, None)
    assert strange.status == 404
    assert (both.status, both.data["field"]) == (422, "around")


async def test_a_day_shows_the_first_message_from_it_on(stage: Stage) -> None:
    conversation = a_conversation()
    messages = [
        a_message(conversation, seq, str(seq), at=AT + timedelta(days=seq)) for seq in range(1, 8)
    ]
    await stage.store_conversation(conversation, *messages)
    path = f"/conversations/{conversation.id}/messages?limit=3"
    async with stage.browser() as browser:
        day = await browser.get(f"{path}&at={(AT + timedelta(days=3.5)).isoformat()[:19]}Z")
        after_all = await browser.get(f"{path}&at={(AT + timedelta(days=99)).isoformat()[:19]}Z")

    seqs = [[m["seq"] for m in page.data["items"]] for page in (day, after_all)]
    assert seqs == [[3, 4, 5], [5, 6, 7]]


async def test_a_case_of_several_conversations_is_read_around_a_message_too(stage: Stage) -> None:
    root, joined = a_conversation("a"), a_conversation("b")
    root = root.model_copy(update={"joined": (joined.id,)})
    joined = joined.model_copy(update={"merged_into": root.id, "status": Status.RESOLVED})
    stored = {}
    for number, case in enumerate((root, joined)):
        stored[number] = [
            a_message(case, seq, f"{number}-{seq}", at=AT + timedelta(minutes=2 * seq + number))
            for seq in range(4)
        ]
        await stage.store_conversation(case, *stored[number])
    path = f"/conversations/{root.id}/messages?joined=true&limit=2"
    async with stage.browser() as browser:
        around = await browser.get(f"{path}&around={stored[1][1].id}")
        newer = await browser.get(f"{path}&after={around.data['newer']}")
        older = await browser.get(f"{path}&before={around.data['next']}")
        day = await browser.get(f"{path}&at={(AT + timedelta(minutes=5)).isoformat()[:19]}Z")

    pages = (around, newer, older, day)
    texts = [[one["content"]["text"] for one in page.data["items"]] for page in pages]
    assert texts == [["0-1", "1-1", "0-2"], ["1-2", "0-3"], ["0-0", "1-0"], ["0-2", "1-2"]]
