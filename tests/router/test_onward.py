"""What the customer has not read goes on by mail, and what they answer comes back."""

from datetime import timedelta
from typing import Any

import pytest

from router.timers import Timers
from shared.collections import CHANNEL_TYPES, CHANNELS, TIMERS
from shared.commands import DeleteMessage, Reply, Resend
from shared.ids import ChannelId, ChannelType, ExternalId, part_id, partition_of
from shared.model.channel import Channel, ChannelState, ChannelTypeInfo
from shared.model.content import Attachment, AttachmentKind, Content, EmailFields
from shared.model.delivery import Delivery, Failure, FailureKind
from shared.model.inbound import Clue, Inbound, ThreadRef
from shared.model.message import Direction, Message
from shared.model.onward import CODE, NOWHERE, Onward, without_code
from shared.model.people import Actor, ActorKind, Participant
from shared.ports.store import Put, Update
from tests.router.world import (
    AGENT,
    BOT,
    START,
    World,
    capabilities,
    inbound,
    sent,
)

MAIL = ChannelId("letters")
EMAIL = ChannelType("email")
ANNA = "anna@customer.example"
CODE_BACK = "#omnihub-chat=code"
AFTER = timedelta(minutes=10)
WANTED = Onward(
    channel=MAIL,
    to=ANNA,
    after_s=AFTER.total_seconds(),
    link="https://shop.example/",
    language="en",
    title="The shop",
)


@pytest.fixture
async def shop(world: World) -> World:
    """A hub with a chat whose customer gave an address, and a mail channel."""
    info = ChannelTypeInfo(
        id=EMAIL, title="E-mail", settings_schema={}, capabilities=capabilities()
    )
    channel = Channel(id=MAIL, type=EMAIL, name="Mail", created_at=START, updated_at=START)
    await world.store.commit([Put(CHANNEL_TYPES, info), Put(CHANNELS, channel)])
    await says(world, "Is it in stock?")
    return world


async def says(
    world: World, text: str, wanted: Onward | None = WANTED, *, code: str = CODE_BACK
) -> None:
    """The customer writes in the chat."""
    context = dict(NOWHERE) if wanted is None else wanted.context()
    thread = ThreadRef(
        external_id=ExternalId("chat-1"),
        partition_key="chat-1",
        context=context,
        secrets={CODE: code},
    )
    await world.tell(inbound(thread=thread, text=text))


async def answers(
    world: World, text: str = "Yes.", *, leaves: bool = True, **fields: Any
) -> Message:
    """An agent answers; the chat has it unless it does not leave."""
    conversation = await world.conversation()
    command = Reply(conversation_id=conversation.id, text=text, **({"actor": AGENT} | fields))
    outcome = await world.ask(command)
    message = await world.message(outcome.result["message"]["id"])
    if leaves:
        await world.report(sent(message, message.id))
    return message


async def passes(world: World, time: timedelta = AFTER + timedelta(seconds=10)) -> None:
    """Time passes, and what is due is done."""
    await world.clock.advance(time.total_seconds())
    await Timers(world.bus, world.store, world.clock).fire()
    await world.settle()


async def mailed(world: World) -> list[Message]:
    """The mails of the conversation."""
    messages = await world.messages()
    return [
        one for one in messages if one.channel_id == MAIL and one.direction is Direction.OUTBOUND
    ]


def mail(to: Message, number: int = 1, **fields: Any) -> Inbound:
    """What the customer answers to a mail of ours."""
    values: dict[str, Any] = {
        "sender": ANNA,
        "trust": "anyone",
        "text": "Then I take two.",
        "automatic": False,
    } | fields
    return inbound(
        channel_id=MAIL,
        channel_type=EMAIL,
        key=f"mail/{number}",
        thread=ThreadRef(
            external_id=ExternalId(f"mail:{number}"),
            partition_key="mailbox",
            kind="email",
            clues=(Clue(message_id=to.id, trust=values["trust"]),),
            names=(ExternalId(f"<{number}@customer.example>"),),
        ),
        author=Participant(external_id=ExternalId(values["sender"])),
        content=Content(
            text=values["text"],
            email=EmailFields(
                subject="Re: An answer",
                message_id=f"<{number}@customer.example>",
                automatic=values["automatic"],
            ),
        ),
    )


async def test_what_stays_unread_is_mailed_once_with_all_of_it(shop: World) -> None:
    await answers(shop, "Yes.")
    await shop.clock.advance(60 * 3)
    await answers(shop, "Two are left.")

    await passes(shop)
    await passes(shop)

    (one,) = await mailed(shop)
    (part,) = await shop.parts(one)
    assert "> Yes." in one.content.text
    assert "> Two are left." in one.content.text
    assert "https://shop.example/#omnihub-chat=code" in part.content.text
    assert "code" not in one.content.text
    assert one.content.email is not None
    assert one.content.email.subject == "An answer from The shop"
    assert [address.email for address in one.content.email.to] == [ANNA]
    assert (part.channel_id, part.state) == (MAIL, Delivery.QUEUED)


