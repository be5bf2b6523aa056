"""Replies and other commands: handed to the router, answered with what became of them."""

from uuid import uuid4

from inbox.callers import Caller
from inbox.desk import Desk
from shared.collections import OUTCOMES
from shared.commands import Note, Reply, Resolve, SetLabels
from shared.errors import Unavailable
from shared.ids import partition_of
from shared.model.content import AttachmentKind, FetchState
from shared.model.people import Actor, ActorKind, Role
from tests.inbox.stage import Stage, a_conversation, a_message
from tests.inbox.tiny_router import routed

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489"
    "0000000d49444154789c6360000002000001e221bc330000000049454e44ae426082"
)


async def test_a_reply_is_answered_with_the_message_as_stored(stage: Stage) -> None:
    conversation = a_conversation()
    await stage.store_conversation(conversation)
    async with routed(stage.hub, partition_of(conversation.id)) as router, stage.browser() as me:
        answer = await me.post(f"/conversations/{conversation.id}/messages", {"text": "hi"})

    _, command = router.seen[0]
    assert answer.status == 201
    assert answer.data["message"]["content"]["text"] == "hi"
    assert isinstance(command, Reply)
    assert command.undo_s == 5
    assert command.actor.kind is ActorKind.AGENT


async def test_a_program_has_no_undo_time(stage: Stage) -> None:
    conversation = a_conversation()
    await stage.store_conversation(conversation)
    async with (
        routed(stage.hub, partition_of(conversation.id)) as router,
        stage.program(Role.BOT) as bot,
    ):
        await bot.post(f"/conversations/{conversation.id}/messages", {"text": "hi"})

    _, command = router.seen[0]
    assert isinstance(command, Reply)
    assert command.undo_s == 0
    assert command.actor.kind is ActorKind.BOT


async def test_a_repeat_with_the_same_id_is_published_once(stage: Stage) -> None:
    conversation = a_conversation()
    await stage.store_conversation(conversation)
    body = {"id": str(uuid4()), "text": "hi"}
    path = f"/conversations/{conversation.id}/messages"
    async with routed(stage.hub, partition_of(conversation.id)) as router, stage.browser() as me:
        first = await me.post(path, body)
        second = await me.post(path, body)

    assert first.data == second.data
    assert first.data["command_id"] == body["id"]
    assert len(router.seen) == 1


async def test_two_agents_with_the_same_id_do_not_meet(stage: Stage) -> None:
    await stage.agent("second@example.com")
    conversation = a_conversation()
    await stage.store_conversation(conversation)
    id = str(uuid4())
    path = f"/conversations/{conversation.id}/messages"
    async with (
        routed(stage.hub, partition_of(conversation.id)) as router,
        stage.browser() as one,
        stage.browser("second@example.com") as other,
    ):
        await one.post(path, {"id": id, "text": "from one"})
        answer = await other.post(path, {"id": id, "text": "from the other"})

    assert answer.data["message"]["content"]["text"] == "from the other"
    assert len({seen for seen, _ in router.seen}) == 2


async def test_without_an_outcome_in_time_the_answer_is_202(stage: Stage) -> None:
    conversation = a_conversation()
    await stage.store_conversation(conversation)
    async with stage.browser() as me:
        answer = await me.post(f"/conversations/{conversation.id}/messages", {"text": "hi"})
        unknown = await me.get(f"/commands/{answer.data['command_id']}")

    assert answer.status == 202
    assert unknown.status == 404


async def test_an_outcome_whose_wake_up_is_lost_is_found_in_the_store(stage: Stage) -> None:
    conversation = a_conversation()
    await stage.store_conversation(conversation)
    async with routed(stage.hub, partition_of(conversation.id)) as router, stage.browser() as me:
        router.silent = True
        answer = await me.post(f"/conversations/{conversation.id}/resolve", {})
        outcome = await me.get(f"/commands/{answer.data['command_id']}")

    assert answer.status == 200
    assert outcome.data["status"] == "done"
    assert outcome.data["id"] == answer.data["command_id"]


