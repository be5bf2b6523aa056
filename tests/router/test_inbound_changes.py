"""Edits, deletions, reactions, presses, read marks, people, files, echoes."""

from datetime import timedelta
from typing import Any

import pytest

from router.people import SYSTEM
from router.timers import Timers
from shared.collections import IDENTITIES, PARTS, identity_id
from shared.commands import Reply, Resolve, Snooze, Wake
from shared.ids import ExternalId, part_id
from shared.model.content import (
    Action,
    Attachment,
    AttachmentKind,
    Button,
    ButtonRow,
    Content,
    FetchState,
    Location,
    ReplyRef,
)
from shared.model.conversation import Status
from shared.model.delivery import Delivery, Failure, FailureKind
from shared.model.inbound import InboundKind, Origin, ThreadRef
from shared.model.message import Direction, Message
from shared.model.people import ActorKind, Participant
from shared.ports.store import Update
from tests.router.world import AGENT, START, TYPE, World, inbound, sent


async def replied(
    world: World, text: str = "answer", *external_ids: str, buttons: tuple[ButtonRow, ...] = ()
) -> Message:
    """A reply of an agent, sent if external ids are given."""
    conversation = await world.conversation()
    outcome = await world.ask(
        Reply(conversation_id=conversation.id, actor=AGENT, text=text, buttons=buttons)
    )
    message = Message.model_validate(outcome.result["message"])
    if external_ids:
        await world.report(sent(message, *external_ids))
    return await world.message(message.id)


def edit(target: str, text: str, **fields: Any) -> Any:
    return inbound(
        kind=InboundKind.EDIT,
        external_id=None,
        target_external_id=target,
        content=Content(text=text),
        **fields,
    )


async def test_an_edit_takes_the_place_of_the_text_and_keeps_it_as_a_revision(
    world: World,
) -> None:
    await world.tell(inbound(external_id="1", text="one"))

    await world.tell(edit("1", "changed"))

    (message,) = await world.messages()
    conversation = await world.conversation()
    assert message.content.text == "changed"
    assert [revision.content.text for revision in message.revisions] == ["one"]
    assert message.edited_at == START
    assert conversation.preview is not None
    assert conversation.preview.text == "changed"
    assert conversation.unread == 1


async def test_an_edit_that_changes_nothing_visible_is_no_edit(world: World) -> None:
    await world.tell(inbound(external_id="1", text="one"))

    await world.tell(edit("1", "one", edit_hidden=True))

    (message,) = await world.messages()
    assert message.edited_at is None
    assert message.version == 1


async def test_an_edit_of_a_message_that_we_never_saw_is_stored_as_the_message(
    world: World,
) -> None:
    await world.tell(edit("1", "changed"))
    await world.tell(inbound(external_id="1", text="one"))

    (message,) = await world.messages()
    assert message.content.text == "changed"
    assert message.edited_at is not None
    assert [revision.content.text for revision in message.revisions] == ["one"]


async def test_an_older_edit_that_comes_late_is_history(world: World) -> None:
    await world.clock.advance(100)
    await world.tell(inbound(external_id="1", text="one"))
    await world.tell(edit("1", "three", occurred_at=START + timedelta(seconds=20)))

    await world.tell(edit("1", "two", occurred_at=START + timedelta(seconds=10)))

    (message,) = await world.messages()
    assert message.content.text == "three"
    assert [revision.content.text for revision in message.revisions] == ["one", "two"]


async def test_an_edit_keeps_the_files_that_were_fetched(world: World) -> None:
    file = Attachment(id="f", kind=AttachmentKind.IMAGE)
    await world.tell(inbound(external_id="1", content=Content(text="a", attachments=(file,))))
    (message,) = await world.messages()
    stored = file.model_copy(update={"state": FetchState.STORED, "blob_id": "b"})
    await world.tell(media(message, stored))

    await world.tell(
        inbound(
            kind=InboundKind.EDIT,
            external_id="1",
            content=Content(text="b", attachments=(file,)),
        )
    )

    (message,) = await world.messages()
    assert message.content.text == "b"
    assert message.content.attachments == (stored,)