async def test_what_lets_the_customer_in_again_is_in_no_conversation_and_no_event(
    shop: World,
) -> None:
    await answers(shop, "Yes.")
    await passes(shop)

    conversation = await shop.conversation()
    told = [repr(event) for event in await shop.events(partition_of(conversation.id))]
    assert conversation.context["onward_link"] == "https://shop.example/"
    assert not [one for one in (*told, conversation.model_dump_json()) if CODE_BACK in one]


async def test_a_code_that_is_another_takes_the_place_of_the_old_one(shop: World) -> None:
    await says(shop, "And in red?", code="#omnihub-chat=new")
    await answers(shop, "Yes.")

    await passes(shop)

    (one,) = await mailed(shop)
    (part,) = await shop.parts(one)
    assert "https://shop.example/#omnihub-chat=new" in part.content.text


def test_conversations_of_older_hubs_lose_the_code() -> None:
    old = {"id": "c1", "context": {"onward_link": "https://shop.example/#omnihub-chat=code"}}

    assert without_code(old)["context"] == {"onward_link": "https://shop.example/"}
    assert without_code({"id": "c2", "context": {}}) == {"id": "c2", "context": {}}


async def test_before_its_time_nothing_is_mailed(shop: World) -> None:
    await answers(shop)

    await passes(shop, AFTER - timedelta(seconds=30))

    assert await mailed(shop) == []


async def test_what_was_read_is_not_mailed(shop: World) -> None:
    message = await answers(shop)
    await shop.report(sent(message, message.id, state=Delivery.READ))

    await passes(shop)

    assert await mailed(shop) == []
    assert (await shop.store.find(TIMERS, equal={}, order="due_at")).items == []


async def test_what_came_after_the_reading_gets_its_own_time(shop: World) -> None:
    first = await answers(shop, "Yes.")
    await shop.clock.advance(60 * 9)
    await shop.report(sent(first, first.id, state=Delivery.READ))
    await answers(shop, "Two are left.")

    await passes(shop, timedelta(minutes=2))
    early = await mailed(shop)
    await passes(shop, timedelta(minutes=9))

    (one,) = await mailed(shop)
    assert early == []
    assert "> Two are left." in one.content.text
    assert "> Yes." not in one.content.text


async def test_a_later_answer_is_mailed_by_itself(shop: World) -> None:
    await answers(shop, "Yes.")
    await passes(shop)
    await answers(shop, "Still there?")

    await passes(shop)

    first, second = await mailed(shop)
    assert "> Yes." in first.content.text
    assert "> Yes." not in second.content.text
    assert "> Still there?" in second.content.text


async def test_who_wrote_again_was_there(shop: World) -> None:
    await answers(shop)
    await says(shop, "Thanks")

    await passes(shop)

    assert await mailed(shop) == []


async def test_an_answer_that_leaves_later_is_waited_for(shop: World) -> None:
    later = shop.clock.now() + timedelta(hours=1)
    message = await answers(shop, "Good morning", leaves=False, send_at=later)
    await passes(shop, timedelta(hours=1))
    await shop.report(sent(message, message.id))

    await passes(shop)

    (one,) = await mailed(shop)
    assert "> Good morning" in one.content.text


async def test_what_bots_and_the_hub_itself_say_is_not_mailed(shop: World) -> None:
    await answers(shop, actor=BOT)
    await answers(shop, actor=Actor(kind=ActorKind.SYSTEM))

    await passes(shop)

    assert await mailed(shop) == []


async def test_a_customer_without_an_address_gets_no_mail(shop: World) -> None:
    await answers(shop)
    await says(shop, "I took it back", None)
    await answers(shop)

    await passes(shop)

    assert await mailed(shop) == []


async def test_the_mail_is_in_the_customers_language_and_names_files(shop: World) -> None:
    await says(shop, "Привет", WANTED.model_copy(update={"language": "ru-RU", "link": ""}))
    file = Attachment(id="1", kind=AttachmentKind.FILE, name="счёт.pdf")
    await answers(shop, "Вот счёт", attachments=(file,))

    await passes(shop)

    (one,) = await mailed(shop)
    assert one.content.text.startswith("Вы вышли из нашего чата")
    assert "> Anna" not in one.content.text
    assert "> [файл: счёт.pdf]" in one.content.text
    assert "\n\nПросто ответьте на это письмо" in one.content.text
    assert one.content.email is not None
    assert one.content.email.subject == "Ответ: The shop"


async def test_a_channel_that_is_gone_is_told_in_the_conversation(shop: World) -> None:
    await answers(shop)
    await shop.store.commit([Update(CHANNELS, MAIL, {"state": ChannelState.REMOVED.value})])

    await passes(shop)

    assert await mailed(shop) == []
    assert (await shop.texts())[-1] == "[onward_no_channel]"