async def test_a_command_on_the_bus_is_no_error_when_the_store_goes_away(stage: Stage) -> None:
    conversation = a_conversation()
    caller = Caller(Actor(kind=ActorKind.AGENT, id="anna"), Role.AGENT)

    class Away:
        async def get(self, *_: object) -> None:
            raise Unavailable("the store is away")

    desk = Desk(stage.hub.bus, Away(), stage.clock, wait_s=0.05)  # type: ignore[arg-type]
    command = Resolve(conversation_id=conversation.id, actor=caller.actor)

    name, outcome = await desk.give(command, caller, None, trace_id="t")

    assert name
    assert outcome is None


async def test_an_outcome_is_told_to_nobody_else(stage: Stage) -> None:
    await stage.agent("second@example.com")
    conversation = a_conversation()
    await stage.store_conversation(conversation)
    async with (
        routed(stage.hub, partition_of(conversation.id)),
        stage.browser() as me,
        stage.browser("second@example.com") as other,
    ):
        answer = await me.post(f"/conversations/{conversation.id}/resolve", {})
        asked = await other.get(f"/commands/{answer.data['command_id']}")

    assert asked.status == 404
    assert len((await stage.hub.store.find(OUTCOMES, equal={})).items) == 1


async def test_a_refusal_carries_the_routers_reason(stage: Stage) -> None:
    conversation = a_conversation()
    await stage.store_conversation(conversation)
    async with routed(stage.hub, partition_of(conversation.id)) as router, stage.browser() as me:
        router.refuse = {"reason": "the reply window is over", "field": "text", "code": 422}
        answer = await me.post(f"/conversations/{conversation.id}/messages", {"text": "hi"})

    assert answer.status == 422
    assert answer.data["detail"] == "the reply window is over"
    assert answer.data["field"] == "text"


async def test_an_upload_becomes_a_stored_attachment(stage: Stage) -> None:
    conversation = a_conversation()
    await stage.store_conversation(conversation)
    async with routed(stage.hub, partition_of(conversation.id)) as router, stage.browser() as me:
        url = stage.url("/api/v1/uploads?name=cat.png")
        headers = {"X-CSRF-Token": me.csrf or ""}
        async with me.http.post(url, data=PNG, headers=headers) as got:
            upload = await got.json()
        await me.post(f"/conversations/{conversation.id}/messages", {"attachments": [upload["id"]]})

    _, command = router.seen[0]
    assert isinstance(command, Reply)
    attachment = command.attachments[0]
    assert attachment.kind is AttachmentKind.IMAGE
    assert attachment.state is FetchState.STORED
    assert (attachment.name, attachment.mime_detected) == ("cat.png", "image/png")


async def test_somebody_elses_upload_cannot_be_attached(stage: Stage) -> None:
    await stage.agent("second@example.com")
    conversation = a_conversation()
    await stage.store_conversation(conversation)
    async with stage.browser() as me, stage.browser("second@example.com") as other:
        url = stage.url("/api/v1/uploads?name=cat.png")
        headers = {"X-CSRF-Token": me.csrf or ""}
        async with me.http.post(url, data=PNG, headers=headers) as got:
            upload = await got.json()
        answer = await other.post(
            f"/conversations/{conversation.id}/messages", {"attachments": [upload["id"]]}
        )

    assert answer.status == 422
    assert answer.data["field"] == "attachments.0"


async def test_an_empty_reply_is_refused(stage: Stage) -> None:
    conversation = a_conversation()
    await stage.store_conversation(conversation)
    async with stage.browser() as me:
        answer = await me.post(f"/conversations/{conversation.id}/messages", {"text": "  "})

    assert answer.status == 422
    assert answer.data["field"] == "text"


async def test_a_note_has_no_buttons(stage: Stage) -> None:
    conversation = a_conversation()
    await stage.store_conversation(conversation)
    buttons = [[{"label": "Yes", "value": "y"}]]
    path = f"/conversations/{conversation.id}/messages"
    async with routed(stage.hub, partition_of(conversation.id)) as router, stage.browser() as me:
        refused = await me.post(path, {"kind": "note", "text": "x", "buttons": buttons})
        kept = await me.post(path, {"kind": "note", "text": "x"})

    assert refused.status == 422
    assert kept.status == 201
    assert isinstance(router.seen[0][1], Note)


