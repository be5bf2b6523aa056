"""The unit of work: what a commit is made of."""

from datetime import timedelta

import pytest

from router.known import Known
from router.unit import Unit
from shared.collections import CONTACTS, TIMERS
from shared.errors import Conflict
from shared.ids import ContactId, ConversationId, Partition
from shared.model.people import Contact
from shared.model.records import Timer
from shared.ports.store import Delete, Put, Range, Update
from tests.router.world import START, World

HERE = Partition(0)


def timer(id: str, minutes: int = 0) -> Timer:
    return Timer(
        id=id,
        kind="wake",
        conversation_id=ConversationId("c00" + "0" * 32),
        due_at=START + timedelta(minutes=minutes),
    )


def contact(id: str, name: str = "Boris") -> Contact:
    return Contact(id=ContactId(id), name=name, created_at=START, updated_at=START)


async def test_what_was_changed_is_seen_before_the_commit(world: World) -> None:
    unit = Unit(world.store, START)
    unit.put(TIMERS, timer("a"))

    found = await unit.get(TIMERS, "a")

    assert found == timer("a")
    assert await world.store.get(TIMERS, "a") is None


async def test_a_query_counts_in_what_was_changed_added_and_removed(world: World) -> None:
    await world.store.commit([Put(TIMERS, timer(id, n)) for n, id in enumerate("abc")])
    unit = Unit(world.store, START)
    await unit.get(TIMERS, "a")
    unit.put(TIMERS, timer("a", 10))
    unit.delete(TIMERS, "b")
    unit.put(TIMERS, timer("d", 1))

    found = await unit.find(TIMERS, equal={}, order="due_at")
    soon = await unit.find(
        TIMERS, equal={}, order="due_at", range=Range("due_at", le=START + timedelta(minutes=5))
    )

    assert [one.id for one in found] == ["d", "c", "a"]
    assert [one.id for one in soon] == ["d", "c"]


async def test_only_what_changed_is_written_and_under_the_version_that_was_read(
    world: World,
) -> None:
    await world.store.commit([Put(CONTACTS, contact("k1"))])
    unit = Unit(world.store, START)
    known = await unit.get(CONTACTS, "k1")
    assert known is not None

    unit.revise(CONTACTS, known, {"name": "Olga"})

    assert unit.changes(HERE) == [
        Update(CONTACTS, "k1", {"name": "Olga", "version": 2}, expect={"version": 1})
    ]


async def test_a_document_that_was_only_read_is_not_written(world: World) -> None:
    await world.store.commit([Put(CONTACTS, contact("k1"))])
    unit = Unit(world.store, START)

    await unit.get(CONTACTS, "k1")

    assert unit.changes(HERE) == []


async def test_a_commit_that_depends_on_a_document_fails_once_that_has_changed(
    world: World,
) -> None:
    await world.store.commit([Put(CONTACTS, contact("k1"))])
    unit = Unit(world.store, START)
    await unit.get(CONTACTS, "k1")
    unit.depend(CONTACTS, "k1")
    await world.store.commit([Update(CONTACTS, "k1", {"version": 2})])

    with pytest.raises(Conflict):
        await world.store.commit(unit.changes(HERE))


async def test_two_who_add_the_same_shared_document_do_not_both_win(world: World) -> None:
    unit = Unit(world.store, START)
    assert await unit.get(CONTACTS, "k1") is None
    unit.put(CONTACTS, contact("k1"))
    await world.store.commit([Put(CONTACTS, contact("k1", "Olga"))])

    with pytest.raises(Conflict):
        await world.store.commit(unit.changes(HERE))


async def test_a_rollback_forgets_everything_since_its_mark(world: World) -> None:
    await world.store.commit([Put(TIMERS, timer("a")), Put(TIMERS, timer("b"))])
    unit = Unit(world.store, START)
    unit.put(TIMERS, timer("kept"))
    mark = unit.mark()
    await unit.get(TIMERS, "a")
    unit.put(TIMERS, timer("a", 5))
    unit.delete(TIMERS, "b")
    unit.put(TIMERS, timer("new"))

    unit.rollback(mark)

    assert unit.changes(HERE) == [Put(TIMERS, timer("kept"))]
    assert await unit.get(TIMERS, "a") == timer("a")
    assert await unit.get(TIMERS, "b") == timer("b")


async def test_what_was_removed_unread_can_be_written_again(world: World) -> None:
    unit = Unit(world.store, START)
    unit.delete(TIMERS, "a")

    unit.put(TIMERS, timer("a"))

    assert unit.changes(HERE) == [Put(TIMERS, timer("a"))]


async def test_what_was_removed_unread_is_removed(world: World) -> None:
    unit = Unit(world.store, START)

    unit.delete(TIMERS, "a")

    assert unit.changes(HERE) == [Delete(TIMERS, "a")]


async def test_what_was_written_unread_and_then_removed_is_removed(world: World) -> None:
    """Two items of a batch: one sets a timer anew, the other is that timer's firing."""
    await world.store.commit([Put(TIMERS, timer("a"))])
    unit = Unit(world.store, START)
    unit.put(TIMERS, timer("a"))

    unit.delete(TIMERS, "a")

    await world.store.commit(unit.changes(HERE))
    assert await world.store.get(TIMERS, "a") is None


async def test_what_was_written_unread_and_taken_back_is_as_it_was(world: World) -> None:
    await world.store.commit([Put(TIMERS, timer("a"))])
    unit = Unit(world.store, START)
    mark = unit.mark()
    unit.put(TIMERS, timer("a", 5))

    unit.rollback(mark)

    assert await unit.get(TIMERS, "a") == timer("a")
    assert unit.changes(HERE) == []


async def test_what_is_presumed_absent_and_written_fails_the_commit_if_it_is_there(
    world: World,
) -> None:
    await world.store.commit([Put(TIMERS, timer("a"))])
    unit = Unit(world.store, START, Known(HERE))

    assert unit.presume_absent(TIMERS, "a")
    assert await unit.get(TIMERS, "a") is None
    unit.put(TIMERS, timer("a", 5))

    with pytest.raises(Conflict):
        await world.store.commit(unit.changes(HERE))


async def test_what_is_presumed_absent_and_only_looked_for_fails_the_commit_too(
    world: World,
) -> None:
    await world.store.commit([Put(TIMERS, timer("a"))])
    unit = Unit(world.store, START, Known(HERE))
    unit.presume_absent(TIMERS, "a")

    with pytest.raises(Conflict):
        await world.store.commit(unit.changes(HERE))


async def test_what_was_read_is_not_presumed_absent(world: World) -> None:
    await world.store.commit([Put(TIMERS, timer("a"))])
    unit = Unit(world.store, START, Known(HERE))
    await unit.get(TIMERS, "a")

    unit.presume_absent(TIMERS, "a")

    assert await unit.get(TIMERS, "a") == timer("a")
    assert unit.changes(HERE) == []
