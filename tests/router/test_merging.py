"""Conversations of two partitions become one case, whatever is killed in between."""

from datetime import timedelta
from typing import Any

import pytest

from router.commands import merging
from router.policy import Policy
from router.timers import Timers
from router.unit import Unit
from router.work import Work
from shared.collections import CONVERSATIONS, COUNTERS, TIMERS
from shared.commands import Cancel, Merge, Reopen, Reply, Resolve, Unmerge, publication
from shared.envelope import Envelope
from shared.ids import (
    CommandId,
    ExternalId,
    MessageId,
    Partition,
    partition_of,
    partition_of_slot,
    slot_for,
)
from shared.model.conversation import Conversation, Status
from shared.model.inbound import Origin, ThreadRef
from shared.model.records import Outcome, OutcomeStatus
from tests.router.faulty import Crash, FaultyBus
from tests.router.world import AGENT, CHANNEL, START, World, inbound

REFUSED = OutcomeStatus.REFUSED


async def two(world: World) -> tuple[Conversation, Conversation]:
    """Two conversations that stand in different partitions."""
    await world.tell(inbound("chat-1", text="one"), inbound("chat-2", text="two"))
    source, into = await world.conversation("chat-1"), await world.conversation("chat-2")
    assert partition_of(source.id) != partition_of(into.id)
    return source, into


async def another(world: World, **fields: Any) -> Conversation:
    """A third one, in a partition where neither of the two stands."""
    await world.tell(inbound("chat-4", text="three", **fields))
    third = await world.conversation("chat-4")
    taken = {partition_of_slot(slot_for(CHANNEL, chat)) for chat in ("chat-1", "chat-2")}
    assert partition_of(third.id) not in taken
    return third


async def merge(world: World, source: Conversation, into: Conversation) -> Outcome:
    return await world.ask(Merge(conversation_id=source.id, actor=AGENT, into_id=into.id))


async def unmerge(world: World, source: Conversation) -> Outcome:
    return await world.ask(Unmerge(conversation_id=source.id, actor=AGENT))


async def agree(world: World) -> None:
    """Let the timers do what is left, until none stands."""
    for _ in range(5):
        await world.clock.advance(31)
        await Timers(world.bus, world.store, world.clock).fire()
        await world.settle()
    page = await world.store.find(TIMERS, equal={}, order="due_at")
    assert page.items == []


async def crash(world: World, partition: Partition, bus: FaultyBus) -> None:
    """Run the partition until the fault ends the process."""
    with pytest.raises(BaseExceptionGroup) as caught:
        await world.run_partition(partition, bus=bus)
    assert caught.group_contains(Crash)


async def counted(world: World, key: str) -> int:
    page = await world.store.find(COUNTERS, equal={"key": key})
    return sum(row.value for row in page.items)


async def test_a_merged_conversation_goes_on_in_the_other(world: World) -> None:
    source, into = await two(world)

    await merge(world, source, into)
    await agree(world)

    source, into = await world.conversation("chat-1"), await world.conversation("chat-2")
    assert (source.merged_into, source.status) == (into.id, Status.RESOLVED)
    assert (into.joined, into.unread) == ((source.id,), 2)
    assert (await world.texts("chat-1"), await world.texts("chat-2")) == (
        ["one", "[merged]"],
        ["two", "[joined]"],
    )
    assert (await counted(world, "open"), await counted(world, "resolved")) == (1, 0)


async def test_undoing_it_opens_the_merged_one_again_with_what_waits(world: World) -> None:
    source, into = await two(world)
    await merge(world, source, into)
    await agree(world)

    await unmerge(world, source)
    await agree(world)

    source, into = await world.conversation("chat-1"), await world.conversation("chat-2")
    assert (source.merged_into, source.status) == (None, Status.OPEN)
    assert (source.waiting_since, into.joined) == (START, ())
    assert (await counted(world, "open"), await counted(world, "resolved")) == (2, 0)


async def test_an_answered_case_waits_no_longer_for_who_has_parted_from_it(world: World) -> None:
    source, into = await two(world)
    await world.ask(Reply(conversation_id=into.id, actor=AGENT, text="answer"))
    await merge(world, source, into)
    await agree(world)
    waited = (await world.conversation("chat-2")).waiting_since

    await unmerge(world, source)
    await agree(world)

    source, into = await world.conversation("chat-1"), await world.conversation("chat-2")
    assert waited == START
    assert (into.waiting_since, into.unread, into.due_at) == (None, 0, None)
    assert (source.waiting_since, source.unread) == (START, 1)


