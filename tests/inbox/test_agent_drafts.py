"""Drafts of agents over the API: one text on all devices, and no device writes over another's."""

import asyncio
from typing import Any

from shared.collections import UPLOADS
from shared.commands import Reply
from shared.ids import partition_of
from shared.model.agent_draft import AgentDraft
from shared.model.conversation import Conversation
from shared.model.people import Role
from shared.ports.store import Delete
from tests.inbox.stage import PASSWORD, Browser, Stage, a_conversation, frames, next_event
from tests.inbox.tiny_router import routed


async def a_case(stage: Stage, key: str = "chat") -> Conversation:
    case = a_conversation(key)
    await stage.store_conversation(case)
    return case


def path(case: Conversation) -> str:
    return f"/conversations/{case.id}/draft"


async def save(browser: Browser, case: Conversation, version: int, text: str, **more: Any) -> Any:
    return await browser.put(path(case), {"version": version, "text": text} | more)


async def test_a_draft_is_there_on_every_device_as_it_was_written(stage: Stage) -> None:
    case = await a_case(stage)
    written = {
        "kind": "reply",
        "device": "desk-0001",
        "text": "half a sente",
        "spans": [{"kind": "bold", "start": 0, "length": 4}],
        "buttons": [[{"label": ""}, {"kind": "link", "label": "Pay"}]],
        "head": {"subject": "Re: yo", "to": "anna@", "cc": "", "bcc": ""},
        "reply_to": "m1",
        "canned": {"id": "k1", "values": {"name": "An"}},
    }
    async with stage.browser() as desk, stage.browser() as phone:
        put = await desk.put(path(case), {"version": 0} | written)
        got = (await phone.get(path(case))).data

    assert put.status == 200
    assert got["note"] is None
    assert got["others"] == []
    assert got["reply"] == put.data
    kept = {name: got["reply"][name] for name in ("text", "device", "head", "reply_to", "version")}
    assert kept == {
        "text": "half a sente",
        "device": "desk-0001",
        "head": written["head"],
        "reply_to": "m1",
        "version": 1,
    }
    assert [[one["label"] for one in row] for row in got["reply"]["buttons"]] == [["", "Pay"]]
    assert got["reply"]["canned"]["values"] == {"name": "An"}


async def test_a_save_over_a_newer_text_is_refused_with_that_text(stage: Stage) -> None:
    case = await a_case(stage)
    async with stage.browser() as desk, stage.browser() as phone:
        await save(desk, case, 0, "one")
        await save(phone, case, 1, "two")
        late = await save(desk, case, 1, "one and a half")
        first = await save(desk, case, 0, "from nothing")
        now = (await desk.get(path(case))).data["reply"]

    assert [late.status, first.status] == [409, 409]
    assert late.headers["Content-Type"] == "application/problem+json"
    assert late.data["field"] == "version"
    assert late.data["current"] == now
    assert (now["text"], now["version"]) == ("two", 2)


async def test_of_saves_at_the_same_time_one_counts(stage: Stage) -> None:
    case = await a_case(stage)
    async with stage.browser() as browser:
        answers = await asyncio.gather(
            *(save(browser, case, 0, f"text {number}") for number in range(5))
        )
        now = (await browser.get(path(case))).data["reply"]

    assert sorted(answer.status for answer in answers) == [200, 409, 409, 409, 409]
    assert now["version"] == 1
    assert [a.data["text"] for a in answers if a.status == 200] == [now["text"]]


async def test_a_save_that_comes_after_the_sending_does_not_bring_the_text_back(
    stage: Stage,
) -> None:
    case = await a_case(stage)
    async with stage.browser() as browser:
        await save(browser, case, 0, "old mail")
        thrown = await browser.delete(f"{path(case)}?version=1")
        late = await save(browser, case, 1, "old mail, and more")
        after = (await browser.get(path(case))).data["reply"]
        anew = await save(browser, case, 2, "something else")

    assert thrown.data["reply"]["written"] is False
    assert (late.status, late.data["current"]["written"]) == (409, False)
    assert (after["text"], after["version"]) == ("", 2)
    assert (anew.status, anew.data["version"], anew.data["written"]) == (200, 3, True)


async def test_throwing_away_what_another_device_has_changed_is_refused(stage: Stage) -> None:
    case = await a_case(stage)
    async with stage.browser() as browser:
        none = await browser.delete(f"{path(case)}?version=1")
        await save(browser, case, 0, "one")
        await save(browser, case, 1, "two")
        late = await browser.delete(f"{path(case)}?version=1")
        done = await browser.delete(f"{path(case)}?version=2")
        again = await browser.delete(f"{path(case)}?version=2")

    assert (none.status, none.data["reply"]) == (200, None)
    assert (late.status, late.data["current"]["text"]) == (409, "two")
    assert (done.status, again.status) == (200, 200)
    assert again.data["reply"]["version"] == 3


