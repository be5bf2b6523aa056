"""Contacts are merged while messages of them come in: on every store nothing is lost or torn."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from inbox.contacts import Contacts
from inbox.merges import Merges
from inbox.news import News
from router.inbound.handling import handle
from router.policy import Policy
from router.unit import Unit
from router.work import Work
from shared.clock import ManualClock
from shared.collections import (
    ALL_COLLECTIONS,
    CONTACT_MERGES,
    CONTACTS,
    CONVERSATIONS,
    IDENTITIES,
    THREADS,
    TIMERS,
    thread_id,
)
from shared.errors import BadRequest, Conflict
from shared.ids import ExternalId, Partition, partition_of_slot, slot_for
from shared.model.conversation import Conversation
from shared.model.inbound import Inbound
from shared.model.people import Identifier, IdentifierKind, Participant
from shared.ports.store import Change, Store, Update
from tests.router.world import AGENT, CHANNEL, START, inbound, item_publication
from tests.support.document_stores import StoreImplementation
from tests.support.stores import open_embedded


@dataclass
class Scene:
    """A store, and those who write to it."""

    store: Store
    merges: Merges

    async def decided(self, item: Inbound) -> tuple[Unit, Partition]:
        """What the router will commit for an item, decided by how things stand now."""
        partition = partition_of_slot(slot_for(item.channel_id, item.thread.partition_key))
        unit = Unit(self.store, START)
        work = Work(unit, partition, Policy(), item_publication(item).envelope)
        await handle(work, item)
        return unit, partition

    async def take(self, item: Inbound) -> Conversation:
        """Let the router handle an item; returns its conversation."""
        unit, partition = await self.decided(item)
        await self.store.commit(unit.changes(partition))
        return await self.conversation(item.thread.external_id)

    async def conversation(self, chat: str) -> Conversation:
        thread = await self.store.get(THREADS, thread_id(CHANNEL, chat))
        assert thread is not None
        found = await self.store.get(CONVERSATIONS, thread.conversation_id or "")
        assert found is not None
        return found


class Interrupted:
    """A store before whose next commit something else happens."""

    def __init__(self, store: Store, meanwhile: Callable[[], Awaitable[object]]) -> None:
        self._store = store
        self._meanwhile: Callable[[], Awaitable[object]] | None = meanwhile

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    async def commit(self, changes: Sequence[Change]) -> None:
        meanwhile, self._meanwhile = self._meanwhile, None
        if meanwhile is not None:
            await meanwhile()
        await self._store.commit(changes)


@pytest.fixture
async def scene(implementation: StoreImplementation, tmp_path: Path) -> AsyncIterator[Scene]:
    clock = ManualClock(START)
    async with (
        open_embedded(tmp_path / "bus", clock=clock) as embedded,
        implementation.open(tmp_path / "store", ALL_COLLECTIONS) as store,
    ):
        yield Scene(store, Merges(Contacts(store, clock, News(embedded.bus, clock))))


def written_by(chat: str, person: str, *, phone: str | None = None) -> Inbound:
    told = Identifier(kind=IdentifierKind.PHONE, value=phone or "", verified=True)
    author = Participant(
        external_id=ExternalId(person), name=person, identifiers=(told,) if phone else ()
    )
    return inbound(chat, author=author)


async def test_a_case_that_begins_while_its_contact_is_merged_belongs_to_the_merged_one(
    scene: Scene,
) -> None:
    ann = await scene.take(written_by("chat-1", "ann"))
    bob = await scene.take(written_by("chat-2", "bob"))
    item = written_by("chat-4", "bob")
    late, partition = await scene.decided(item)

    await scene.merges.merge(ann.contact_id, bob.contact_id, AGENT)

    with pytest.raises(Conflict):
        await scene.store.commit(late.changes(partition))
    assert (await scene.take(item)).contact_id == ann.contact_id


async def test_a_case_that_begins_just_before_a_merge_is_told_of_it(scene: Scene) -> None:
    ann = await scene.take(written_by("chat-1", "ann"))
    bob = await scene.take(written_by("chat-2", "bob"))
    unit, partition = await scene.decided(written_by("chat-4", "bob"))
    contacts = scene.merges.contacts

    async def begin() -> None:
        await scene.store.commit(unit.changes(partition))

    between = Contacts(Interrupted(scene.store, begin), contacts.clock, contacts.news)
    await Merges(between).merge(ann.contact_id, bob.contact_id, AGENT)

    begun = await scene.conversation("chat-4")
    told = await scene.store.find(TIMERS, equal={}, order="due_at")
    assert f"facts/{begun.id}" in [timer.id for timer in told.items]
    page = await scene.merges.contacts.conversations(ann.contact_id, None, 10)
    assert {one.id for one in page.items} == {ann.id, bob.id, begun.id}


async def test_two_partitions_that_bring_one_verified_phone_at_once_find_each_other(
    scene: Scene,
) -> None:
    first = written_by("chat-1", "ann", phone="+79991234567")
    second = written_by("chat-2", "ann at home", phone="+79991234567")
    one, at_one = await scene.decided(first)
    other, at_other = await scene.decided(second)
    await scene.store.commit(one.changes(at_one))

    with pytest.raises(Conflict):
        await scene.store.commit(other.changes(at_other))
    again = await scene.take(second)

    assert again.contact_id == (await scene.conversation("chat-1")).contact_id
    made = await scene.store.find(CONTACT_MERGES, equal={"into_id": again.contact_id}, order="at")
    assert len(made.items) == 1


async def test_undoing_a_merge_restores_both(scene: Scene) -> None:
    ann = await scene.take(written_by("chat-1", "ann"))
    bob = await scene.take(written_by("chat-2", "bob"))
    known = {"labels": ("late",), "attributes": {"plan": "gold"}, "notes": "likes tea"}
    await scene.store.commit([Update(CONTACTS, bob.contact_id, known)])
    before = [await scene.store.get(CONTACTS, one.contact_id) for one in (ann, bob)]

    record = await scene.merges.merge(ann.contact_id, bob.contact_id, AGENT)
    merged = await scene.merges.contacts.get(bob.contact_id)
    await scene.merges.undo(record.id, AGENT, into_id=ann.contact_id)

    assert (merged.id, merged.notes, merged.attributes) == (
        ann.contact_id,
        "likes tea",
        {"plan": "gold"},
    )
    after = [await scene.store.get(CONTACTS, one.contact_id) for one in (ann, bob)]
    left_out = {"version", "updated_at"}
    assert [one and one.model_dump(exclude=left_out) for one in after] == [
        one and one.model_dump(exclude=left_out) for one in before
    ]
    identities = await scene.store.get_many(IDENTITIES, [ann.identity_id, bob.identity_id])
    assert identities[ann.identity_id].contact_id == ann.contact_id
    assert identities[bob.identity_id].contact_id == bob.contact_id


async def test_merges_are_undone_in_the_reverse_order(scene: Scene) -> None:
    ann, bob, cid = [
        await scene.take(written_by(f"chat-{n}", name))
        for n, name in enumerate(("ann", "bob", "cid"))
    ]
    first = await scene.merges.merge(bob.contact_id, ann.contact_id, AGENT)
    second = await scene.merges.merge(cid.contact_id, bob.contact_id, AGENT)

    with pytest.raises(BadRequest, match="later merge"):
        await scene.merges.undo(first.id, AGENT, into_id=bob.contact_id)
    await scene.merges.undo(second.id, AGENT, into_id=cid.contact_id)
    await scene.merges.undo(first.id, AGENT, into_id=bob.contact_id)

    for one in (ann, bob, cid):
        assert (await scene.merges.contacts.get(one.contact_id)).id == one.contact_id
