"""Who is told of what: in the commit of what happened, once, and never of one's own doing."""

from collections.abc import Sequence
from typing import Any

import pytest

from shared.collections import AGENTS, IDENTITIES, NOTIFICATIONS, SLA_POLICIES, TEAMS
from shared.commands import (
    Assign,
    Command,
    DeleteMessage,
    Edit,
    Follow,
    Note,
    Pend,
    Reopen,
    Reply,
    Resolve,
    SetPriority,
)
from shared.ids import AgentId, TeamId, partition_of
from shared.model.content import Mention
from shared.model.conversation import Conversation, PendingFor, Priority
from shared.model.notification import Notification
from shared.model.notification_settings import Means, NotificationKind, NotificationSettings
from shared.model.people import Actor, ActorKind, Block
from shared.model.records import Outcome
from shared.model.team import Team
from shared.ports.store import Put, Update
from tests.router.answering import DAY_S, pass_time, sla
from tests.router.office import actor, agent, kept
from tests.router.world import BOT, World, inbound

ANNA, MAXIM, OLGA = actor("anna"), actor("maxim"), actor("olga")


@pytest.fixture
async def people(world: World) -> World:
    """A world with three agents, two of them in a team, and a customer who has written."""
    world.decree(TEAMS, kept(Team, "shop", name="Shop"))
    agents = (
        agent("anna"),
        agent("maxim", team_ids=(TeamId("shop"),)),
        agent("olga", team_ids=(TeamId("shop"),)),
        agent("gone", active=False, team_ids=(TeamId("shop"),)),
    )
    await world.store.commit([Put(AGENTS, one) for one in agents])
    await world.tell(inbound())
    return world


async def told(world: World, *, thread: str = "chat-1") -> list[Notification]:
    """What anybody was told, in order, by the events; each that is to be kept is kept."""
    conversation = await world.conversation(thread)
    events = await world.events(partition_of(conversation.id))
    found = [
        Notification.model_validate(event["payload"]["notification"])
        for event in events
        if event["kind"] == "event.notification.added"
    ]
    stored = await world.store.get_many(NOTIFICATIONS, [one.id for one in found])
    assert stored == {one.id: one for one in found if Means.APP in one.means}
    return found


def said(found: Sequence[Notification]) -> list[tuple[str, str]]:
    return [(one.agent_id, one.kind.value) for one in found]


async def do(world: World, kind: type[Command], by: Actor, **fields: Any) -> Outcome:
    conversation = await world.conversation()
    return await world.ask(kind(conversation_id=conversation.id, actor=by, **fields))


def naming(*agent_ids: str, team: str | None = None) -> tuple[Mention, ...]:
    teams = (Mention(team_id=TeamId(team)),) if team is not None else ()
    return (*(Mention(agent_id=AgentId(one)) for one in agent_ids), *teams)


async def test_whoever_a_note_names_is_told_where_it_stands_and_follows(people: World) -> None:
    mention = Mention(agent_id=AgentId("maxim"), start=0, length=6)

    outcome = await do(people, Note, ANNA, text="@maxim please look", mentions=(mention,))

    [one] = await told(people)
    message = outcome.result["message"]
    assert (one.agent_id, one.kind, one.by) == ("maxim", NotificationKind.MENTION, ANNA)
    assert (one.message_id, one.text, one.title) == (message["id"], "@maxim please look", "Boris")
    assert (one.unread, one.read_at) == (True, None)
    assert one.means == tuple(Means)
    stored = await people.message(message["id"])
    assert stored.content.mentions == (mention.model_copy(update={"name": "Maxim"}),)
    assert (await people.conversation()).followers == ("maxim",)


async def test_a_team_is_told_in_all_its_active_members_who_do_not_follow_by_that(
    people: World,
) -> None:
    await do(people, Note, OLGA, text="@shop", mentions=naming(team="shop"))

    [one] = await told(people)
    assert (one.agent_id, one.details) == ("maxim", {"team": "Shop"})
    assert (await people.conversation()).followers == ()


async def test_who_is_named_twice_is_told_once_and_nobody_of_what_they_wrote_themselves(
    people: World,
) -> None:
    await do(people, Note, MAXIM, text="x", mentions=naming("olga", "maxim", "olga", team="shop"))

    assert said(await told(people)) == [("olga", "mention")]


