"""Conversations that an agent begins: one commit, the checks of a reply, the answer comes in."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from router.timers import Timers
from shared.collections import (
    AGENTS,
    AUDIT,
    CHANNEL_TYPES,
    CHANNELS,
    CONTACTS,
    CONVERSATIONS,
    IDENTITIES,
    QUEUEING,
    THREADS,
    identity_id,
    thread_id,
)
from shared.commands import Begin, Merge, Reply, Resolve, SendVerification, SetLabels
from shared.ids import (
    ChannelId,
    ChannelType,
    ContactId,
    ConversationId,
    ExternalId,
    MessageId,
    new_conversation_id,
    slot_for,
)
from shared.model.channel import Channel, ChannelState, ChannelTypeInfo
from shared.model.content import EmailFields
from shared.model.conversation import Conversation, Status
from shared.model.delivery import Delivery
from shared.model.inbound import Clue, ThreadRef
from shared.model.people import Actor, ActorKind, Block, Contact, Identity, Participant
from shared.model.records import Outcome
from shared.model.template import TemplateRef
from shared.ports.store import Put
from tests.router.office import agent, queueing
from tests.router.world import (
    AGENT,
    BOT,
    CHANNEL,
    START,
    World,
    add_channel,
    capabilities,
    inbound,
)

MAIL, MAIL_TYPE = ChannelId("post"), ChannelType("email")
EMAIL = "boris@example.org"


@pytest.fixture
async def mail(world: World) -> World:
    """A world with a mailbox beside the messenger."""
    able = capabilities(write_first=True, first_address="email")
    info = ChannelTypeInfo(id=MAIL_TYPE, title="E-mail", settings_schema={}, capabilities=able)
    channel = Channel(id=MAIL, type=MAIL_TYPE, name="Post", created_at=START, updated_at=START)
    await world.store.commit(
        [Put(CHANNEL_TYPES, info), Put(CHANNELS, channel), Put(AGENTS, agent("anna"))]
    )
    return world


def a_beginning(
    key: str = "mail:1",
    *,
    channel_id: ChannelId = MAIL,
    partition_key: str = "mailbox",
    address: str = EMAIL,
    actor: Actor = AGENT,
    reply: Mapping[str, Any] | None = None,
    names: tuple[str, ...] = (),
    **fields: Any,
) -> Begin:
    """A first mail, unless the fields say otherwise."""
    id = new_conversation_id(slot_for(channel_id, partition_key))
    says = {"text": "good day", **(reply or {})}
    values: dict[str, Any] = {
        "conversation_id": id,
        "actor": actor,
        "channel_id": channel_id,
        "thread": ThreadRef(
            external_id=ExternalId(key),
            partition_key=partition_key,
            kind="email",
            context={"to": address},
            names=tuple(ExternalId(name) for name in names),
        ),
        "person": Participant(external_id=ExternalId(address), name="Boris"),
        "reply": Reply(conversation_id=id, actor=actor, **says),
    }
    return Begin(**(values | fields))


def chat(thread: str, **fields: Any) -> Begin:
    """A message in a thread of the messenger."""
    return a_beginning(
        thread,
        channel_id=CHANNEL,
        partition_key=thread,
        address=f"user-{thread}",
        **fields,
    )


async def begun(world: World, command: Begin, *, id: str | None = None) -> Conversation:
    outcome = await world.ask(command, id=id)
    assert outcome.code == 201, outcome.reason
    return Conversation.model_validate(outcome.result["conversation"])


async def stored(world: World, id: str) -> Conversation:
    found = await world.store.get(CONVERSATIONS, id)
    assert found is not None
    return found


async def texts(world: World, conversation: Conversation) -> list[str]:
    return [
        f"[{message.system.name}]" if message.system else message.content.text
        for message in await world.messages_of(conversation)
    ]


async def test_it_stands_with_its_message_its_part_and_its_person(mail: World) -> None:
    command = a_beginning(reply={"email": EmailFields(subject="Your order")})

    outcome = await mail.ask(command, id="x-1")

    case = await stored(mail, command.conversation_id)
    identity = await mail.store.get(IDENTITIES, identity_id(MAIL_TYPE, ExternalId(EMAIL)))
    assert identity is not None
    message = await mail.message(outcome.result["message"]["id"])
    [part] = await mail.parts(message)
    entry = await mail.store.get(AUDIT, "x-1")
    assert outcome.code == 201
    assert await texts(mail, case) == ["[begun]", "[assigned]", "good day"]
    assert (case.status, case.title, case.contact_name) == (Status.OPEN, "Your order", "Boris")
    assert (case.assignee_id, case.waiting_since, case.bot_id) == ("anna", None, None)
    assert (case.identity_id, case.contact_id) == (identity.id, identity.contact_id)
    assert (part.thread, part.context["to"], part.state) == ("mail:1", EMAIL, Delivery.QUEUED)
    assert not any(one.verified for one in identity.identifiers)
    assert entry is not None
    assert (entry.action, entry.target) == ("begin", case.id)


async def test_the_answer_comes_into_the_same_conversation(mail: World) -> None:
    command = a_beginning(names=("#tag",))
    outcome = await mail.ask(command)
    id = MessageId(outcome.result["message"]["id"])

    def answer(key: str, clue: Clue) -> Any:
        return inbound(
            channel_id=MAIL,
            channel_type=MAIL_TYPE,
            text=key,
            key=key,
            author=Participant(external_id=ExternalId(EMAIL)),
            thread=ThreadRef(
                external_id=ExternalId(f"mail:{key}"),
                partition_key="mailbox",
                kind="email",
                clues=(clue,),
            ),
        )

    await mail.tell(answer("thanks", Clue(message_id=id, trust="anyone")))
    await mail.tell(answer("more", Clue(name=ExternalId("#tag"))))

    case = await stored(mail, command.conversation_id)
    assert (await texts(mail, case))[-2:] == ["thanks", "more"]
    assert case.waiting_since is not None
    assert case.unread == 2


async def test_a_repeat_begins_nothing_again(mail: World) -> None:
    command = a_beginning()
    other = a_beginning("mail:2")

    first = await begun(mail, command, id="x-1")
    again = await begun(mail, other, id="x-1")

    assert again.id == first.id
    assert await mail.store.get(CONVERSATIONS, other.conversation_id) is None
    assert len(await texts(mail, first)) == 3


async def test_a_refused_message_leaves_no_conversation_and_no_person(mail: World) -> None:
    command = a_beginning(reply={"text": "  "})

    outcome = await mail.ask(command)

    assert (outcome.code, outcome.field) == (422, "text")
    assert await mail.store.get(CONVERSATIONS, command.conversation_id) is None
    assert await mail.store.get(THREADS, thread_id(MAIL, "mail:1")) is None
    assert await mail.store.get(IDENTITIES, identity_id(MAIL_TYPE, ExternalId(EMAIL))) is None


async def refused(world: World, command: Begin) -> tuple[int, str | None, str | None]:
    outcome: Outcome = await world.ask(command)
    assert await world.store.get(CONVERSATIONS, command.conversation_id) is None
    return outcome.code, outcome.field, outcome.reason_code


async def test_a_channel_that_writes_to_nobody_first_writes_to_those_who_have_written(
    mail: World,
) -> None:
    await mail.tell(inbound("chat-1"))
    before = await mail.conversation("chat-1")
    nobody = await refused(mail, chat("chat-9"))
    open_one = await mail.ask(chat("chat-1"))
    await mail.ask(Resolve(conversation_id=before.id, actor=AGENT))

    case = await begun(mail, chat("chat-1"))
    await mail.tell(inbound("chat-1", text="what is it?"))

    assert nobody == (422, "channel_id", "writes_not_first")
    assert (open_one.code, open_one.reason_code) == (409, "open_conversation")
    assert open_one.reason_values == {"conversation_id": before.id}
    latest = await mail.conversation("chat-1")
    assert latest.id == case.id != before.id
    assert (await texts(mail, latest))[-1] == "what is it?"
    assert latest.out_order > before.out_order, "parts of a thread leave in one order"


async def test_in_the_thread_of_a_merged_case_one_begins_once_that_is_over_where_it_goes_on(
    mail: World,
) -> None:
    await mail.tell(inbound("chat-1"), inbound("chat-2"), inbound("chat-4"))
    before, middle, end = [await mail.conversation(f"chat-{n}") for n in (1, 2, 4)]
    for one, into in ((before, middle), (middle, end)):
        await mail.ask(Merge(conversation_id=one.id, actor=AGENT, into_id=into.id))

    refused = await mail.ask(chat("chat-1"))
    await mail.ask(Resolve(conversation_id=end.id, actor=AGENT))
    case = await begun(mail, chat("chat-1"))

    assert (refused.code, refused.reason_code) == (409, "open_conversation")
    assert refused.reason_values == {"conversation_id": end.id}
    assert (await mail.conversation("chat-1")).id == case.id != before.id


@pytest.mark.parametrize(
    "fields, expected",
    [
        ({"actor": BOT}, (403, None, None)),
        ({"actor": Actor(kind=ActorKind.CONTACT, id="i1")}, (403, None, None)),
        ({"channel_id": ChannelId("none")}, (422, "channel_id", None)),
        ({"contact_id": ContactId("none")}, (422, "contact_id", None)),
        ({"from_id": ConversationId("c00none")}, (422, "from_id", None)),
    ],
)
async def test_what_cannot_be_begun_is_refused_with_the_field(
    mail: World, fields: dict[str, Any], expected: tuple[Any, ...]
) -> None:
    assert await refused(mail, a_beginning(**fields)) == expected


async def test_a_removed_channel_begins_nothing(mail: World) -> None:
    channel = await mail.store.get(CHANNELS, MAIL)
    assert channel is not None
    removed = channel.model_copy(update={"state": ChannelState.REMOVED})
    await mail.store.commit([Put(CHANNELS, removed)])

    assert await refused(mail, a_beginning()) == (422, "channel_id", None)


async def test_an_id_that_names_another_partition_than_its_thread_is_refused(mail: World) -> None:
    lost = a_beginning()
    elsewhere = new_conversation_id(slot_for(MAIL, "another"))

    assert (await refused(mail, lost.model_copy(update={"conversation_id": elsewhere})))[0] == 409


async def test_who_is_blocked_or_cannot_be_reached_is_not_written_to(mail: World) -> None:
    case = await begun(mail, a_beginning())
    identity = await mail.store.get(IDENTITIES, case.identity_id)
    assert identity is not None

    async def change(**fields: Any) -> None:
        nonlocal identity
        assert identity is not None
        fields["version"] = identity.version + 1
        identity = identity.model_copy(update=fields)
        await mail.store.commit([Put(IDENTITIES, identity)])

    await change(block=Block(reason="spam", by=AGENT, at=START))
    blocked = await refused(mail, a_beginning("mail:2"))
    await change(block=None, reachable=False, unreachable_reason="the mailbox is gone")
    gone = await mail.ask(a_beginning("mail:3"))

    assert blocked == (409, None, "blocked")
    assert (gone.code, gone.reason, gone.reason_code) == (
        409,
        "the mailbox is gone",
        "unreachable",
    )


async def test_who_may_answer_and_what_is_filled_in_is_checked_as_with_a_reply(
    mail: World,
) -> None:
    mail.decree(QUEUEING, queueing(only_assignee_replies=True, capacity=1))
    first = await begun(mail, a_beginning())

    no_room = await refused(mail, a_beginning("mail:2", address="olga@example.org"))
    missing = await refused(
        mail, a_beginning("mail:3", reply={"text": "{{field.order}}", "fill": True})
    )

    assert first.assignee_id == "anna"
    assert no_room == (409, "agent_id", None)
    assert missing == (422, "values.field.order", "canned_missing")


async def test_where_the_platform_lets_only_a_template_begin_one_is_needed(mail: World) -> None:
    able = capabilities(
        write_first=True, first_address="phone", templates=True, reply_window_s=86_400
    )
    await add_channel(mail.store, able)
    template = TemplateRef(name="hello", language="en")

    plain = await refused(mail, chat("4915"))
    case = await begun(mail, chat("4915", reply={"text": "Hello!", "template": template}))
    await mail.tell(
        inbound("4915", text="yes?", author=Participant(external_id=ExternalId("user-4915")))
    )

    assert plain == (409, "template", "window_closed")
    latest = await mail.conversation("4915")
    assert latest.id == case.id
    assert latest.reply_until == START + timedelta(days=1)


async def test_an_address_that_is_known_keeps_its_person_and_name(mail: World) -> None:
    first = await begun(mail, a_beginning())
    renamed = Participant(external_id=ExternalId(EMAIL), name="Somebody")

    second = await begun(mail, a_beginning("mail:2", person=renamed))

    assert second.contact_id == first.contact_id
    assert second.contact_name == "Boris"


async def test_a_new_address_belongs_to_the_contact_that_was_named(mail: World) -> None:
    await mail.tell(inbound("chat-1"))
    contact_id = (await mail.conversation("chat-1")).contact_id

    case = await begun(mail, a_beginning(contact_id=contact_id))
    other = await begun(mail, a_beginning("mail:2", address="olga@example.org"))
    wrong = await refused(
        mail, a_beginning("mail:3", address="olga@example.org", contact_id=contact_id)
    )

    assert case.contact_id == contact_id != other.contact_id
    assert wrong == (422, "contact_id", None)


async def fire(world: World) -> None:
    await Timers(world.bus, world.store, world.clock).fire()
    await world.settle()


async def test_going_on_in_another_channel_stands_in_both_and_says_why(mail: World) -> None:
    await mail.tell(inbound("chat-1"))
    origin = await mail.conversation("chat-1")
    await mail.ask(SetLabels(conversation_id=origin.id, actor=AGENT, add=("vip",)))

    case = await begun(mail, a_beginning(from_id=origin.id))
    await fire(mail)
    await fire(mail)

    before, after = await stored(mail, origin.id), await stored(mail, case.id)
    assert (after.continued_from, before.continued_in) == (origin.id, (case.id,))
    assert after.contact_id == before.contact_id
    assert after.labels == ("vip",)
    told = {
        message.system.name: message.system.details
        for one in (before, after)
        for message in await mail.messages_of(one)
        if message.system and message.system.name.startswith("continued")
    }
    assert told["continued_from"] == {
        "conversation_id": origin.id,
        "channel": "Shop",
        "by": "Anna",
    }
    assert told["continued_in"] == {"conversation_id": case.id, "channel": "Post", "by": "Anna"}
    assert (await texts(mail, before)).count("[continued_in]") == 1


async def test_it_does_not_go_on_with_somebody_else(mail: World) -> None:
    await mail.tell(inbound("chat-1"), inbound("chat-2"))
    origin = await mail.conversation("chat-1")
    other = await mail.conversation("chat-2")

    named = await refused(mail, a_beginning(from_id=origin.id, contact_id=other.contact_id))
    await begun(mail, a_beginning(contact_id=other.contact_id))
    known = await refused(mail, a_beginning("mail:2", from_id=origin.id))

    assert named == (422, "from_id", None)
    assert known == (422, "contact_id", None)


async def test_a_contact_that_was_made_one_with_another_is_that_one(mail: World) -> None:
    into = Contact(id=ContactId("k-into"), created_at=START, updated_at=START)
    gone = Contact(id=ContactId("k-gone"), merged_into=into.id, created_at=START, updated_at=START)
    await mail.store.commit([Put(CONTACTS, into), Put(CONTACTS, gone)])

    case = await begun(mail, a_beginning(contact_id=gone.id))

    assert case.contact_id == into.id
    identity = await mail.store.get(IDENTITIES, case.identity_id)
    assert isinstance(identity, Identity)
    assert identity.contact_id == into.id


async def test_an_address_that_an_agent_typed_proves_nothing_until_somebody_writes_from_it(
    mail: World,
) -> None:
    mail.policy = replace(mail.policy, public_url="https://hub.example")
    command = a_beginning()
    conversation = await begun(mail, command)
    proof = SendVerification(conversation_id=conversation.id, actor=AGENT)

    before = await mail.ask(proof)
    by_mail = {"channel_id": MAIL, "channel_type": MAIL_TYPE}
    await mail.tell(inbound(thread=command.thread, author=command.person, **by_mail))
    after = await mail.ask(proof)

    assert (before.code, after.code) == (409, 201)