def media(message: Message, file: Attachment) -> Any:
    return inbound(
        kind=InboundKind.MEDIA,
        external_id=None,
        target_message_id=message.id,
        media=file,
        author=None,
    )


async def test_a_file_that_was_stored_stays_stored(world: World) -> None:
    file = Attachment(id="f", kind=AttachmentKind.IMAGE)
    await world.tell(inbound(content=Content(attachments=(file,))))
    (message,) = await world.messages()
    stored = file.model_copy(update={"state": FetchState.STORED, "blob_id": "b"})
    await world.tell(media(message, stored))

    await world.tell(media(message, file.model_copy(update={"state": FetchState.FAILED})))

    (message,) = await world.messages()
    assert message.content.attachments == (stored,)


async def test_a_deleted_message_is_marked_and_its_text_kept(world: World) -> None:
    await world.tell(inbound(external_id="1", text="one"))

    await world.tell(inbound(kind=InboundKind.DELETE, external_id=None, target_external_id="1"))

    (message,) = await world.messages()
    assert message.deleted_at == START
    assert message.content.text == "one"


@pytest.mark.parametrize("kind", [InboundKind.DELETE, InboundKind.REACTION])
async def test_what_happens_to_an_unknown_message_is_told_by_a_line(
    world: World, kind: InboundKind
) -> None:
    await world.tell(inbound(text="one"))

    await world.tell(
        inbound(kind=kind, external_id=None, target_external_id="?", reactions_new=("👍",))
    )

    messages = await world.messages()
    assert [message.direction for message in messages] == [Direction.INBOUND, Direction.SYSTEM]


async def test_reactions_follow_the_person(world: World) -> None:
    await world.tell(inbound(external_id="1"))
    reaction: dict[str, Any] = {
        "kind": InboundKind.REACTION,
        "external_id": None,
        "target_external_id": "1",
    }

    await world.tell(inbound(**reaction, reactions_new=("👍",)))
    await world.tell(inbound(**reaction, reactions_old=("👍",), reactions_new=("🔥",)))

    (message,) = await world.messages()
    assert [one.emoji for one in message.reactions] == ["🔥"]


async def test_a_pressed_button_is_marked_and_said(world: World) -> None:
    await world.tell(inbound())
    await replied(world, "choose", "10")
    action = Action(value="yes", label="Yes, please")

    await world.tell(
        inbound(
            kind=InboundKind.ACTION,
            external_id=None,
            target_external_id="10",
            content=Content(text="Yes, please", action=action),
        )
    )

    *_, asked, pressed = await world.messages()
    conversation = await world.conversation()
    assert asked.pressed == ("yes",)
    assert pressed.content.action == action
    assert pressed.content.reply_to is not None
    assert pressed.content.reply_to.message_id == asked.id
    assert conversation.waiting_since is not None
    assert conversation.messages == len(await world.messages())


async def test_a_press_that_is_told_as_an_answer_names_what_was_pressed(world: World) -> None:
    await world.tell(inbound())
    await replied(world, "choose", "10")
    reply_to = ReplyRef(external_id=ExternalId("10"), quote="cho")

    await world.tell(
        inbound(
            kind=InboundKind.ACTION,
            target_external_id="10",
            content=Content(text="Yes", action=Action(value="yes"), reply_to=reply_to),
        )
    )

    *_, asked, pressed = await world.messages()
    assert pressed.content.reply_to == reply_to.model_copy(update={"message_id": asked.id})


