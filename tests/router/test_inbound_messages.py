"""A customer's message: stored once, in order, in the right case."""

from datetime import timedelta
from pathlib import Path

from shared.collections import (
    CONTACTS,
    CONVERSATIONS,
    COUNTERS,
    IDENTITIES,
    THREADS,
    identity_id,
    thread_id,
)
from shared.commands import Reply, Resolve, Snooze
from shared.ids import (
    PARTITIONS,
    ContactId,
    ExternalId,
    Partition,
    partition_of,
    partition_of_slot,
    slot_for,
)
from shared.model.content import Content, ReplyRef, Service, Unsupported
from shared.model.conversation import Status
from shared.model.delivery import Delivery
from shared.model.inbound import InboundKind, Origin, ThreadRef
from shared.model.message import Direction
from shared.model.people import ActorKind, Participant
from shared.ports.store import Update
from tests.router.world import (
    AGENT,
    CHANNEL,
    START,
    TYPE,
    World,
    a_world,
    inbound,
    item_publication,
)


def person(name: str, id: str = "user-chat-1") -> Participant:
    return Participant(external_id=ExternalId(id), name=name)


async def counters(world: World) -> dict[str, int]:
    page = await world.store.find(COUNTERS, equal={}, limit=200)
    totals: dict[str, int] = {}
    for counter in page.items:
        totals[counter.key] = totals.get(counter.key, 0) + counter.value
    return {key: value for key, value in totals.items() if value}


async def test_a_first_message_begins_a_conversation(world: World) -> None:
    await world.tell(inbound(text="hello"))

    conversation = await world.conversation()
    assert await world.texts() == ["hello"]
    assert conversation.status is Status.OPEN
    assert conversation.contact_name == "Boris"
    assert conversation.unread == 1
    assert conversation.messages == 1
    assert conversation.waiting_since == START
    assert conversation.preview is not None
    assert conversation.preview.text == "hello"


async def test_a_repeat_delivery_is_stored_once(world: World) -> None:
    item = inbound(text="hello")

    await world.tell(item, item)
    await world.tell(item)

    assert await world.texts() == ["hello"]


async def test_the_same_platform_message_under_another_event_key_is_stored_once(
    world: World,
) -> None:
    await world.tell(inbound(key="a", external_id="7"), inbound(key="b", external_id="7"))

    assert await world.texts() == ["hello"]


async def test_another_text_under_a_known_platform_id_is_not_lost(world: World) -> None:
    await world.tell(
        inbound(key="a", external_id="0", text="one"), inbound(key="b", external_id="0", text="two")
    )

    assert await world.texts() == ["one", "two"]


async def test_messages_stay_in_the_order_of_acceptance(world: World) -> None:
    await world.tell(*(inbound(text=str(number)) for number in range(120)))

    assert await world.texts() == [str(number) for number in range(120)]
    assert [m.seq for m in await world.messages()] == list(range(120))


async def test_the_platforms_own_order_wins_and_late_ones_are_marked(world: World) -> None:
    await world.tell(
        inbound(text="first", place="001"),
        inbound(text="third", place="003"),
        inbound(text="second", place="002"),
    )

    messages = await world.messages()
    conversation = await world.conversation()
    assert [m.content.text for m in messages] == ["first", "second", "third"]
    assert [m.late for m in messages] == [False, True, False]
    assert conversation.preview is not None
    assert conversation.preview.text == "third"


async def test_a_person_has_one_identity_and_contact(world: World) -> None:
    await world.tell(inbound("chat-1", author=person("Boris", "b")))
    await world.tell(inbound("chat-2", author=person("Boris", "b")))

    first, second = await world.conversation("chat-1"), await world.conversation("chat-2")
    assert first.contact_id == second.contact_id
    assert first.id != second.id


async def test_a_new_name_is_taken_over(world: World) -> None:
    await world.tell(inbound(author=person("Boris")), inbound(author=person("Boris B.")))

    conversation = await world.conversation()
    contact = await world.store.get(CONTACTS, conversation.contact_id)
    assert conversation.contact_name == "Boris B."
    assert contact is not None
    assert contact.name == "Boris B."


async def test_a_name_that_an_agent_gave_stays(world: World) -> None:
    await world.tell(inbound(author=person("Boris")))
    contact_id = (await world.conversation()).contact_id
    given = {"name": "Our Boris", "version": 2}
    await world.store.commit([Update(CONTACTS, contact_id, given)])

    await world.tell(inbound(author=person("Boris B.")))

    contact = await world.store.get(CONTACTS, ContactId(contact_id))
    identity = await world.store.get(IDENTITIES, identity_id(TYPE, ExternalId("user-chat-1")))
    assert contact is not None
    assert contact.name == "Our Boris"
    assert identity is not None
    assert identity.name == "Boris B."