async def test_a_case_goes_on_waiting_for_those_that_stay_joined_when_one_parts(
    world: World,
) -> None:
    source, into = await two(world)
    await world.ask(Reply(conversation_id=into.id, actor=AGENT, text="answer"))
    await merge(world, source, into)
    await agree(world)
    await world.clock.advance(60)
    third_at = world.clock.now()
    third = await another(world, occurred_at=third_at)
    await merge(world, third, into)
    await agree(world)

    await unmerge(world, source)
    await agree(world)

    into = await world.conversation("chat-2")
    assert (into.joined, into.waiting_since, into.unread) == ((third.id,), third_at, 1)


async def test_an_earlier_answer_to_one_that_stays_joined_does_not_answer_the_case(
    world: World,
) -> None:
    source, into = await two(world)
    third = await another(world)
    await world.clock.advance(60)
    await world.ask(Reply(conversation_id=third.id, actor=AGENT, text="answer to three"))
    for one in (source, third):
        await merge(world, one, into)
        await agree(world)

    await unmerge(world, source)
    await agree(world)

    into = await world.conversation("chat-2")
    assert (into.joined, into.waiting_since, into.unread) == ((third.id,), START, 1)


async def test_where_a_merged_case_goes_on_learns_of_one_that_parts_further_down(
    world: World,
) -> None:
    source, into = await two(world)
    await world.ask(Reply(conversation_id=into.id, actor=AGENT, text="answer"))
    await merge(world, source, into)
    await agree(world)
    third = await another(world)
    await world.ask(Reply(conversation_id=third.id, actor=AGENT, text="answer"))
    await merge(world, into, third)
    await agree(world)
    waited = (await world.conversation("chat-4")).waiting_since

    await unmerge(world, source)
    await agree(world)

    third = await world.conversation("chat-4")
    assert (waited, third.waiting_since, third.unread) == (START, None, 0)


async def test_what_the_customer_writes_in_the_merged_thread_calls_the_other(world: World) -> None:
    source, into = await two(world)
    await merge(world, source, into)
    await agree(world)
    await world.ask(Resolve(conversation_id=into.id, actor=AGENT))

    await world.tell(inbound("chat-1", text="again"))
    await agree(world)

    source, into = await world.conversation("chat-1"), await world.conversation("chat-2")
    assert (source.status, source.unread, into.status, into.unread) == (
        Status.RESOLVED,
        0,
        Status.OPEN,
        1,
    )
    assert into.waiting_since == START
    assert (await world.texts("chat-1"))[-1] == "again"


async def test_a_reply_in_the_merged_thread_leaves_there_and_answers_the_case(
    world: World,
) -> None:
    source, into = await two(world)
    await merge(world, source, into)
    await agree(world)

    outcome = await world.ask(Reply(conversation_id=source.id, actor=AGENT, text="answer"))
    await agree(world)

    assert outcome.code == 201
    reply = (await world.messages("chat-1"))[-1]
    [part] = await world.parts(reply)
    assert part.thread == "chat-1"
    source, into = await world.conversation("chat-1"), await world.conversation("chat-2")
    assert (source.status, source.merged_into) == (Status.RESOLVED, into.id)
    assert (into.waiting_since, into.unread) == (None, 0)


async def test_a_merge_that_is_killed_between_its_two_commits_converges(world: World) -> None:
    source, into = await two(world)
    at_source, at_into = partition_of(source.id), partition_of(into.id)
    command = publication(
        Merge(conversation_id=source.id, actor=AGENT, into_id=into.id),
        CommandId("merge-1"), at=START, source="inbox", trace_id="t",
    )  # fmt: skip
    await world.bus.publish([command])

    # Killed after the first commit, before anything of it is told or acknowledged.
    bus = FaultyBus(world.bus)
    bus.on_publish = [Crash()]
    await crash(world, at_source, bus)
    half = await world.conversation("chat-1"), await world.conversation("chat-2")
    await world.clock.advance(31)
    await Timers(world.bus, world.store, world.clock).fire()
    # Killed in the other partition after its commit, before that is acknowledged.
    bus = FaultyBus(world.bus)
    bus.on_ack = [Crash()]
    await crash(world, at_into, bus)
    await world.settle()
    await agree(world)

    assert (half[0].merged_into, half[1].joined) == (into.id, ())
    source, into = await world.conversation("chat-1"), await world.conversation("chat-2")
    assert (source.merged_into, into.joined, into.unread) == (into.id, (source.id,), 2)
    assert (await world.texts("chat-2")).count("[joined]") == 1
    assert await counted(world, "open") == 1