@pytest.mark.parametrize(
    "mention, field, reason",
    [
        ({"agent_id": "nobody"}, "mentions.1.agent_id", "there is no such agent"),
        ({"agent_id": "gone"}, "mentions.1.agent_id", "Gone does not work here any more"),
        ({"team_id": "nobody"}, "mentions.1.team_id", "there is no such team"),
        ({}, "mentions.1", "name an agent or a team"),
        ({"agent_id": "maxim", "team_id": "shop"}, "mentions.1", "name an agent or a team"),
        ({"agent_id": "maxim", "start": 3, "length": 9}, "mentions.1", "ends behind the text"),
        ({"agent_id": "maxim", "start": 3}, "mentions.1", "start and length go together"),
    ],
)
async def test_a_note_that_calls_nobody_who_could_come_is_refused_and_nobody_is_told(
    people: World, mention: dict[str, Any], field: str, reason: str
) -> None:
    mentions = (*naming("olga"), Mention.model_validate(mention))

    outcome = await do(people, Note, ANNA, text="hello", mentions=mentions)

    assert (outcome.code, outcome.field, outcome.reason) == (422, field, reason)
    assert await told(people) == []
    assert await people.texts() == ["hello"]


async def test_an_edit_calls_only_those_whom_the_note_had_not_named(people: World) -> None:
    note = await do(people, Note, ANNA, text="@maxim", mentions=naming("maxim"))
    id = note.result["message"]["id"]

    await do(people, Edit, ANNA, message_id=id, text="@maxim!")
    kept_ones = (await people.message(id)).content.mentions
    await do(people, Edit, ANNA, message_id=id, text="@olga!", mentions=naming("olga"))
    await do(people, Edit, ANNA, message_id=id, text="@maxim!", mentions=naming("maxim"))

    assert [one.agent_id for one in kept_ones] == ["maxim"]
    assert said(await told(people)) == [("maxim", "mention"), ("olga", "mention")]
    assert (await people.conversation()).followers == ("maxim", "olga")


async def test_given_a_conversation_by_somebody_else_one_is_told_taking_it_oneself_not(
    people: World,
) -> None:
    await do(people, Assign, ANNA, agent_id="anna")
    await do(people, Assign, ANNA, agent_id="maxim", cause="knows it")

    [one] = await told(people)
    assert (one.agent_id, one.kind, one.by) == ("maxim", NotificationKind.ASSIGNED, ANNA)
    assert one.details == {"cause": "knows it"}


async def test_what_a_colleague_asks_and_what_came_of_it_is_told(people: World) -> None:
    await do(people, Assign, ANNA, agent_id="anna")
    await do(people, Pend, ANNA, waits_for=PendingFor.COLLEAGUE, colleague_id="maxim")
    await do(people, Note, MAXIM, text="it is the fuse")

    asked, answered = await told(people)
    assert (asked.agent_id, asked.kind, asked.by) == ("maxim", NotificationKind.TASK, ANNA)
    assert (answered.agent_id, answered.kind) == ("anna", NotificationKind.TASK)
    assert answered.details == {"line": "colleague_answered"}


async def test_of_one_item_the_weightiest_reason_is_told(people: World) -> None:
    await do(people, Follow, MAXIM)
    await do(people, Assign, ANNA, agent_id="maxim")

    await people.tell(inbound(text="again"))

    assert said(await told(people)) == [("maxim", "assigned"), ("maxim", "message")]


async def test_followers_and_the_holder_hear_what_the_customer_writes(people: World) -> None:
    await do(people, Assign, ANNA, agent_id="anna")
    for follower in (MAXIM, OLGA, ANNA):
        await do(people, Follow, follower)

    await people.tell(inbound(text="are you there?"))

    found = await told(people)
    assert said(found) == [("anna", "message"), ("maxim", "followed"), ("olga", "followed")]
    assert {one.text for one in found} == {"are you there?"}
    assert Means.APP not in found[0].means, "it stands in one's own conversations anyway"
    assert found[0].by is not None
    assert found[0].by.kind is ActorKind.CONTACT


async def test_nobody_is_told_of_history_nor_of_a_blocked_contact_nor_of_replies(
    people: World,
) -> None:
    await do(people, Follow, MAXIM)
    await do(people, Reply, ANNA, text="here")
    await people.tell(inbound(text="from long ago", history=True))
    conversation = await people.conversation()
    identity = await people.store.get(IDENTITIES, conversation.identity_id)
    assert identity is not None
    block = Block(reason="spam", by=ANNA, at=people.clock.now())
    blocked = identity.model_copy(update={"block": block, "version": identity.version + 1})
    await people.store.commit([Put(IDENTITIES, blocked)])
    await people.tell(inbound(text="buy!"))

    assert said(await told(people)) == []