async def test_a_customer_who_writes_soon_after_the_end_reopens_the_case(world: World) -> None:
    await world.tell(inbound(text="one"))
    before = await world.conversation()
    await world.ask(Resolve(conversation_id=before.id, actor=AGENT))
    await world.clock.advance(3600)

    await world.tell(inbound(text="two"))

    after = await world.conversation()
    assert after.id == before.id
    assert after.status is Status.OPEN
    assert await world.texts() == ["one", "[resolved]", "[reopened]", "two"]


async def test_a_customer_who_writes_long_after_the_end_begins_a_new_case(world: World) -> None:
    await world.tell(inbound(text="one"))
    before = await world.conversation()
    await world.ask(Resolve(conversation_id=before.id, actor=AGENT))
    await world.clock.advance(8 * 24 * 3600)

    await world.tell(inbound(text="two"))

    after = await world.conversation()
    assert after.id != before.id
    assert after.contact_id == before.contact_id
    assert await world.texts() == ["two"]


async def test_parts_go_on_ascending_in_a_new_case_of_the_thread(world: World) -> None:
    await world.tell(inbound())
    first = await world.conversation()
    await world.ask(Reply(conversation_id=first.id, actor=AGENT, text="a"))
    await world.ask(Resolve(conversation_id=first.id, actor=AGENT))
    await world.clock.advance(8 * 24 * 3600)
    await world.tell(inbound())

    before = await world.store.get(CONVERSATIONS, first.id)
    second = await world.conversation()
    assert before is not None
    assert second.out_order == before.out_order


async def test_a_snoozed_conversation_wakes_when_the_customer_writes(world: World) -> None:
    await world.tell(inbound())
    conversation = await world.conversation()
    until = START + timedelta(days=1)
    await world.ask(Snooze(conversation_id=conversation.id, actor=AGENT, until=until))

    await world.tell(inbound())

    after = await world.conversation()
    assert after.status is Status.OPEN
    assert after.snoozed_until is None


async def test_the_reply_window_is_counted_from_the_customers_message(tmp_path: Path) -> None:
    async with a_world(tmp_path, reply_window_s=3600) as world:
        await world.tell(inbound())

        assert (await world.conversation()).reply_until == START + timedelta(hours=1)


async def test_a_quote_names_our_message(world: World) -> None:
    await world.tell(inbound(external_id="1", text="one"))
    answer = Content(text="two", reply_to=ReplyRef(external_id=ExternalId("1")))

    await world.tell(inbound(content=answer, text=""))

    first, second = await world.messages()
    assert second.content.reply_to is not None
    assert second.content.reply_to.message_id == first.id


async def test_what_is_not_understood_is_kept_with_its_payload(world: World) -> None:
    raw = {"gift": {"id": 1}}

    await world.tell(
        inbound(kind=InboundKind.UNSUPPORTED, content=Content(), service="gift", raw=raw, text="")
    )

    (message,) = await world.messages()
    assert message.content.blocks == (Unsupported(name="gift"),)
    assert message.raw == raw


async def test_raw_payloads_of_what_is_understood_are_not_kept(world: World) -> None:
    await world.tell(inbound(raw={"text": "hello"}))

    (message,) = await world.messages()
    assert message.raw is None


async def test_a_service_message_asks_for_no_answer(world: World) -> None:
    await world.tell(inbound(text="hi"))
    joined = Content(blocks=(Service(name="member_joined"),))

    await world.tell(inbound(content=joined, text=""))

    conversation = await world.conversation()
    assert await world.texts() == ["hi", "[member_joined]"]
    assert conversation.unread == 1


async def test_an_answer_in_the_platforms_own_app_is_an_outbound_message(world: World) -> None:
    await world.tell(inbound(text="question"))

    await world.tell(
        inbound(text="answer", origin=Origin.AGENT_APP, author=person("Owner", "owner"))
    )

    _, answer = await world.messages()
    conversation = await world.conversation()
    assert answer.direction is Direction.OUTBOUND
    assert answer.author.kind is ActorKind.PLATFORM
    assert answer.delivery is Delivery.SENT
    assert conversation.waiting_since is None
    assert conversation.unread == 0


