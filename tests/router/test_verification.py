"""One-time links: to addresses that are certain, with a code that nobody reads who works here."""

from dataclasses import replace
from typing import Any

import pytest

from connectors.email.compose import recipients
from router.timers import Timers
from shared.collections import (
    CHANNEL_TYPES,
    CHANNELS,
    CONTACTS,
    CONVERSATIONS,
    IDENTITIES,
    RULES,
    TIMERS,
    VERIFICATIONS,
)
from shared.commands import SendVerification
from shared.contacts.mail import certain_addresses
from shared.contacts.refreshing import facts_timer
from shared.ids import ChannelId, ChannelType, ExternalId, partition_of
from shared.model.channel import Channel, ChannelTypeInfo
from shared.model.conversation import Conversation
from shared.model.delivery import Part
from shared.model.inbound import Inbound, ThreadRef
from shared.model.people import Identifier, IdentifierKind, Identity, Participant, Vouch
from shared.model.records import Outcome, OutcomeStatus
from shared.model.verification import Verification, verification_id
from shared.ports.store import Put, Update
from tests.router.world import AGENT, START, World, capabilities, inbound
from tests.shared.ruling import on, rule

MAIL = ChannelId("letters")
ANNA = Identifier(kind=IdentifierKind.EMAIL, value="Anna@customer.example", verified=True)
GIVEN = Identifier(kind=IdentifierKind.EMAIL, value="someone@else.example")


@pytest.fixture
async def hub(world: World) -> World:
    """A hub that customers can reach, with a mail channel; one has written by messenger."""
    world.policy = replace(world.policy, public_url="https://hub.example/")
    type_ = ChannelType("email")
    info = ChannelTypeInfo(
        id=type_, title="E-mail", settings_schema={}, capabilities=capabilities()
    )
    channel = Channel(id=MAIL, type=type_, name="Mail", created_at=START, updated_at=START)
    await world.store.commit([Put(CHANNEL_TYPES, info), Put(CHANNELS, channel)])
    await world.tell(inbound())
    return world


async def knows(world: World, *identifiers: Identifier) -> None:
    """The contact has these addresses."""
    conversation = await world.conversation()
    identity = await world.store.get(IDENTITIES, conversation.identity_id)
    assert identity is not None
    fields = {"identifiers": identifiers, "version": identity.version + 1}
    await world.store.commit([Update(IDENTITIES, identity.id, fields)])


async def send(world: World, **fields: Any) -> Outcome:
    conversation = await world.conversation()
    return await world.ask(SendVerification(conversation_id=conversation.id, actor=AGENT, **fields))


async def sent(world: World, outcome: Outcome) -> tuple[Part, str]:
    """What left, and the code in it."""
    message = await world.message(outcome.result["message"]["id"])
    (part,) = await world.parts(message)
    return part, part.content.text.partition("https://hub.example/verify/")[2].split()[0]


async def rows(world: World) -> list[Verification]:
    id = (await world.conversation()).id
    page = await world.store.find(VERIFICATIONS, equal={"conversation_id": id}, order="at")
    return list(page.items)


@pytest.mark.parametrize("address", [None, "anna@CUSTOMER.example"])
async def test_a_link_goes_by_mail_to_an_address_that_is_certain(
    hub: World, address: str | None
) -> None:
    await knows(hub, GIVEN, ANNA)

    outcome = await send(hub, address=address)

    part, code = await sent(hub, outcome)
    (row,) = await rows(hub)
    assert (outcome.status, part.channel_id) == (OutcomeStatus.DONE, MAIL)
    assert part.content.email is not None
    assert [one.email for one in part.content.email.to] == [ANNA.value]
    assert (row.id, row.to, row.by.id) == (verification_id(code), ANNA.value, AGENT.id)
    assert (row.until - row.at).total_seconds() == 30 * 60


async def test_the_code_is_in_the_part_that_leaves_and_nowhere_else(hub: World) -> None:
    await knows(hub, ANNA)
    outcome = await send(hub)
    _, code = await sent(hub, outcome)

    conversation = await hub.conversation()
    events = await hub.events(partition_of(conversation.id))
    everything = [repr(events), conversation.model_dump_json(), outcome.model_dump_json()]
    everything += [one.model_dump_json() for one in await hub.messages()]
    everything += [one.model_dump_json() for one in await rows(hub)]
    assert len(code) >= 40
    assert not [one for one in everything if code in one]
    assert (await hub.texts())[-1] == "[verification_sent]"


def by_mail(address: str, **context: str) -> Inbound:
    """A mail from this address; ``context`` says whom an answer reaches."""
    thread = ThreadRef(
        external_id=ExternalId("m1"), partition_key="m1", kind="email", context=context
    )
    author = Participant(external_id=ExternalId(address))
    return inbound("m1", thread=thread, author=author, channel_type=ChannelType("email"))


async def prove(world: World, conversation: Conversation) -> Outcome:
    return await world.ask(SendVerification(conversation_id=conversation.id, actor=AGENT))


