"""What the assigner asks of a store is the same on every implementation."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from router.assigner.snapshot import Reader
from shared.clock import ManualClock
from shared.collections import AGENT_LOADS, CONVERSATIONS, LEASES, OUTCOMES, RESERVATIONS
from shared.errors import Conflict
from shared.ids import AgentId, CommandId, ConversationId
from shared.leases import Leases
from shared.model.conversation import Status
from shared.model.queueing import AgentLoad, Reservation
from shared.ports.store import ABSENT, Put, Store, Update
from tests.inbox.stage import AT, a_conversation
from tests.support.document_stores import StoreImplementation

COLLECTIONS = (CONVERSATIONS, LEASES, RESERVATIONS, OUTCOMES, AGENT_LOADS)


@pytest.fixture
async def store(implementation: StoreImplementation, tmp_path: Path) -> AsyncIterator[Store]:
    async with implementation.open(tmp_path, COLLECTIONS) as store:
        yield store


async def test_what_waits_is_what_neither_person_nor_bot_has_the_oldest_first(
    store: Store,
) -> None:
    later = AT + timedelta(minutes=1)
    conversations = {
        "young": a_conversation("young", created_at=later),
        "old": a_conversation("old"),
        "held": a_conversation("held", assignee_id="anna"),
        "bot": a_conversation("bot", bot_id="bot-menu"),
        "done": a_conversation("done", status=Status.RESOLVED),
        "again": a_conversation("again", assignee_id="anna", created_at=AT - timedelta(days=1)),
    }
    await store.commit([Put(CONVERSATIONS, one) for one in conversations.values()])
    again = conversations["again"].id
    await store.commit([Update(CONVERSATIONS, again, {"assignee_id": None})])

    found = [one.thread async for one in Reader(store).waiting()]
    held = [one.thread async for one in Reader(store).held_by("anna")]

    assert found == ["again", "old", "young"]
    assert held == ["held"]


async def test_a_place_is_written_down_only_under_the_present_lease(store: Store) -> None:
    clock = ManualClock(AT)
    old = await Leases(store, clock, "one").claim("assigner")
    await clock.advance(60)
    new = await Leases(store, clock, "two").claim("assigner")
    assert old is not None
    assert new is not None
    row = Reservation(
        id=ConversationId("c1"),
        agent_id=AgentId("anna"),
        weight=1,
        command_id=CommandId("x1"),
        command={"agent_id": "anna"},
        valid_until=AT,
        epoch=new.epoch,
    )

    with pytest.raises(Conflict):
        await store.commit([Leases.fence(old), Put(RESERVATIONS, row)])
    await store.commit([Leases.fence(new), Put(RESERVATIONS, row)])

    assert await Reader(store).reservations() == [row]


async def test_of_two_who_add_to_a_load_one_decides_again(store: Store) -> None:
    await store.commit([Put(AGENT_LOADS, AgentLoad(id="anna", weight=1), expect=ABSENT)])
    more = {"weight": 2, "version": 2}
    await store.commit([Update(AGENT_LOADS, "anna", more, expect={"version": 1})])

    with pytest.raises(Conflict):
        await store.commit([Update(AGENT_LOADS, "anna", more, expect={"version": 1})])

    assert await store.get(AGENT_LOADS, "anna") == AgentLoad(id="anna", weight=2, version=2)