async def test_a_thread_that_we_began_on_the_platform_belongs_to_its_customer(
    world: World,
) -> None:
    await world.tell(
        inbound(
            origin=Origin.AGENT_APP,
            author=person("Owner", "owner"),
            participants=(person("Owner", "owner"), person("Boris", "boris")),
        )
    )

    conversation = await world.conversation()
    assert conversation.contact_name == "Boris"
    assert conversation.identity_id == identity_id(TYPE, ExternalId("boris"))


async def test_what_waits_in_a_renamed_thread_leaves_under_its_new_name(world: World) -> None:
    await world.tell(inbound("old", text="one"))
    conversation = await world.conversation("old")
    await world.ask(Reply(conversation_id=conversation.id, actor=AGENT, text="wait", undo_s=5))
    renamed = ThreadRef(
        external_id=ExternalId("new"), partition_key="new", renamed_from=ExternalId("old")
    )

    await world.tell(inbound("new", thread=renamed, text="two"))

    message = next(m for m in await world.messages("new") if m.content.text == "wait")
    assert [part.thread for part in await world.parts(message)] == ["new"]


async def test_a_renamed_thread_goes_on_in_the_same_conversation(world: World) -> None:
    await world.tell(inbound("old", text="one"))
    before = await world.conversation("old")
    renamed = ThreadRef(
        external_id=ExternalId("new"), partition_key="new", renamed_from=ExternalId("old")
    )

    await world.tell(inbound("new", thread=renamed, text="two"))
    await world.tell(inbound("new", text="three"))

    after = await world.conversation("new")
    assert after.id == before.id
    assert after.thread == "new"
    assert [m.content.text for m in await world.messages_of(after)] == ["one", "two", "three"]


async def test_an_item_of_another_partition_is_forwarded_and_handled_there(world: World) -> None:
    item = inbound("chat-1", text="hello")
    home = partition_of_slot(slot_for(CHANNEL, "chat-1"))
    elsewhere = Partition((home + 1) % PARTITIONS)

    await world.bus.publish([item_publication(item, partition=elsewhere)])
    await world.settle()

    conversation = await world.conversation("chat-1")
    assert partition_of(conversation.id) == home
    assert await world.texts() == ["hello"]


async def test_a_new_name_with_a_conversation_of_its_own_takes_over(world: World) -> None:
    await world.tell(inbound("old", text="one"))
    await world.tell(inbound("new", text="two"))
    old, new = await world.conversation("old"), await world.conversation("new")
    renamed = ThreadRef(
        external_id=ExternalId("new"), partition_key="new", renamed_from=ExternalId("old")
    )

    await world.tell(inbound("new", thread=renamed, text="three"))
    await world.tell(inbound("old", text="four"))

    merged = await world.store.get(CONVERSATIONS, old.id)
    assert merged is not None
    assert merged.merged_into == new.id
    assert merged.status is Status.RESOLVED
    assert await world.texts("new") == ["two", "three", "four"]


async def test_counters_follow_the_conversations(world: World) -> None:
    await world.tell(inbound("chat-1"))
    await world.tell(inbound("chat-2"))
    conversation = await world.conversation("chat-2")

    await world.ask(Resolve(conversation_id=conversation.id, actor=AGENT))

    assert await counters(world) == {
        "open": 1,
        "open/channel/shop": 1,
        "open/channel/shop/topic/-": 1,
        "open/queue/-/-": 1,
        "open/topic/-": 1,
        "open/unassigned": 1,
        "open/unassigned/topic/-": 1,
        "resolved": 1,
    }


async def test_events_are_numbered_without_gaps(world: World) -> None:
    await world.tell(*(inbound(text=str(number)) for number in range(5)))

    partition = partition_of((await world.conversation()).id)
    events = await world.events(partition)
    assert [event["payload"]["seq"] for event in events] == list(range(1, 7))
    assert [event["kind"] for event in events] == [
        "event.conversation.changed",
        *["event.message.added"] * 5,
    ]


async def test_a_clock_ahead_of_ours_does_not_put_a_message_into_the_future(world: World) -> None:
    await world.tell(inbound(occurred_at=START + timedelta(hours=5)))

    (message,) = await world.messages()
    assert message.at == START


async def test_an_account_event_belongs_to_no_conversation(world: World) -> None:
    await world.tell(inbound(kind=InboundKind.ACCOUNT, service="token_revoked"))

    assert await world.store.get(THREADS, thread_id(CHANNEL, "chat-1")) is None