async def test_followers_hear_where_the_case_stands_but_not_who_changed_it(people: World) -> None:
    await do(people, Follow, MAXIM)
    await do(people, Follow, OLGA)

    await do(people, Resolve, OLGA)
    await do(people, Reopen, ANNA)

    found = await told(people)
    assert [(one.agent_id, one.details["status"]) for one in found] == [
        ("maxim", "resolved"),
        ("maxim", "open"),
        ("olga", "open"),
    ]
    assert {one.kind for one in found} == {NotificationKind.STATUS}


async def test_a_case_that_the_customer_opens_again_is_told_once(people: World) -> None:
    await do(people, Resolve, ANNA)
    await do(people, Follow, MAXIM)

    await people.tell(inbound(text="it broke again"))

    assert said(await told(people)) == [("maxim", "followed")]


async def test_the_holder_is_warned_of_a_deadline(people: World) -> None:
    people.decree(SLA_POLICIES, sla(warn_at=(50,)))
    await do(people, SetPriority, ANNA, priority=Priority.HIGH)
    await do(people, Assign, ANNA, agent_id="maxim")

    await pass_time(people, DAY_S // 2)
    await pass_time(people, DAY_S // 2)

    warned, breached = [one for one in await told(people) if one.kind.value == "deadline"]
    assert (warned.agent_id, warned.details["percent"]) == ("maxim", "50")
    assert (warned.details["target"], "percent" in breached.details) == ("first_reply", False)


async def test_what_somebody_wants_to_hear_and_how_is_their_own_choice(people: World) -> None:
    choice = NotificationSettings(
        kinds={NotificationKind.MENTION: (Means.PUSH,), NotificationKind.ASSIGNED: ()}
    )
    await people.store.commit([Put(AGENTS, agent("maxim", notify=choice))])

    await do(people, Assign, ANNA, agent_id="maxim")
    await do(people, Note, ANNA, text="x", mentions=naming("maxim"))

    [one] = await told(people)
    assert (one.kind, one.means) == (NotificationKind.MENTION, (Means.PUSH,))
    assert await people.store.get(NOTIFICATIONS, one.id) is None, "told, and not kept"


async def test_a_repeat_of_the_command_tells_nobody_again(people: World) -> None:
    conversation: Conversation = await people.conversation()
    note = Note(conversation_id=conversation.id, actor=ANNA, text="x", mentions=naming("maxim"))

    await people.ask(note, id="x-1")
    await people.ask(note, id="x-1")

    assert len(await told(people)) == 1


async def test_a_bot_may_call_people_and_is_told_nothing(people: World) -> None:
    await do(people, Note, BOT, text="x", mentions=naming("maxim"))

    assert said(await told(people)) == [("maxim", "mention")]


async def test_a_team_hears_once_that_a_conversation_waits_for_it_if_it_wants_to(
    people: World,
) -> None:
    wants = NotificationSettings(kinds={NotificationKind.UNASSIGNED: (Means.DESKTOP,)})
    await people.store.commit([Update(AGENTS, "olga", {"notify": wants})])
    await do(people, Assign, ANNA, team_id=TeamId("shop"))
    await people.tell(inbound(text="anybody?"))
    await do(people, Assign, ANNA, agent_id=AgentId("olga"))
    await do(people, Assign, ANNA, team_id=TeamId("shop"))

    waits = [one for one in await told(people) if one.kind is NotificationKind.UNASSIGNED]

    assert [(one.agent_id, one.means) for one in waits] == [("olga", (Means.DESKTOP,))] * 2


async def test_what_was_told_of_a_deleted_note_keeps_none_of_its_text(people: World) -> None:
    outcome = await do(people, Note, ANNA, text="her card: 4111", mentions=naming("maxim"))
    await do(people, Note, ANNA, text="another", mentions=naming("maxim"))
    first, other = await told(people)

    await do(people, DeleteMessage, ANNA, message_id=outcome.result["message"]["id"])

    kept = await people.store.get_many(NOTIFICATIONS, [first.id, other.id])
    assert kept == {first.id: first.model_copy(update={"text": ""}), other.id: other}