async def test_a_change_of_mind_before_the_other_knows_leaves_two(world: World) -> None:
    source, into = await two(world)
    await merge(world, source, into)
    await world.clock.advance(1)
    await unmerge(world, source)

    await agree(world)

    source, into = await world.conversation("chat-1"), await world.conversation("chat-2")
    assert (source.merged_into, into.joined) == (None, ())
    assert "[joined]" not in await world.texts("chat-2")


async def test_two_that_are_merged_into_each_other_at_once_are_not_lost(world: World) -> None:
    one, other = await two(world)
    decided = []
    for a, b in ((one, other), (other, one)):
        unit = Unit(world.store, START)
        envelope = Envelope(
            id=f"merge-{a.id}", kind="command.merge", at=START, source="t", trace_id="t", payload={}
        )
        work = Work(unit, partition_of(a.id), Policy(), envelope)
        command = Merge(conversation_id=a.id, actor=AGENT, into_id=b.id)
        await merging.merge(work, (await unit.load(CONVERSATIONS, [a.id]))[0], command)
        decided.append(unit.changes(work.partition))

    for changes in decided:
        await world.store.commit(changes)
    await agree(world)

    one, other = await world.conversation("chat-1"), await world.conversation("chat-2")
    gone_on = [case for case in (one, other) if case.merged_into is None]
    assert gone_on
    assert all(case.status is Status.OPEN for case in gone_on)
    for case, its in ((one, other), (other, one)):
        assert (case.merged_into == its.id) is (case.id in its.joined)


@pytest.mark.parametrize("state", ["resolved", "merged", "itself"])
async def test_what_cannot_be_merged_is_refused(world: World, state: str) -> None:
    source, into = await two(world)
    third = await another(world)
    if state == "resolved":
        await world.ask(Resolve(conversation_id=into.id, actor=AGENT))
    if state == "merged":
        await merge(world, into, third)

    refused = await merge(world, source, source if state == "itself" else into)

    assert (refused.status, refused.field) == (REFUSED, "into_id")
    assert (await world.conversation("chat-1")).merged_into is None


async def test_a_merged_one_is_not_opened_by_itself(world: World) -> None:
    source, into = await two(world)
    await merge(world, source, into)

    refused = await world.ask(Reopen(conversation_id=source.id, actor=AGENT))

    assert refused.status is REFUSED


def named_anew(old: str, new: str) -> ThreadRef:
    """The platform says that the thread ``old`` is called ``new`` from now on."""
    return ThreadRef(external_id=ExternalId(new), partition_key=new, renamed_from=ExternalId(old))


async def test_what_was_written_under_a_new_name_first_is_one_case_with_what_was_before(
    world: World,
) -> None:
    source, into = await two(world)

    await world.tell(inbound("chat-2", thread=named_anew("chat-1", "chat-2"), text="three"))
    await agree(world)

    source, into = await world.conversation("chat-1"), await world.conversation("chat-2")
    assert source.id == into.id, "both names lead to the case that goes on"
    (old,) = [id for id in into.joined]
    ended = await world.store.get(CONVERSATIONS, old)
    assert ended is not None
    assert (ended.merged_into, ended.status, ended.unread) == (into.id, Status.RESOLVED, 0)
    assert (into.unread, into.waiting_since) == (3, START)
    assert await world.texts("chat-2") == ["two", "three", "[joined]"]


