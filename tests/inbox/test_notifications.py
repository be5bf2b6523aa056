"""Notifications over the API: one's own list, its count, reading it, and how one wants to hear."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from shared.collections import AGENTS, NOTIFICATIONS
from shared.commands import Edit, Note
from shared.events import NotificationAdded
from shared.ids import AgentId, ChannelType, ConversationId, partition_of
from shared.model.notification import Notification
from shared.model.notification_settings import Means, NotificationKind
from shared.model.people import Role
from shared.ports.store import Put
from tests.inbox.stage import (
    AT,
    PASSWORD,
    Stage,
    a_conversation,
    a_message,
    frames,
    next_event,
)
from tests.inbox.tiny_router import routed

ANNA = "anna@example.com"


def a_notification(id: str, agent_id: str, minute: int = 0, **fields: Any) -> Notification:
    values: dict[str, Any] = {
        "id": id,
        "agent_id": AgentId(agent_id),
        "kind": NotificationKind.MENTION,
        "conversation_id": ConversationId("c1"),
        "channel_type": ChannelType("webchat"),
        "title": "Visitor",
        "means": tuple(Means),
        "at": AT + timedelta(minutes=minute),
    }
    return Notification(**(values | fields))


async def keep(stage: Stage, notifications: Sequence[Notification]) -> None:
    await stage.hub.store.commit([Put(NOTIFICATIONS, one) for one in notifications])


async def test_one_reads_ones_own_newest_first_in_pages_and_nobody_elses(stage: Stage) -> None:
    anna = await stage.agent(ANNA)
    await keep(stage, [a_notification(f"n{n}", anna, n) for n in range(3)])
    await keep(stage, [a_notification("n9", "maxim", 9)])
    async with stage.browser(ANNA, PASSWORD) as browser, stage.program(Role.AGENT) as program:
        first = (await browser.get("/notifications?limit=2")).data
        second = (await browser.get(f"/notifications?limit=2&cursor={first['next']}")).data
        nobody = await program.get("/notifications")

    assert [one["id"] for one in (*first["items"], *second["items"])] == ["n2", "n1", "n0"]
    assert (first["unread"], second["next"]) == (3, None)
    assert nobody.status == 403


async def test_what_is_read_is_read_on_every_device(stage: Stage) -> None:
    anna = await stage.agent(ANNA)
    await keep(stage, [a_notification(f"n{n}", anna, n) for n in range(5)])
    await keep(stage, [a_notification("n9", "maxim"), a_notification("n8", anna, 8, unread=False)])
    async with (
        stage.browser(ANNA, PASSWORD) as browser,
        stage.browser() as admin,
        stage.live(browser) as phone,
        stage.live(admin) as other,
    ):
        await frames(phone, 1)
        await frames(other, 1)
        some = await browser.post("/notifications/read", {"ids": ["n4", "n9", "n-none"]})
        again = await browser.post("/notifications/read", {"ids": ["n4"]})
        told = await next_event(phone, "notifications.read")
        up_to = await browser.post("/notifications/read", {"up_to": "n2"})
        left = (await browser.get("/notifications?unread=true")).data
        gone = await browser.post("/notifications/read", {"up_to": "n9"})
        bad = await browser.post("/notifications/read", {"up_to": "n2", "ids": ["n1"]})
        # What the admin hears first is not about anna's notifications.
        await admin.put("/agents/me/notification-settings", {"kinds": {}})
        first = await other.receive_json(timeout=20)

    assert (some.data, again.data) == ({"unread": 4}, {"unread": 4})
    assert (told["payload"]["ids"], told["payload"]["unread"]) == (["n4"], 4)
    assert up_to.data == {"unread": 1}
    assert [one["id"] for one in left["items"]] == ["n3"]
    assert (gone.status, bad.status, bad.data["field"]) == (404, 422, "ids")
    other_ones = await stage.hub.store.get(NOTIFICATIONS, "n9")
    assert other_ones is not None
    assert other_ones.unread
    assert first["kind"] != "notifications.read"


async def test_opening_a_conversation_reads_what_one_was_told_of_it(stage: Stage) -> None:
    anna = await stage.agent(ANNA)
    case = a_conversation("a")
    await stage.store_conversation(case, a_message(case, 0))
    here = a_notification("n1", anna, conversation_id=case.id)
    await keep(stage, [here, a_notification("n2", anna, 2), a_notification("n3", "maxim")])
    async with stage.browser(ANNA, PASSWORD) as browser, routed(stage.hub, partition_of(case.id)):
        await browser.post(f"/conversations/{case.id}/read", {"up_to": 0})
        left = (await browser.get("/notifications?unread=true")).data
        by_name = await browser.post("/notifications/read", {"conversation_id": "c1"})
        none = await browser.post("/notifications/read", {"conversation_id": "c1"})

    assert [one["id"] for one in left["items"]] == ["n2"]
    assert (by_name.data, none.data) == ({"unread": 0}, {"unread": 0})


async def test_only_the_agent_hears_of_a_notification_also_when_catching_up(stage: Stage) -> None:
    anna = await stage.agent(ANNA)
    maxim = await stage.agent("maxim@example.com")
    async with (
        stage.browser(ANNA, PASSWORD) as annas,
        stage.browser("maxim@example.com", PASSWORD) as maxims,
    ):
        async with stage.live(annas) as hers, stage.live(maxims) as his:
            cursor = (await frames(hers, 1))[0]["cursor"]
            await frames(his, 1)
            for seq, agent_id in enumerate((maxim, anna, maxim), start=1):
                told = NotificationAdded(notification=a_notification(f"n{seq}", agent_id))
                await stage.happen(3, seq, told)
            heard = [(await next_event(his, "notification.added"))["payload"] for _ in range(2)]
            own = (await next_event(hers, "notification.added"))["payload"]
        async with stage.live(annas, cursor) as again:
            missed = await next_event(again, "notification.added")

    assert [one["notification"]["id"] for one in heard] == ["n1", "n3"]
    assert own["notification"]["id"] == "n2"
    assert missed["payload"]["notification"]["id"] == "n2"


async def test_how_one_wants_to_be_told_is_kept_and_the_rest_stays_as_by_default(
    stage: Stage,
) -> None:
    anna = await stage.agent(ANNA)
    path = "/agents/me/notification-settings"
    async with stage.browser(ANNA, PASSWORD) as browser, stage.program(Role.AGENT) as program:
        default = (await browser.get(path)).data["kinds"]
        asked = {"message": ["push", "app", "push"], "status": []}
        changed = await browser.put(path, {"kinds": asked})
        now = (await browser.get(path)).data["kinds"]
        unknown = await browser.put(path, {"kinds": {"weather": ["app"]}})
        means = await browser.put(path, {"kinds": {"mention": ["pigeon"]}})
        nobody = await program.get(path)

    assert set(default) == {kind.value for kind in NotificationKind}
    assert changed.data["kinds"] == now
    assert now == default | {"message": ["push", "app"], "status": []}
    assert (unknown.status, means.status, nobody.status) == (422, 422, 403)
    stored = await stage.hub.store.get(AGENTS, anna)
    assert stored is not None
    assert stored.notify.means_of(NotificationKind.MESSAGE) == (Means.PUSH, Means.APP)


async def test_a_note_carries_whom_it_names_to_the_router(stage: Stage) -> None:
    case = a_conversation("a")
    note = a_message(case, 0)
    await stage.store_conversation(case, note)
    mention = {"agent_id": "maxim", "start": 0, "length": 6}
    async with stage.browser() as browser, routed(stage.hub, partition_of(case.id)) as router:
        path = f"/conversations/{case.id}/messages"
        body = {"kind": "note", "text": "@maxim", "mentions": [mention, {"team_id": "shop"}]}
        sent = await browser.post(path, body)
        await browser.patch(f"/messages/{note.id}", {"text": "x", "mentions": []})
        await browser.patch(f"/messages/{note.id}", {"text": "x"})
        reply = await browser.post(path, {"text": "@maxim", "mentions": [mention]})

    command, edit, plain = (command for _, command in router.seen)
    assert sent.status == 201
    assert isinstance(command, Note)
    assert [one.who for one in command.mentions] == [("maxim", None), (None, "shop")]
    assert (command.mentions[0].start, command.mentions[0].length) == (0, 6)
    assert isinstance(edit, Edit)
    assert isinstance(plain, Edit)
    assert (edit.mentions, plain.mentions) == ((), None)
    assert (reply.status, reply.data["field"]) == (422, "mentions")


@pytest.mark.parametrize("body", [{}, {"ids": []}, {"conversation_id": ""}])
async def test_reading_nothing_is_refused(stage: Stage, body: dict[str, Any]) -> None:
    async with stage.browser() as browser:
        answer = await browser.post("/notifications/read", body)

    assert (answer.status, answer.data["field"]) == (422, "ids")