async def test_colleagues_see_that_there_is_one_and_its_text_only_where_it_is_shared(
    stage: Stage,
) -> None:
    case = await a_case(stage)
    await stage.agent("anna@example.com")
    async with stage.browser() as admin, stage.browser("anna@example.com", PASSWORD) as anna:
        await save(anna, case, 0, "my secret")
        await save(anna, case, 0, "a note for all", kind="note", shared=True)
        seen = (await admin.get(path(case))).data
        own = (await anna.get(path(case))).data
        await anna.delete(f"{path(case)}?version=1")
        left = (await admin.get(path(case))).data["others"]

    shown = {one["kind"]: (one["agent_name"], one["draft"]) for one in seen["others"]}
    assert shown["reply"] == ("anna", None)
    assert shown["note"][1]["text"] == "a note for all"
    assert (seen["reply"], seen["note"]) == (None, None)
    assert own["others"] == []
    assert [one["kind"] for one in left] == ["note"]


async def test_another_tab_hears_of_a_save_and_of_its_end_but_not_what_it_says(
    stage: Stage,
) -> None:
    case = await a_case(stage)
    async with stage.browser() as desk, stage.browser() as phone, stage.live(phone) as socket:
        await frames(socket, 1)
        await save(desk, case, 0, "my secret", device="desk-0001")
        saved = await next_event(socket, "draft.changed")
        await desk.delete(f"{path(case)}?version=1")
        ended = await next_event(socket, "draft.changed")

    told = saved["payload"]
    assert (told["conversation_id"], told["draft_kind"], told["device"], told["version"]) == (
        case.id, "reply", "desk-0001", 1,
    )  # fmt: skip
    assert [saved["payload"]["written"], ended["payload"]["written"]] == [True, False]
    assert "my secret" not in str(saved)
    assert saved["seq"] is None


async def test_all_own_drafts_are_listed_newest_first_in_pages(stage: Stage) -> None:
    cases = [await a_case(stage, key) for key in ("a", "b", "c")]
    await stage.agent("anna@example.com")
    async with stage.browser() as browser, stage.browser("anna@example.com", PASSWORD) as anna:
        for case in cases:
            await save(browser, case, 0, case.thread)
        await save(anna, cases[0], 0, "not mine")
        await browser.delete(f"{path(cases[1])}?version=1")
        first = (await browser.get("/agents/me/drafts?limit=1")).data
        second = (await browser.get(f"/agents/me/drafts?limit=1&cursor={first['next']}")).data

    assert [one["text"] for one in (*first["items"], *second["items"])] == ["c", "a"]


async def test_files_of_a_draft_outlive_their_uploads_and_go_with_the_message(
    stage: Stage,
) -> None:
    case = await a_case(stage)
    async with (
        stage.browser() as browser,
        routed(stage.hub, partition_of(case.id)) as router,
    ):
        id = await upload(stage, browser)
        await save(browser, case, 0, "see the file", attachments=[id])
        await stage.hub.store.commit([Delete(UPLOADS, id)])
        again = await save(browser, case, 1, "see the file.", attachments=[id])
        unknown = await save(browser, case, 2, "see", attachments=[id, "f-none"])
        body = {"text": "see the file.", "attachments": [id]}
        without = await browser.post(f"/conversations/{case.id}/messages", body)
        sent = await browser.post(
            f"/conversations/{case.id}/messages",
            body | {"draft": {"version": 2, "device": "desk-0001"}},
        )

    assert [one["name"] for one in again.data["attachments"]] == ["a.txt"]
    assert (unknown.status, unknown.data["field"]) == (422, "attachments.1")
    assert (without.status, without.data["field"]) == (422, "attachments.0")
    assert sent.status == 201
    command = router.seen[-1][1]
    assert isinstance(command, Reply)
    assert [one.id for one in command.attachments] == [id]
    assert command.draft is not None
    assert (command.draft.version, command.draft.device) == (2, "desk-0001")


async def upload(stage: Stage, browser: Browser) -> str:
    from aiohttp import FormData

    form = FormData()
    form.add_field("file", b"some text", filename="a.txt", content_type="text/plain")
    headers = {"X-CSRF-Token": browser.csrf or ""}
    async with browser.http.post(
        f"{browser.base}/api/v1/uploads", data=form, headers=headers
    ) as answer:
        assert answer.status == 201, await answer.text()
        id: str = (await answer.json())["id"]
        return id


async def test_what_is_no_draft_is_refused(stage: Stage) -> None:
    case = await a_case(stage)
    async with stage.browser() as browser, stage.program(Role.BOT) as program:
        unknown = await browser.put("/conversations/c-none/draft", {"version": 0, "text": "x"})
        bad = await browser.put(path(case), {"text": "x"})
        span = await save(browser, case, 0, "x", spans=[{"kind": "bold", "start": 0, "length": 9}])
        nobody = await program.put(path(case), {"version": 0, "text": "x"})
        reads = await program.get(path(case))
        drafts = (await browser.get(path(case))).data

    assert (unknown.status, bad.status, span.status, nobody.status) == (404, 422, 422, 403)
    assert (reads.status, drafts["reply"]) == (200, None)


def test_the_model_of_a_draft_keeps_what_it_does_not_know() -> None:
    values = {
        "id": "x", "conversation_id": "c", "agent_id": "a", "kind": "reply", "mood": "good",
        "begun_at": "2026-01-01T00:00:00Z", "updated_at": "2026-01-01T00:00:00Z",
    }  # fmt: skip

    assert AgentDraft.model_validate(values).model_dump()["mood"] == "good"