async def test_a_press_that_brings_a_token_is_read_as_the_buttons_own_value(world: World) -> None:
    long = Button(label="Yes", value="order:" + "9" * 200)
    await world.tell(inbound())
    await replied(world, "choose", "10", buttons=((long,),))

    await world.tell(
        inbound(
            kind=InboundKind.ACTION,
            external_id=None,
            target_external_id="10",
            content=Content(text="Yes", action=Action(value=long.token(), label="Yes")),
        )
    )

    *_, asked, pressed = await world.messages()
    assert asked.pressed == (long.value,)
    assert pressed.content.action is not None
    assert pressed.content.action.value == long.value


async def test_a_read_mark_covers_what_was_sent_before(world: World) -> None:
    await world.tell(inbound())
    first = await replied(world, "one", "10")
    second = await replied(world, "two", "11")
    queued = await replied(world, "three")

    await world.tell(inbound(kind=InboundKind.READ, external_id=None, target_external_id="11"))

    assert (await world.message(first.id)).delivery is Delivery.READ
    assert (await world.message(second.id)).delivery is Delivery.READ
    assert (await world.message(queued.id)).delivery is Delivery.QUEUED


async def test_a_customer_who_blocks_us_cannot_be_reached_until_they_write(world: World) -> None:
    await world.tell(inbound())

    await world.tell(inbound(kind=InboundKind.CONTACT, external_id=None, reachable=False))
    blocked = await world.conversation()
    identity = await world.store.get(IDENTITIES, identity_id(TYPE, ExternalId("user-chat-1")))
    await world.tell(inbound())
    back = await world.conversation()

    assert not blocked.reachable
    assert identity is not None
    assert not identity.reachable
    assert back.reachable
    assert await world.texts() == ["hello", "[blocked]", "hello"]


async def test_blocking_does_not_reopen_a_case(world: World) -> None:
    await world.tell(inbound())
    conversation = await world.conversation()
    await world.ask(Resolve(conversation_id=conversation.id, actor=AGENT))

    await world.tell(inbound(kind=InboundKind.CONTACT, external_id=None, reachable=False))

    assert (await world.conversation()).status is Status.RESOLVED


async def test_a_new_title_is_taken_over_with_a_line(world: World) -> None:
    await world.tell(inbound())
    titled = ThreadRef(external_id=ExternalId("chat-1"), partition_key="chat-1", title="Team")

    await world.tell(
        inbound(kind=InboundKind.THREAD, external_id=None, thread=titled, service="title_changed")
    )

    assert (await world.conversation()).title == "Team"
    assert await world.texts() == ["hello", "[title_changed]"]


def echo(external_id: str, text: str, **fields: Any) -> Any:
    return inbound(
        origin=Origin.ECHO,
        external_id=external_id,
        text=text,
        author=Participant(external_id=ExternalId("owner"), name="Owner"),
        **fields,
    )


async def test_an_echo_of_what_we_know_is_dropped(world: World) -> None:
    await world.tell(inbound())
    await replied(world, "answer", "10")

    await world.tell(echo("10", "answer"))

    assert await world.texts() == ["hello", "[assigned]", "answer"]


async def test_an_echo_that_names_its_part_proves_that_it_was_sent(world: World) -> None:
    await world.tell(inbound())
    message = await replied(world)

    await world.tell(echo("10", "answer", part_id=part_id(message.id, 0)))

    after = await world.message(message.id)
    assert after.delivery is Delivery.SENT
    assert after.external_ids == ("10",)


async def test_an_echo_during_a_send_waits_for_its_receipt(world: World) -> None:
    await world.tell(inbound())
    message = await replied(world)

    await world.tell(echo("10", "answer"))
    await world.report(sent(message, "10"))
    await fire_timers(world)

    assert await world.texts() == ["hello", "[assigned]", "answer"]


async def test_an_echo_that_no_send_explains_was_written_in_the_platforms_app(
    world: World,
) -> None:
    await world.tell(inbound())
    message = await replied(world)

    await world.tell(echo("10", "from the phone"))
    await world.report(sent(message, "11"))
    await fire_timers(world)

    *_, last = await world.messages()
    assert last.content.text == "from the phone"
    assert last.author.kind is ActorKind.PLATFORM


