"""One person on two channels, what conversations hold of contacts, and blocked ones."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from router.contacts.facts import facts_of
from router.timers import Timers
from shared.collections import CONTACT_MERGES, CONTACTS, IDENTITIES, KEPT_APART, SEGMENTS
from shared.commands import Resolve
from shared.contacts.merging import undoing
from shared.contacts.segments import segments_of
from shared.ids import ChannelType, ContactId, ExternalId, IdentityId
from shared.model.conversation import Status
from shared.model.inbound import Inbound
from shared.model.merge import ContactMerge, KeptApart, pair_id
from shared.model.people import (
    Actor,
    ActorKind,
    Block,
    Contact,
    Identifier,
    IdentifierKind,
    Identity,
    Participant,
    Vouch,
)
from shared.model.segment import Segment, SegmentRule
from shared.policies.book import book_of
from shared.ports.store import Put, Update
from tests.router.world import AGENT, START, World, inbound

PHONE = "+7 999 123-45-67"


def from_person(
    chat: str, *identifiers: Identifier, type_: str = "telegram", **fields: Any
) -> Inbound:
    """A message of somebody with these addresses."""
    author = Participant(
        external_id=ExternalId(f"user-{chat}"), name=f"Name {chat}", identifiers=identifiers
    )
    return inbound(chat, channel_type=ChannelType(type_), author=author, **fields)


def phone(value: str = PHONE, *, verified: bool = True) -> Identifier:
    return Identifier(kind=IdentifierKind.PHONE, value=value, verified=verified)


async def merges(world: World, contact_id: str) -> Sequence[ContactMerge]:
    page = await world.store.find(CONTACT_MERGES, equal={"into_id": contact_id}, order="at")
    return page.items


async def fire(world: World) -> None:
    await Timers(world.bus, world.store, world.clock).fire()
    await world.settle()


async def test_one_verified_phone_on_two_channels_is_one_contact(world: World) -> None:
    await world.tell(from_person("chat-1", phone()))
    await world.tell(from_person("mail-1", phone("8 (999) 1234567"), type_="email"))
    await fire(world)

    first, second = await world.conversation("chat-1"), await world.conversation("mail-1")
    assert first.contact_id == second.contact_id
    assert first.verified
    [record] = await merges(world, first.contact_id)
    assert record.key == "phone:+79991234567"
    gone = await world.store.get(CONTACTS, record.from_id)
    assert gone is not None
    assert (gone.merged_into, gone.name) == (first.contact_id, "Name mail-1")


async def test_addresses_that_nobody_verified_merge_nothing(world: World) -> None:
    await world.tell(from_person("chat-1", phone()))
    await world.tell(from_person("mail-1", phone(verified=False), type_="email"))

    first, second = await world.conversation("chat-1"), await world.conversation("mail-1")
    assert first.contact_id != second.contact_id
    page = await world.store.find(
        IDENTITIES, equal={"keys": "phone:+79991234567"}, order="created_at"
    )
    assert {one.contact_id for one in page.items} == {first.contact_id, second.contact_id}


async def test_a_phone_that_is_verified_later_merges_then_and_the_first_case_learns_of_it(
    world: World,
) -> None:
    await world.tell(from_person("chat-1", phone(verified=False)), from_person("mail-1", phone()))
    before = await world.conversation("mail-1")

    await world.tell(from_person("chat-1", phone()))
    await fire(world)

    first, second = await world.conversation("chat-1"), await world.conversation("mail-1")
    assert first.contact_id == second.contact_id
    assert before.contact_id in {
        first.contact_id,
        (await merges(world, first.contact_id))[0].from_id,
    }


async def test_both_in_one_batch_are_one_contact(world: World) -> None:
    await world.tell(from_person("chat-1", phone()), from_person("chat-2", phone()))
    await fire(world)

    first, second = await world.conversation("chat-1"), await world.conversation("chat-2")
    assert first.contact_id == second.contact_id


async def test_who_is_kept_apart_is_not_merged_again(world: World) -> None:
    await world.tell(from_person("chat-1", phone(verified=False)), from_person("mail-1", phone()))
    one, other = await world.conversation("chat-1"), await world.conversation("mail-1")
    apart = KeptApart(id=pair_id(one.contact_id, other.contact_id), by=AGENT, at=START)
    await world.store.commit([Put(KEPT_APART, apart)])

    await world.tell(from_person("chat-1", phone()))

    assert (await world.conversation("chat-1")).contact_id == one.contact_id
    assert await merges(world, one.contact_id) == await merges(world, other.contact_id) == []


async def test_a_new_case_has_the_facts_of_its_contact(world: World) -> None:
    rule = SegmentRule(attributes={"plan": "gold"})
    world.decree(
        SEGMENTS,
        Segment(id="vip", name="VIP", rule=rule, created_at=START, updated_at=START),
        Segment(id="company", name="Company", position=1, created_at=START, updated_at=START),
    )
    await world.tell(inbound(text="Guten Tag, wann kommt meine Bestellung?"))
    conversation = await world.conversation()
    assert (conversation.language, conversation.segments) == ("de", ())
    await world.ask(Resolve(conversation_id=conversation.id, actor=AGENT))
    known = {"attributes": {"plan": "Gold"}, "segments": ("company",), "language": "ru"}
    vouched = {"vouched": Vouch(by=AGENT, at=START)}
    await world.store.commit([Update(CONTACTS, conversation.contact_id, known | vouched)])

    await world.tell(inbound(text="Noch etwas"))

    again = await world.conversation()
    assert again.id == conversation.id
    assert (again.language, again.segments, again.verified) == ("ru", ("vip", "company"), True)


@pytest.mark.parametrize("text, language", [("ok", "kk"), ("where is my order?", "en")])
async def test_the_channels_locale_holds_until_the_first_text_tells_otherwise(
    world: World, text: str, language: str
) -> None:
    author = Participant(external_id=ExternalId("u"), name="B", language="kk-KZ")

    await world.tell(inbound(author=author, text=text), inbound(author=author, text="hello"))

    assert (await world.conversation()).language == language


async def test_a_blocked_contact_is_kept_and_raises_nothing_until_the_block_ends(
    world: World,
) -> None:
    await world.tell(inbound(text="first"))
    conversation = await world.conversation()
    await world.ask(Resolve(conversation_id=conversation.id, actor=AGENT))
    block = Block(reason="threats", until=START + timedelta(hours=1), by=AGENT, at=START)
    await world.store.commit([Update(IDENTITIES, conversation.identity_id, {"block": block})])

    await world.tell(inbound(text="muted"))
    during = await world.conversation()
    muted = (await world.messages())[-1]
    await world.clock.advance(timedelta(hours=1).total_seconds())
    await world.tell(inbound(text="heard"))
    after = await world.conversation()

    assert (muted.content.text, muted.muted) == ("muted", True)
    assert (during.status, during.unread, during.waiting_since) == (Status.RESOLVED, 0, None)
    assert (after.id, after.status, after.unread) == (conversation.id, Status.OPEN, 1)
    assert await world.texts() == ["first", "[resolved]", "muted", "[reopened]", "heard"]


async def test_a_blocked_contact_in_a_new_thread_opens_no_case(world: World) -> None:
    await world.tell(inbound("chat-1"))
    identity_id = (await world.conversation("chat-1")).identity_id
    block = Block(reason="spam", by=AGENT, at=START)
    await world.store.commit([Update(IDENTITIES, identity_id, {"block": block})])
    author = Participant(external_id=ExternalId("user-chat-1"), name="Boris")

    await world.tell(inbound("chat-2", author=author, text="elsewhere"))

    elsewhere = await world.conversation("chat-2")
    assert (elsewhere.status, elsewhere.unread) == (Status.RESOLVED, 0)
    assert await world.texts("chat-2") == ["elsewhere"]


SYSTEM = Actor(kind=ActorKind.SYSTEM)


def contact(id: str, **fields: Any) -> Contact:
    values = {"id": ContactId(id), "created_at": START, "updated_at": START}
    return Contact.model_validate(values | fields)


@pytest.mark.parametrize(
    "rule, fits",
    [
        (SegmentRule(labels=("vip",)), True),
        (SegmentRule(labels=("vip", "other")), False),
        (SegmentRule(attributes={"company": "*"}), True),
        (SegmentRule(attributes={"company": "acme"}, language="en"), True),
        (SegmentRule(attributes={"company": "*"}, language="ru"), False),
        (SegmentRule(), False),
    ],
)
def test_a_rule_takes_in_whom_it_describes(rule: SegmentRule, fits: bool) -> None:
    somebody = contact("k1", labels=("vip",), attributes={"company": "ACME"}, language="en-GB")
    segment = Segment(id="s", name="S", rule=rule, created_at=START, updated_at=START)

    assert segments_of(somebody, [segment]) == (("s",) if fits else ())


def test_undoing_keeps_what_was_changed_by_hand_since() -> None:
    before = contact("k1", labels=("a",), attributes={"x": "1"})
    after = before.model_copy(
        update={"labels": ("a", "b"), "attributes": {"x": "1", "y": "2"}, "name": "Ann"}
    )
    record = ContactMerge(
        id="j1", into_id=ContactId("k1"), from_id=ContactId("k2"), identity_ids=(),
        before=before, after=after, by=SYSTEM, at=START,
    )  # fmt: skip
    now = after.model_copy(update={"labels": ("a", "b", "c"), "name": "Anna"})

    plan = undoing(record, now, contact("k2"), (), (), by=SYSTEM, at=START)

    assert plan.into["labels"] == ("a", "c")
    assert plan.into["attributes"] == {"x": "1"}
    assert "name" not in plan.into


def test_an_account_on_a_messenger_does_not_tell_who_somebody_is() -> None:
    own = Identifier(kind=IdentifierKind.PLATFORM_ID, value="17", verified=True)
    signed = Identifier(kind=IdentifierKind.PLATFORM_ID, value="customer-9", verified=True)
    identity = Identity(
        id=IdentityId("i"), channel_type=ChannelType("telegram"), external_id=ExternalId("17"),
        contact_id=ContactId("k1"), identifiers=(own,), created_at=START, updated_at=START,
    )  # fmt: skip
    on_site = identity.model_copy(update={"identifiers": (own, signed)})
    book = book_of(1, {})

    assert not facts_of(None, identity, book)["verified"]
    assert facts_of(None, on_site, book)["verified"]
