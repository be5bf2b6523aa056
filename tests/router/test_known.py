"""What a router remembers of a partition saves reading and never decides by what is over."""

from datetime import timedelta

import pytest

from router.known import Known
from router.ledger import LeaseLost
from shared.collections import (
    CHANNELS,
    CONVERSATIONS,
    EXTERNAL_REFS,
    IDENTITIES,
    MESSAGES,
    SEEN_EVENTS,
    identity_id,
)
from shared.commands import Reply, publication
from shared.envelope import Envelope
from shared.ids import PARTITIONS, ChannelId, CommandId, ExternalId
from shared.model.channel import Channel, ChannelState
from shared.model.delivery import Delivery
from shared.model.inbound import Receipt
from shared.model.message import Message
from shared.ports.store import Update
from tests.router.tenure import HOME, CountingStore, Tenure
from tests.router.world import (
    BOT,
    CHANNEL,
    START,
    TYPE,
    World,
    inbound,
    item_publication,
    receipt_publication,
    sent,
)

CUSTOMER = identity_id(TYPE, ExternalId("user-chat-1"))


def told(key: str, text: str | None = None) -> Envelope:
    return item_publication(inbound(key=key, text=text or key)).envelope


async def reply(world: World, id: str) -> Envelope:
    conversation = await world.conversation()
    command = Reply(conversation_id=conversation.id, actor=BOT, text=id)
    return publication(command, CommandId(id), at=START, source="inbox", trace_id="t").envelope


def reported(receipt: Receipt, id: str = "r") -> Envelope:
    return receipt_publication(receipt, partition=HOME, id=id).envelope


async def last(world: World) -> Message:
    *_, message = await world.messages()
    return message


async def test_a_known_conversation_is_served_without_asking_the_store(world: World) -> None:
    store = CountingStore(world.store)
    tenure = await Tenure.begin(world, store=store)
    await tenure.handle(told("one"))
    await tenure.handle(await reply(world, "x1"))
    store.reads.clear()

    await tenure.handle(told("two"))
    await tenure.handle(await reply(world, "x2"))
    await tenure.handle(reported(sent(await last(world), "100")))

    assert store.reads == []
    assert await world.texts() == ["one", "x1", "two", "x2"]
    assert (await last(world)).delivery is Delivery.SENT


async def test_what_comes_again_soon_fails_no_commit(world: World) -> None:
    store = CountingStore(world.store)
    tenure = await Tenure.begin(world, store=store)
    await tenure.handle(told("one"))
    await tenure.handle(await reply(world, "x1"))
    store.commits = 0

    await tenure.handle(told("one"), await reply(world, "x1"))

    assert store.commits == 1
    assert await world.texts() == ["one", "x1"]


async def test_what_another_holder_has_handled_is_stored_once(world: World) -> None:
    first = await Tenure.begin(world)
    await first.handle(told("one"))
    await first.handle(await reply(world, "x1"))
    await first.handle(reported(sent(await last(world), "100")))
    await first.end()

    second = await Tenure.begin(world, owner="router-2")
    await second.handle(told("one"))
    await second.handle(await reply(world, "x1"), told("two"))
    await second.handle(reported(sent(await last(world), "100"), "again"))

    assert await world.texts() == ["one", "x1", "two"]


async def test_the_same_message_under_another_key_is_stored_once_by_another_holder(
    world: World,
) -> None:
    one = inbound(key="a", external_id="7", text="hello")
    first = await Tenure.begin(world)
    await first.handle(item_publication(one).envelope)
    await first.end()

    second = await Tenure.begin(world, owner="router-2")
    await second.handle(item_publication(one.model_copy(update={"event_key": "b"})).envelope)

    assert await world.texts() == ["hello"]


async def test_after_a_lost_condition_what_should_be_absent_is_looked_up(world: World) -> None:
    first = await Tenure.begin(world)
    await first.handle(*[told(f"k{n}") for n in range(3)])
    await first.end()
    store = CountingStore(world.store)
    second = await Tenure.begin(world, owner="router-2", store=store)
    await second.handle(told("k0"))
    store.commits = 0

    await second.handle(told("k1"))
    await second.handle(told("k2"))

    assert store.commits == 2


async def test_what_others_have_written_meanwhile_is_not_overwritten(world: World) -> None:
    tenure = await Tenure.begin(world)
    await tenure.handle(told("one"))
    identity = await world.store.get(IDENTITIES, CUSTOMER)
    assert identity is not None
    elsewhere = {"username": "boris", "reachable": False, "version": identity.version + 1}
    await world.store.commit([Update(IDENTITIES, CUSTOMER, elsewhere)])

    await tenure.handle(told("two"))

    after = await world.store.get(IDENTITIES, CUSTOMER)
    assert after is not None
    assert (after.username, after.reachable) == ("boris", True)
    assert after.version == identity.version + 2


