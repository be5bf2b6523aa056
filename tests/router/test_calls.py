"""Calls: a missed one asks for a call back, and a recording joins its call."""

from datetime import timedelta
from typing import Any

from shared.commands import Reply, Resolve
from shared.ids import ExternalId
from shared.model.content import Attachment, AttachmentKind, Call, Content, FetchState
from shared.model.conversation import Status
from shared.model.inbound import Inbound, InboundKind, Origin
from shared.model.message import Direction
from tests.router.world import AGENT, START, World, inbound

RECORDING = Attachment(id="recording", kind=AttachmentKind.AUDIO, native={"address": "sealed"})


def call(key: str, *, answered: bool = False, files: Any = (), **fields: Any) -> Inbound:
    block = Call(
        direction=fields.pop("direction", "in"),
        answered=answered,
        duration_s=60 if answered else None,
    )
    return inbound(
        key=key,
        external_id=ExternalId("call:1"),
        content=Content(blocks=(block,), attachments=files),
        **fields,
    )


async def test_a_missed_call_opens_a_conversation_that_is_due_in_fifteen_minutes(
    world: World,
) -> None:
    await world.tell(call("e1"))

    conversation = await world.conversation()
    assert conversation.status is Status.OPEN
    assert conversation.labels == ("call-back",)
    assert conversation.due_at == START + timedelta(minutes=15)
    assert conversation.waiting_since == START


async def test_an_answered_call_asks_for_nothing(world: World) -> None:
    await world.tell(call("e1", answered=True))

    conversation = await world.conversation()
    assert conversation.due_at is None
    assert conversation.labels == ()
    assert conversation.waiting_since is None


async def test_an_answered_call_leaves_what_waited_before_waiting(world: World) -> None:
    await world.tell(inbound(external_id="1", text="hello"))

    await world.tell(
        call("e1", answered=True, occurred_at=START + timedelta(minutes=1)),
    )

    assert (await world.conversation()).waiting_since == START


async def test_our_own_call_is_an_answer_and_ends_the_wait(world: World) -> None:
    await world.tell(call("e1"))
    ours = call("e2", answered=True, direction="out", origin=Origin.AGENT_APP)

    await world.tell(ours.model_copy(update={"external_id": ExternalId("call:2")}))

    conversation = await world.conversation()
    directions = [message.direction for message in await world.messages()]
    assert conversation.due_at is None
    assert conversation.waiting_since is None
    assert directions == [Direction.INBOUND, Direction.OUTBOUND]


async def test_a_reply_ends_the_wait_for_a_call_back(world: World) -> None:
    await world.tell(call("e1"))
    conversation = await world.conversation()

    await world.ask(Reply(conversation_id=conversation.id, actor=AGENT, text="I call you at five"))

    assert (await world.conversation()).due_at is None


async def test_resolving_ends_the_wait_for_a_call_back(world: World) -> None:
    await world.tell(call("e1"))
    conversation = await world.conversation()

    await world.ask(Resolve(conversation_id=conversation.id, actor=AGENT))

    assert (await world.conversation()).due_at is None


async def test_a_recording_joins_its_call_and_is_no_edit(world: World) -> None:
    await world.tell(call("e1", answered=True))

    await world.tell(call("e2", answered=True, files=(RECORDING,)))

    (message,) = await world.messages()
    assert [file.id for file in message.content.attachments] == ["recording"]
    assert message.edited_at is None
    assert message.revisions == ()


async def test_a_recording_that_comes_twice_or_first_is_there_once(world: World) -> None:
    await world.tell(call("e1", answered=True, files=(RECORDING,)))

    await world.tell(call("e2", answered=True, files=(RECORDING,)), call("e3", answered=True))

    (message,) = await world.messages()
    assert [file.id for file in message.content.attachments] == ["recording"]


async def test_a_recording_told_again_does_not_undo_its_download(world: World) -> None:
    await world.tell(call("e1", answered=True, files=(RECORDING,)))
    (message,) = await world.messages()
    stored = RECORDING.model_copy(update={"state": FetchState.STORED, "blob_id": "b"})
    arrived = inbound(
        kind=InboundKind.MEDIA, external_id=None, media=stored, target_message_id=message.id
    )
    await world.tell(arrived)

    await world.tell(call("e2", answered=True, files=(RECORDING,)))

    (message,) = await world.messages()
    assert [file.state for file in message.content.attachments] == [FetchState.STORED]


async def test_two_missed_calls_keep_the_earlier_time(world: World) -> None:
    await world.tell(call("e1"))
    later = call("e2", occurred_at=START + timedelta(minutes=5))

    await world.tell(later.model_copy(update={"external_id": ExternalId("call:2")}))

    conversation = await world.conversation()
    assert conversation.due_at == START + timedelta(minutes=15)
    assert conversation.labels == ("call-back",)