async def test_a_new_name_whose_case_was_merged_itself_leads_to_where_that_one_goes_on(
    world: World,
) -> None:
    await world.tell(inbound("old", text="one"), inbound("new", text="two"), inbound("main"))
    old, new = await world.conversation("old"), await world.conversation("new")
    main = await world.conversation("main")
    await merge(world, new, main)
    await agree(world)

    await world.tell(inbound("new", thread=named_anew("old", "new"), text="three"))
    await agree(world)

    new, main = await world.conversation("new"), await world.conversation("main")
    assert (new.joined, new.merged_into, new.status) == ((old.id,), main.id, Status.RESOLVED)
    assert main.waiting_since == START


async def test_a_case_that_was_merged_by_hand_and_is_renamed_goes_on_in_one_place_alone(
    world: World,
) -> None:
    await world.tell(inbound("old", text="one"), inbound("new", text="two"), inbound("main"))
    old, main = await world.conversation("old"), await world.conversation("main")
    for thread in ("new", "main"):
        id = (await world.conversation(thread)).id
        await world.ask(Reply(conversation_id=id, actor=AGENT, text="answer"))
    await merge(world, old, main)
    await agree(world)

    await world.tell(inbound("new", thread=named_anew("old", "new"), text="three"))
    await agree(world)

    ended = await world.store.get(CONVERSATIONS, old.id)
    new, main = await world.conversation("new"), await world.conversation("main")
    assert ended is not None
    assert (ended.merged_into, new.joined, main.joined) == (new.id, (old.id,), ())
    assert (main.waiting_since, main.unread) == (None, 0)
    assert (new.waiting_since, new.unread) == (START, 2)


async def test_an_answer_taken_back_in_the_merged_thread_leaves_the_case_waiting(
    world: World,
) -> None:
    source, into = await two(world)
    await merge(world, source, into)
    await agree(world)
    outcome = await world.ask(Reply(conversation_id=source.id, actor=AGENT, text="oops", undo_s=60))
    await agree(world)
    answered = (await world.conversation("chat-2")).waiting_since
    message_id = MessageId(outcome.result["message"]["id"])

    await world.ask(Cancel(conversation_id=source.id, actor=AGENT, message_id=message_id))
    await agree(world)

    source, into = await world.conversation("chat-1"), await world.conversation("chat-2")
    assert answered is None
    assert (source.waiting_since, source.status) == (None, Status.RESOLVED)
    assert (into.waiting_since, into.unread) == (START, 0)


async def test_an_answer_in_the_platforms_own_app_answers_the_case(world: World) -> None:
    source, into = await two(world)
    await merge(world, source, into)
    await agree(world)

    await world.tell(inbound("chat-1", text="by phone", origin=Origin.AGENT_APP))
    await agree(world)

    into = await world.conversation("chat-2")
    assert (into.waiting_since, into.unread) == (None, 0)


async def test_a_merged_case_goes_on_by_itself_where_a_newer_one_has_begun(world: World) -> None:
    source, into = await two(world)
    await merge(world, source, into)
    await agree(world)
    await world.ask(Resolve(conversation_id=into.id, actor=AGENT))
    await world.clock.advance((world.policy.reopen_for + timedelta(days=1)).total_seconds())
    await world.tell(inbound("chat-2", text="something new"))
    newer = await world.conversation("chat-2")

    await world.tell(inbound("chat-1", text="again"))
    await agree(world)

    old = await world.store.get(CONVERSATIONS, into.id)
    source = await world.conversation("chat-1")
    assert newer.id != into.id
    assert old is not None
    assert (old.status, old.joined) == (Status.RESOLVED, ())
    assert (source.merged_into, source.status) == (None, Status.OPEN)
    assert (source.waiting_since, source.unread) == (START, 2)
    assert await counted(world, "open") == 2


async def test_a_thread_that_is_renamed_to_anothers_leaves_nothing_unread_behind(
    world: World,
) -> None:
    await world.tell(inbound("old"), inbound("new", thread=ref("new", "old")))
    old = await world.conversation("old")

    await world.tell(inbound("new", thread=ref("new", "old", renamed_from="old")))

    merged = await world.store.get(CONVERSATIONS, old.id)
    assert merged is not None
    assert merged.merged_into == (await world.conversation("new")).id
    assert (merged.unread, merged.due_at, merged.waiting_since) == (0, None, None)


def ref(name: str, key: str, **fields: Any) -> ThreadRef:
    return ThreadRef.model_validate({"external_id": name, "partition_key": key, **fields})
