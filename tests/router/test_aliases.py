"""A person with two ids: whichever of them an event tells, it finds the same thread and contact."""

from pathlib import Path
from typing import Any

import pytest

from shared.collections import CONTACTS, IDENTITIES, identity_id
from shared.ids import ExternalId
from shared.model.conversation import Status
from shared.model.inbound import Inbound, InboundKind, Origin, ThreadRef
from shared.model.people import Participant
from tests.router.world import START, TYPE, a_world, inbound

_PHONE, _USER, _NEW = ExternalId("15551"), ExternalId("US.1"), ExternalId("US.2")


def _from(main: ExternalId, *aliases: ExternalId, **fields: Any) -> Inbound:
    thread = ThreadRef(external_id=main, partition_key=main, aliases=aliases)
    author = Participant(external_id=main, aliases=aliases, name="Boris")
    return inbound(**({"thread": thread, "author": author} | fields))


_ORDERS = {
    "number, both, id": (_from(_PHONE), _from(_USER, _PHONE), _from(_USER)),
    "both, number, id": (_from(_USER, _PHONE), _from(_PHONE), _from(_USER)),
    "both, id, number": (_from(_USER, _PHONE), _from(_USER), _from(_PHONE)),
    "id, both, number": (_from(_USER), _from(_USER, _PHONE), _from(_PHONE)),
    "number, id, both": (_from(_PHONE), _from(_USER, _PHONE), _from(_USER, _PHONE)),
}


@pytest.mark.parametrize("order", _ORDERS.values(), ids=_ORDERS)
async def test_events_by_either_id_stand_in_one_conversation(
    tmp_path: Path, order: tuple[Inbound, ...]
) -> None:
    async with a_world(tmp_path) as world:
        for item in order:
            await world.tell(item)

        assert len(await world.messages(_USER)) == len(order)
        assert len(await world.messages(_PHONE)) == len(order)


@pytest.mark.parametrize("order", _ORDERS.values(), ids=_ORDERS)
async def test_both_ids_lead_to_one_contact(tmp_path: Path, order: tuple[Inbound, ...]) -> None:
    async with a_world(tmp_path) as world:
        for item in order:
            await world.tell(item)

        by_phone = await world.store.get(IDENTITIES, identity_id(TYPE, _PHONE))
        by_user = await world.store.get(IDENTITIES, identity_id(TYPE, _USER))
        assert by_phone is not None
        assert by_user is not None
        assert by_phone.contact_id == by_user.contact_id


async def test_two_conversations_become_one_when_their_ids_turn_out_to_be_one_person(
    tmp_path: Path,
) -> None:
    async with a_world(tmp_path) as world:
        await world.tell(_from(_PHONE, text="by number"))
        await world.tell(_from(_USER, text="by id"))

        await world.tell(_from(_USER, _PHONE, text="by both"))

        assert await world.texts(_USER) == ["by id", "by both"]
        assert await world.texts(_PHONE) == ["by id", "by both"]


async def test_a_new_id_goes_on_in_the_conversation_of_the_old_one_with_its_contact(
    tmp_path: Path,
) -> None:
    async with a_world(tmp_path) as world:
        await world.tell(_from(_USER, _PHONE, text="before"))
        renamed = ThreadRef(external_id=_NEW, partition_key=_USER, renamed_from=_USER)
        who = Participant(external_id=_NEW, aliases=(_USER, _PHONE), name="Boris")
        told: dict[str, Any] = {"thread": renamed, "author": who, "external_id": None}

        await world.tell(inbound(kind=InboundKind.THREAD, service="number_changed", **told))
        await world.tell(inbound(kind=InboundKind.CONTACT, **told))
        await world.tell(_from(_NEW, text="after"))

        assert await world.texts(_NEW) == ["before", "[number_changed]", "after"]
        old = await world.store.get(IDENTITIES, identity_id(TYPE, _USER))
        new = await world.store.get(IDENTITIES, identity_id(TYPE, _NEW))
        assert old is not None
        assert new is not None
        assert old.contact_id == new.contact_id


async def test_what_was_written_before_opens_nothing_and_nobody_waits(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        await world.tell(inbound(text="long ago", history=True))
        ours = inbound(text="we said", history=True, origin=Origin.AGENT_APP, author=None)
        await world.tell(ours)

        conversation = await world.conversation()

        assert conversation.status is Status.RESOLVED
        assert (conversation.unread, conversation.waiting_since) == (0, None)
        assert await world.texts() == ["long ago", "we said"]


async def test_history_that_comes_late_leaves_an_open_case_as_it_is(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        await world.tell(inbound(text="now"))

        await world.tell(inbound(text="long ago", history=True))

        conversation = await world.conversation()
        assert conversation.status is Status.OPEN
        assert (conversation.unread, conversation.waiting_since) == (1, START)


async def test_a_second_id_makes_no_second_contact(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        await world.tell(_from(_USER, _PHONE))
        await world.tell(_from(_PHONE))

        contacts = await world.store.find(CONTACTS, equal={}, limit=10)

        assert len(contacts.items) == 1
