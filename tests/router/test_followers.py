"""Agents follow conversations that others hold."""

import pytest

from shared.collections import AUDIT, CONVERSATIONS, COUNTERS
from shared.commands import Follow, Merge, Resolve, Unfollow
from shared.ids import AgentId
from shared.model.conversation import Conversation
from shared.model.people import Actor, ActorKind
from shared.model.records import OutcomeStatus
from shared.ports.store import Put
from tests.router.world import AGENT, BOT, World, inbound

MAXIM = Actor(kind=ActorKind.AGENT, id="maxim", name="Maxim")


async def followed(world: World, *actors: Actor, thread: str = "chat-1") -> Conversation:
    conversation = await world.conversation(thread)
    for actor in actors:
        outcome = await world.ask(Follow(conversation_id=conversation.id, actor=actor))
        assert outcome.status is OutcomeStatus.DONE, outcome.reason
    return await world.conversation(thread)


async def count(world: World, key: str) -> int:
    page = await world.store.find(COUNTERS, equal={"key": key}, limit=100)
    return sum(counter.value for counter in page.items)


async def test_agents_follow_and_stop_following_without_a_line(world: World) -> None:
    await world.tell(inbound())

    both = await followed(world, AGENT, MAXIM)
    await world.ask(Unfollow(conversation_id=both.id, actor=AGENT), id="x-left")

    assert both.followers == ("anna", "maxim")
    assert (await world.conversation()).followers == ("maxim",)
    assert await world.texts() == ["hello"]
    entry = await world.store.get(AUDIT, "x-left")
    assert entry is not None
    assert entry.action == "unfollow"


async def test_following_twice_and_leaving_what_one_does_not_follow_change_nothing(
    world: World,
) -> None:
    await world.tell(inbound())
    once = await followed(world, AGENT)

    twice = await followed(world, AGENT)
    await world.ask(Unfollow(conversation_id=once.id, actor=MAXIM))

    assert (await world.conversation()).version == twice.version == once.version


@pytest.mark.parametrize("actor", [BOT, Actor(kind=ActorKind.SYSTEM, id="program")])
async def test_only_agents_follow(world: World, actor: Actor) -> None:
    await world.tell(inbound())
    conversation = await world.conversation()

    outcome = await world.ask(Follow(conversation_id=conversation.id, actor=actor))

    assert (outcome.code, outcome.field) == (422, "actor")


async def test_so_many_follow_and_no_more(world: World) -> None:
    await world.tell(inbound())
    conversation = await world.conversation()
    many = tuple(AgentId(f"a{number}") for number in range(100))
    full = conversation.model_copy(update={"followers": many})
    await world.store.commit([Put(CONVERSATIONS, full)])

    outcome = await world.ask(Follow(conversation_id=conversation.id, actor=AGENT))

    assert (outcome.code, outcome.reason) == (409, "100 agents follow this conversation already")


async def test_how_many_one_follows_is_counted_while_they_are_open(world: World) -> None:
    await world.tell(inbound("chat-1"), inbound("chat-2"))
    first = await followed(world, AGENT, MAXIM)
    second = await followed(world, AGENT, thread="chat-2")
    before = await count(world, "open/follower/anna")

    await world.ask(Resolve(conversation_id=first.id, actor=MAXIM))
    await world.ask(Unfollow(conversation_id=second.id, actor=AGENT))

    assert before == 2
    assert await count(world, "open/follower/anna") == 0
    assert await count(world, "open/follower/maxim") == 0


async def test_who_followed_a_case_follows_it_into_the_one_in_which_it_goes_on(
    world: World,
) -> None:
    from router.timers import Timers

    await world.tell(inbound("chat-1"), inbound("chat-2"))
    source = await followed(world, AGENT, MAXIM)
    target = await followed(world, MAXIM, thread="chat-2")

    await world.ask(Merge(conversation_id=source.id, actor=AGENT, into_id=target.id))
    await Timers(world.bus, world.store, world.clock).fire()
    await world.settle()

    joined = await world.conversation("chat-2")
    assert joined.joined == (source.id,)
    assert joined.followers == ("maxim", "anna")