async def test_commands_for_what_is_not_there_are_404(stage: Stage) -> None:
    async with stage.browser() as me:
        answers = [
            await me.post("/conversations/nonsense/messages", {"text": "hi"}),
            await me.post("/conversations/nonsense/resolve", {}),
            await me.post("/messages/nonsense/cancel", {}),
            await me.post("/conversations/nonsense/typing"),
        ]

    assert [answer.status for answer in answers] == [404, 404, 404, 404]


async def test_an_id_that_was_used_elsewhere_is_refused(stage: Stage) -> None:
    one, other = a_conversation(), a_conversation()
    await stage.store_conversation(one)
    await stage.store_conversation(other)
    id = str(uuid4())
    async with routed(stage.hub, partition_of(one.id)) as router, stage.browser() as me:
        await me.post(f"/conversations/{one.id}/resolve", {"id": id})
        answer = await me.post(f"/conversations/{other.id}/resolve", {"id": id})

    assert answer.status == 422
    assert answer.data["field"] == "id"
    assert [type(command) for _, command in router.seen] == [Resolve]


async def test_every_action_reaches_the_router(stage: Stage) -> None:
    agent = await stage.agent("second@example.com")
    conversation = a_conversation()
    message = a_message(conversation, 1)
    await stage.store_conversation(conversation, message)
    actions = {
        "assign": {"agent_id": agent},
        "resolve": {},
        "reopen": {},
        "pend": {"waits_for": "customer"},
        "snooze": {"until": "2100-01-01T00:00:00Z"},
        "priority": {"priority": "high"},
        "labels": {"add": ["vip "]},
        "read": {"up_to": 1},
        "hand-off": {"reason": "asked for a person", "collected": {"order": "5"}},
    }
    async with routed(stage.hub, partition_of(conversation.id)) as router, stage.browser() as me:
        statuses = [
            (await me.post(f"/conversations/{conversation.id}/{name}", body)).status
            for name, body in actions.items()
        ]

    kinds = [command.kind for _, command in router.seen]
    labels = next(command for _, command in router.seen if isinstance(command, SetLabels))
    assert statuses == [200] * 9
    assert len(set(kinds)) == 9
    assert labels.add == ("vip",)


async def test_a_blocked_or_unknown_agent_gets_nothing_assigned(stage: Stage) -> None:
    conversation = a_conversation()
    await stage.store_conversation(conversation)
    async with stage.browser() as me:
        answer = await me.post(f"/conversations/{conversation.id}/assign", {"agent_id": "a0"})

    assert answer.status == 422
    assert answer.data["field"] == "agent_id"


async def test_places_cards_and_polls_are_part_of_a_reply(stage: Stage) -> None:
    conversation = a_conversation()
    await stage.store_conversation(conversation)
    blocks = [
        {"type": "location", "latitude": 1.5, "longitude": 2, "title": "Office"},
        {"type": "contact_card", "name": "Ann", "phones": ["+7900"]},
        {"type": "poll", "question": "When?", "options": ["Today", "Later"]},
    ]
    async with routed(stage.hub, partition_of(conversation.id)) as router, stage.browser() as me:
        answer = await me.post(f"/conversations/{conversation.id}/messages", {"blocks": blocks})

    _, command = router.seen[0]
    assert answer.status == 201
    assert isinstance(command, Reply)
    assert [block.type for block in command.blocks] == ["location", "contact_card", "poll"]


async def test_a_note_has_no_places(stage: Stage) -> None:
    conversation = a_conversation()
    await stage.store_conversation(conversation)
    body = {"kind": "note", "text": "x", "blocks": [{"type": "dice"}]}
    async with stage.browser() as me:
        answer = await me.post(f"/conversations/{conversation.id}/messages", body)

    assert (answer.status, answer.data["field"]) == (422, "blocks")