async def test_a_partition_that_went_away_and_came_back_is_read_anew(world: World) -> None:
    first = await Tenure.begin(world)
    await first.handle(told("one"))
    await first.end()
    between = await Tenure.begin(world, owner="router-2")
    await between.handle(told("two"))
    await between.handle(await reply(world, "x1"))
    await between.end()

    again = await Tenure.begin(world)
    await again.handle(told("three"))

    conversation = await world.conversation()
    assert await world.texts() == ["one", "two", "x1", "three"]
    assert (conversation.messages, conversation.unread) == (4, 3)


async def test_who_lost_the_partition_writes_nothing_by_what_it_remembers(world: World) -> None:
    late = await Tenure.begin(world)
    await late.handle(told("one"))
    await world.clock.advance(60)
    other = await Tenure.begin(world, owner="router-2")
    await other.handle(told("two"))

    with pytest.raises(LeaseLost):
        await late.handle(told("three"))

    await other.handle(told("four"))
    assert await world.texts() == ["one", "two", "four"]


async def test_a_removed_channel_is_noticed_within_seconds(world: World) -> None:
    tenure = await Tenure.begin(world)
    await tenure.handle(told("one"))
    await tenure.handle(await reply(world, "before"))
    removed = {"state": ChannelState.REMOVED, "version": 2}
    await world.store.commit([Update(CHANNELS, CHANNEL, removed)])

    await world.clock.advance(5)
    await tenure.handle(await reply(world, "after"))

    assert await world.texts() == ["one", "before"]


@pytest.mark.parametrize("together", [True, False])
async def test_a_receipt_that_came_too_early_is_found_by_the_one_who_parked_it(
    world: World, together: bool
) -> None:
    tenure = await Tenure.begin(world)
    await tenure.handle(told("one"))
    await tenure.handle(await reply(world, "x1"))
    message = await last(world)
    early = Receipt(
        channel_id=CHANNEL,
        thread=ExternalId("chat-1"),
        state=Delivery.DELIVERED,
        external_ids=(ExternalId("100"),),
        at=START,
    )
    items = [reported(early, "early"), reported(sent(message, "100"))]

    for some in [items] if together else [[item] for item in items]:
        await tenure.handle(*some)

    assert (await last(world)).delivery is Delivery.DELIVERED


async def test_only_so_much_is_remembered(world: World) -> None:
    known = Known(HOME, most_documents=3, most_ids=2)
    tenure = await Tenure.begin(world)
    await tenure.handle(told("one"))
    conversation = await world.conversation()
    seen = await world.store.get(SEEN_EVENTS, f"{CHANNEL}\none")

    for n in range(10):
        copy = conversation.model_copy(update={"id": conversation.id[:-1] + str(n)})
        known.keep([((CONVERSATIONS.name, copy.id), None, copy)], START)
        known.keep([((SEEN_EVENTS.name, str(n)), None, seen)], START)

    assert len(known) == 5
    assert known.document(CONVERSATIONS, conversation.id[:-1] + "9", START) is not None
    assert known.document(CONVERSATIONS, conversation.id[:-1] + "0", START) is None


async def test_large_messages_and_those_of_customers_are_not_remembered(world: World) -> None:
    known = Known(HOME)
    tenure = await Tenure.begin(world)
    await tenure.handle(told("one"))
    await tenure.handle(await reply(world, "x1"))
    from_customer, ours = await world.messages()
    content = ours.content.model_copy(update={"text": "a" * 20_000})
    large = ours.model_copy(update={"id": ours.id[:-1] + "x", "content": content})

    for message in (from_customer, ours, large):
        known.keep([((MESSAGES.name, message.id), None, message)], START)

    assert known.document(MESSAGES, ours.id, START) is ours
    assert len(known) == 1


async def test_nothing_of_another_partition_is_remembered(world: World) -> None:
    elsewhere = Known(type(HOME)((HOME + 1) % PARTITIONS))
    tenure = await Tenure.begin(world)
    await tenure.handle(told("one"))
    conversation = await world.conversation()

    elsewhere.keep([((CONVERSATIONS.name, conversation.id), None, conversation)], START)

    assert len(elsewhere) == 0


def test_what_people_set_is_known_for_seconds_only() -> None:
    known = Known(HOME)
    channel = Channel(id=ChannelId("c"), type=TYPE, name="c", created_at=START, updated_at=START)
    key = (CHANNELS.name, channel.id)
    known.keep([(key, channel, channel)], START)
    known.keep([(key, channel, channel)], START + timedelta(seconds=4))

    assert known.document(CHANNELS, channel.id, START + timedelta(seconds=4)) is channel
    assert known.document(CHANNELS, channel.id, START + timedelta(seconds=5)) is None
    assert known.document(CHANNELS, channel.id, START - timedelta(seconds=1)) is None


def test_a_failed_commit_is_the_end_of_all_knowledge() -> None:
    known = Known(HOME)
    channel = Channel(id=ChannelId("c"), type=TYPE, name="c", created_at=START, updated_at=START)
    known.keep([((CHANNELS.name, channel.id), channel, channel)], START)
    known.keep([((EXTERNAL_REFS.name, "ref"), None, channel)], START)

    known.drop()

    assert len(known) == 0
    assert not known.presumes