async def test_a_mail_that_fails_is_seen_and_can_be_sent_again(shop: World) -> None:
    await answers(shop)
    await passes(shop)
    (one,) = await mailed(shop)
    failure = Failure(kind=FailureKind.CONTACT_GONE, reason="no such user")
    await _end_part(shop, one)
    await shop.report(_mail_receipt(one, state=Delivery.FAILED, failure=failure))

    failed = await shop.message(one.id)
    conversation = await shop.conversation()
    await shop.ask(Resend(conversation_id=conversation.id, actor=AGENT, message_id=one.id))

    (part,) = await shop.parts(one)
    assert failed.delivery is Delivery.FAILED
    assert conversation.reachable
    assert (part.channel_id, part.thread) == (MAIL, f"onward:{conversation.id}")
    assert part.state is Delivery.QUEUED


async def test_the_answer_by_mail_comes_back_into_the_chat(shop: World) -> None:
    answer = await answers(shop)
    await passes(shop)
    (ours,) = await mailed(shop)
    await shop.report(_mail_receipt(ours))

    await shop.tell(mail(ours))

    *_, last = await shop.messages()
    conversation = await shop.conversation()
    assert last.content.text == "Then I take two."
    assert (last.direction, last.channel_id) == (Direction.INBOUND, MAIL)
    assert last.author.name == "Boris"
    assert conversation.unread == 1
    assert conversation.waiting_since is not None
    assert conversation.title is None
    assert (await shop.message(answer.id)).delivery is Delivery.READ


async def test_the_same_answer_twice_is_there_once(shop: World) -> None:
    await answers(shop)
    await passes(shop)
    (ours,) = await mailed(shop)

    await shop.tell(mail(ours), mail(ours))
    await shop.tell(mail(ours))

    assert (await shop.texts()).count("Then I take two.") == 1


async def test_answers_keep_their_order_with_the_chat(shop: World) -> None:
    await answers(shop)
    await passes(shop)
    (ours,) = await mailed(shop)

    await shop.tell(mail(ours, 1, text="one"))
    await says(shop, "two")
    await shop.tell(mail(ours, 2, text="three"))

    assert (await shop.texts())[-3:] == ["one", "two", "three"]


async def test_the_next_mail_answers_the_customers_last(shop: World) -> None:
    await answers(shop)
    await passes(shop)
    (ours,) = await mailed(shop)
    await shop.tell(mail(ours))
    await answers(shop, "Two are yours.")

    await passes(shop)

    _, second = await mailed(shop)
    (part,) = await shop.parts(second)
    assert part.context["message_id"] == "<1@customer.example>"
    assert part.thread == (await shop.parts(ours))[0].thread
    assert part.order > (await shop.parts(ours))[0].order


async def test_an_out_of_office_note_asks_for_nothing(shop: World) -> None:
    answer = await answers(shop)
    await passes(shop)
    (ours,) = await mailed(shop)

    await shop.tell(mail(ours, automatic=True, text="I am away"))

    conversation = await shop.conversation()
    assert "I am away" in await shop.texts()
    assert conversation.waiting_since is None
    assert (await shop.message(answer.id)).delivery is Delivery.SENT


@pytest.mark.parametrize("sender, joins", [(ANNA, True), ("spy@elsewhere.example", False)])
async def test_without_our_signature_only_the_customer_comes_back(
    shop: World, sender: str, joins: bool
) -> None:
    await answers(shop)
    await passes(shop)
    (ours,) = await mailed(shop)

    await shop.tell(mail(ours, sender=sender, trust="participant"))

    assert ("Then I take two." in await shop.texts()) is joins


async def test_a_mail_that_was_sent_cannot_be_deleted(shop: World) -> None:
    await answers(shop)
    await passes(shop)
    (ours,) = await mailed(shop)
    await shop.report(_mail_receipt(ours))
    conversation = await shop.conversation()

    outcome = await shop.ask(
        DeleteMessage(conversation_id=conversation.id, actor=AGENT, message_id=ours.id)
    )

    assert outcome.code == 422


async def test_the_list_goes_on_showing_the_answer(shop: World) -> None:
    await answers(shop, "Yes.")
    await passes(shop)

    conversation = await shop.conversation()
    assert conversation.preview is not None
    assert conversation.preview.text == "Yes."


def test_the_chat_and_the_mailbox_are_of_different_partitions() -> None:
    from shared.ids import partition_of_slot, slot_for
    from tests.router.world import CHANNEL

    # Otherwise nothing above was sent on from one to the other.
    assert partition_of_slot(slot_for(CHANNEL, "chat-1")) != partition_of_slot(
        slot_for(MAIL, "mailbox")
    )


def _mail_receipt(message: Message, **fields: Any) -> Any:
    thread = ExternalId(f"onward:{message.conversation_id}")
    values = {"channel_id": MAIL, "thread": thread} | fields
    return sent(message, "<ours@shop.example>", **values)


async def _end_part(world: World, message: Message) -> None:
    from shared.collections import PARTS

    change = {"state": Delivery.FAILED.value, "open": False}
    await world.store.commit([Update(PARTS, part_id(message.id, 0), change)])