async def test_in_a_conversation_by_mail_it_is_an_answer_there_to_its_author_alone(
    hub: World,
) -> None:
    mail = by_mail("anna@home.example", to="mallory@evil.example", cc="eve@evil.example")
    await hub.tell(mail)
    conversation = await hub.conversation("m1")

    outcome = await prove(hub, conversation)

    part, code = await sent(hub, outcome)
    after = await hub.conversation("m1")
    row = await hub.store.get(VERIFICATIONS, verification_id(code))
    to, cc = recipients(part)
    assert (part.channel_id, part.thread) == (conversation.channel_id, "m1")
    assert ([one.email for one in to], cc) == (["anna@home.example"], ())
    assert row is not None
    assert row.to == "anna@home.example"
    assert after.waiting_since is not None
    assert after.assignee_id is None


async def test_an_author_without_an_address_gets_no_link(hub: World) -> None:
    await hub.tell(by_mail("mail:x@evil.example", to="mallory@evil.example"))
    conversation = await hub.conversation("m1")

    outcome = await prove(hub, conversation)

    assert (outcome.status, outcome.code) == (OutcomeStatus.REFUSED, 409)
    assert await hub.texts("m1") == ["hello"]


@pytest.mark.parametrize(
    "identifiers, address, code",
    [
        ((), None, 409),
        ((GIVEN,), None, 409),
        ((GIVEN,), GIVEN.value, 422),
        ((ANNA,), "mallory@else.example", 422),
    ],
)
async def test_an_address_that_is_not_certain_gets_no_link(
    hub: World, identifiers: tuple[Identifier, ...], address: str | None, code: int
) -> None:
    await knows(hub, *identifiers)

    outcome = await send(hub, address=address)

    assert (outcome.status, outcome.code) == (OutcomeStatus.REFUSED, code)
    assert await rows(hub) == []
    assert await hub.texts() == ["hello"]


async def test_who_is_certain_already_is_not_asked(hub: World) -> None:
    await knows(hub, ANNA)
    conversation = await hub.conversation()
    fields = {"verified": True, "version": conversation.version + 1}
    await hub.store.commit([Update(CONVERSATIONS, conversation.id, fields)])

    assert (await send(hub)).code == 409


async def test_a_hub_that_customers_cannot_reach_says_what_is_missing(hub: World) -> None:
    await knows(hub, ANNA)
    hub.policy = replace(hub.policy, public_url=None)

    outcome = await send(hub)

    assert (outcome.code, "HUB_PUBLIC_URL" in (outcome.reason or "")) == (409, True)


async def test_three_links_an_hour_are_enough(hub: World) -> None:
    await knows(hub, ANNA)
    codes = []
    for _ in range(4):
        codes.append((await send(hub)).code)
        await hub.clock.advance(60)
    await hub.clock.advance(3600)

    assert codes == [201, 201, 201, 429]
    assert (await send(hub)).code == 201


async def test_once_the_contact_is_vouched_for_a_line_says_by_whose_word(hub: World) -> None:
    conversation = await hub.conversation()
    contact = await hub.store.get(CONTACTS, conversation.contact_id)
    assert contact is not None
    word = Vouch(by=AGENT, reason="link sent to anna@customer.example", at=START)
    fields = {"vouched": word, "version": contact.version + 1}
    timer = facts_timer(conversation.id, hub.clock.now())
    await hub.store.commit([Update(CONTACTS, contact.id, fields), Put(TIMERS, timer)])
    await hub.clock.advance(10)
    await Timers(hub.bus, hub.store, hub.clock).fire()
    await hub.settle()

    after = await hub.conversation()
    assert after.verified
    assert (await hub.texts())[-1] == "[verified]"


async def test_a_rule_sends_one_too_and_not_to_who_is_certain_already(hub: World) -> None:
    await knows(hub, ANNA)
    hub.decree(RULES, rule("Prove", on("message"), {"type": "verify"}))

    await hub.tell(inbound(text="my balance, please"))

    (row,) = await rows(hub)
    assert (row.to, row.by.name) == (ANNA.value, "rule Prove")


def test_addresses_are_certain_by_a_signature_or_by_having_written_from_them() -> None:
    values = {"contact_id": "k1", "created_at": START, "updated_at": START}
    visitor = {"id": "i1", "channel_type": "webchat", "external_id": "v1"}
    signed = Identity.model_validate(values | visitor | {"identifiers": (GIVEN, ANNA)})
    author = {"id": "i2", "channel_type": "email", "external_id": "anna@work.example"}
    typed = Identity.model_validate(values | author | {"external_id": "mallory@evil.example"})
    wrote = Identity.model_validate(values | author | {"heard_at": START})
    again = wrote.model_copy(update={"external_id": ANNA.value.upper()})

    assert certain_addresses([signed, typed, wrote, again]) == [ANNA.value, "anna@work.example"]
