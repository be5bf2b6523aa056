"""What lists and boards ask of a store is the same on every implementation."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from inbox.board import Boards
from inbox.counts import Counts
from inbox.listing import Wanted, find
from inbox.search import Asked, Search
from router.numbers import Numbers
from shared.clock import ManualClock
from shared.collections import ALL_COLLECTIONS, CONVERSATIONS, COUNTERS
from shared.errors import Conflict
from shared.events import count_keys
from shared.ids import ChannelId, partition_of
from shared.model.conversation import Conversation, Status
from shared.ports.store import Change, Increment, Put, Scalar, Store
from tests.inbox.stage import AT, a_conversation
from tests.support.document_stores import StoreImplementation

HOUR = timedelta(hours=1)


@pytest.fixture
async def store(implementation: StoreImplementation, tmp_path: Path) -> AsyncIterator[Store]:
    async with implementation.open(tmp_path, ALL_COLLECTIONS) as store:
        yield store


async def keep(store: Store, *conversations: Conversation) -> None:
    """As the router keeps them."""
    changes: list[Change] = []
    for one in conversations:
        partition = partition_of(one.id)
        changes.append(Put(CONVERSATIONS, one))
        changes += [
            Increment(
                COUNTERS, f"{key}/{partition}", {"value": 1}, {"key": key, "partition": partition}
            )
            for key in sorted(count_keys(one))
        ]
    await store.commit(changes)


async def of_topics(store: Store) -> None:
    """Conversations of two topics and of none."""
    later = AT + HOUR
    await keep(
        store,
        a_conversation("one", topic="refunds", language="ru"),
        a_conversation("two", topic="refunds", assignee_id="anna", last_activity_at=later),
        a_conversation("three", topic="refunds", channel_id=ChannelId("mail"), language="en"),
        a_conversation("four", topic="repairs"),
        a_conversation("five"),
        a_conversation("done", topic="refunds", status=Status.RESOLVED),
    )


@pytest.mark.parametrize(
    "equal, expected",
    [
        ({"topic": "refunds"}, {"two", "one", "three"}),
        ({"topic": None}, {"five"}),
        ({"topic": "refunds", "channel_id": "mail"}, {"three"}),
        ({"topic": "refunds", "assignee_id": None}, {"one", "three"}),
        ({"language": "ru"}, {"one"}),
    ],
)
async def test_lists_by_topic_and_language_are_served(
    store: Store, equal: dict[str, Scalar], expected: set[str]
) -> None:
    await of_topics(store)

    page = await find(store, Wanted({"status": "open", **equal}), None, 50)

    assert {one.thread for one in page.items} == expected
    assert "two" not in expected or page.items[0].thread == "two"  # the newest comes first


async def test_topics_are_counted_by_what_was_kept(store: Store) -> None:
    await of_topics(store)
    counts = Counts(store)

    assert await counts.topics("open") == {"refunds": 3, None: 1, "repairs": 1}
    assert await counts.topics("open", channel_id="mail") == {"refunds": 1}
    assert await counts.topics("open", unassigned=True) == {"refunds": 2, None: 1, "repairs": 1}


async def test_no_two_conversations_have_one_number_and_those_without_are_many(
    store: Store,
) -> None:
    one, other = a_conversation("one", number=7), a_conversation("two", number=7)
    await keep(store, one, a_conversation("old"), a_conversation("older"))

    with pytest.raises(Conflict):
        await store.commit([Put(CONVERSATIONS, other)])

    hits, _ = await Search(store).page(Asked("#7"), None, 50)
    assert [hit.conversation.id for hit in hits] == [one.id]


async def test_numbers_are_given_once_by_processes_that_reserve_at_the_same_time(
    store: Store,
) -> None:
    async def take(numbers: Numbers) -> list[int]:
        return [await numbers.next() for _ in range(20)]

    processes = [Numbers(store, ManualClock(AT)) for _ in range(3)]
    taken = await asyncio.gather(*(take(one) for one in processes))

    every = [number for one in taken for number in one]
    assert sorted(set(every)) == sorted(every)


class Nobody:
    """No agents."""

    async def all(self) -> list[object]:
        """None."""
        return []


async def test_the_board_reads_what_waits_and_what_is_overdue(store: Store) -> None:
    await keep(
        store,
        a_conversation("late", due_at=AT + HOUR),
        a_conversation("later", due_at=AT + 2 * HOUR, status=Status.SNOOZED),
        a_conversation("in time", due_at=AT + 5 * HOUR, team_id="sales"),
        a_conversation("no deadline", assignee_id="anna"),
    )
    boards = Boards(store, ManualClock(AT + 4 * HOUR), Nobody())  # type: ignore[arg-type]

    board = await boards.now()

    assert [one.due_at for one in board.breaches] == [AT + HOUR, AT + 2 * HOUR]
    assert {one.id: (one.waiting, one.oldest_at) for one in board.queues} == {
        "-/-": (1, AT),
        "sales/-": (1, AT),
    }