async def test_an_echo_settles_the_send_that_stayed_unknown(world: World) -> None:
    await world.tell(inbound())
    message = await replied(world)
    failure = Failure(kind=FailureKind.UNKNOWN, reason="no answer")
    row = {"state": Delivery.UNKNOWN, "attempt": 1, "open": False}
    await world.store.commit([Update(PARTS, part_id(message.id, 0), row)])
    await world.report(sent(message, state=Delivery.UNKNOWN, failure=failure))

    await world.tell(echo("10", "answer"))
    await fire_timers(world)

    after = await world.message(message.id)
    assert after.delivery is Delivery.SENT
    assert await world.texts() == ["hello", "[assigned]", "answer"]


async def test_an_echo_of_an_idle_thread_is_shown_at_once(world: World) -> None:
    await world.tell(inbound())

    await world.tell(echo("10", "from the phone"))

    assert await world.texts() == ["hello", "from the phone"]


async def fire_timers(world: World) -> None:
    await world.clock.advance(61)
    await Timers(world.bus, world.store, world.clock).fire()
    await world.settle()


async def test_a_timer_that_fires_twice_wakes_once(world: World) -> None:
    await world.tell(inbound())
    conversation = await world.conversation()
    until = START + timedelta(minutes=1)
    await world.ask(Snooze(conversation_id=conversation.id, actor=AGENT, until=until))
    wake = Wake(
        conversation_id=conversation.id,
        actor=SYSTEM,
        timer_id=f"wake/{conversation.id}",
        due_at=until,
    )

    await fire_timers(world)
    await fire_timers(world)
    await world.ask(wake, id="again")

    after = await world.conversation()
    assert after.status is Status.OPEN
    assert after.snoozed_until is None
    assert await world.texts() == ["hello", "[snoozed]", "[woke]"]


async def test_a_timer_of_an_earlier_snooze_wakes_nobody(world: World) -> None:
    await world.tell(inbound())
    conversation = await world.conversation()
    for minutes in (1, 60):
        until = START + timedelta(minutes=minutes)
        await world.ask(Snooze(conversation_id=conversation.id, actor=AGENT, until=until))

    await fire_timers(world)

    assert (await world.conversation()).status is Status.SNOOZED


def located(target: str, latitude: float, *, live: bool = True, **fields: Any) -> Any:
    until = START + timedelta(hours=8) if live else None
    place = Location(latitude=latitude, longitude=0, live_until=until)
    content = Content(blocks=(place,), **fields)
    kind = {"kind": InboundKind.EDIT, "external_id": None, "target_external_id": target}
    return inbound(**(kind if target else {"external_id": "1"}), content=content)


async def test_a_live_location_moves_without_a_history_of_every_step(world: World) -> None:
    await world.tell(located("", 1))

    await world.tell(located("1", 2), located("1", 3))
    await world.tell(located("1", 4, live=False))

    (message,) = await world.messages()
    (place,) = message.content.blocks
    assert isinstance(place, Location)
    assert (place.latitude, place.live_until) == (4, None)
    assert (message.revisions, message.edited_at) == ((), None)


async def test_a_place_that_was_not_live_is_edited_with_its_history(world: World) -> None:
    await world.tell(located("", 1, live=False))

    await world.tell(located("1", 2, live=False))

    (message,) = await world.messages()
    assert len(message.revisions) == 1


async def test_of_many_edits_the_first_and_the_latest_are_kept(world: World) -> None:
    await world.tell(inbound(external_id="1", text="0"))

    await world.tell(*(edit("1", str(n)) for n in range(1, 61)))

    (message,) = await world.messages()
    texts = [revision.content.text for revision in message.revisions]
    assert texts == ["0", *(str(n) for n in range(11, 60))]
