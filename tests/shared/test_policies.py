"""The book of policies: ordered, whole, and renewed when another edition is out."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from shared.clock import SystemClock
from shared.collections import SETTINGS, TOPICS
from shared.envelope import Envelope
from shared.events import SettingsChanged
from shared.model.topic import Topic
from shared.payload import Payload
from shared.policies.book import EDITION, book_of, read_book
from shared.policies.defaults import ensure_policies
from shared.policies.shelf import Shelf
from shared.ports.bus import Exchange, Publication
from shared.ports.store import Delete, Increment
from tests.support.stores import Embedded, open_embedded
from tests.support.waiting import until

LIMIT_S = 4.0
AT = datetime(2026, 5, 4, 9, tzinfo=UTC)


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[Embedded]:
    async with open_embedded(tmp_path) as opened:
        yield opened


def topic(id: str, position: int) -> Topic:
    return Topic(id=id, name=id.title(), position=position, created_at=AT, updated_at=AT)


def test_documents_stand_by_position_and_then_by_id() -> None:
    book = book_of(1, {TOPICS.name: [topic("c", 1), topic("b", 0), topic("a", 1)]})

    assert [one.id for one in book.all(TOPICS)] == ["b", "a", "c"]
    assert book.get(TOPICS, "a") == topic("a", 1)
    assert book.get(TOPICS, None) is None


async def test_a_fresh_hub_has_four_topics_and_keeps_what_an_admin_removed(hub: Embedded) -> None:
    await ensure_policies(hub.store, AT)
    names = [one.id for one in (await read_book(hub.store)).all(TOPICS)]
    await hub.store.commit([Delete(TOPICS, "money")])

    await ensure_policies(hub.store, AT)

    assert names == ["technical", "advice", "money", "suggestions"]
    assert (await read_book(hub.store)).get(TOPICS, "money") is None


async def test_a_changed_policy_reaches_the_shelf_as_soon_as_it_is_told(hub: Embedded) -> None:
    await ensure_policies(hub.store, AT)
    shelf = Shelf()
    keeping = asyncio.create_task(shelf.keep(hub.store, hub.bus, SystemClock(), "test"))
    async with asyncio.timeout(LIMIT_S):
        await shelf.read.wait()
        await hub.store.commit(
            [Delete(TOPICS, "money"), Increment(SETTINGS, EDITION, {"version": 1})]
        )
        await hub.bus.publish([told()])

        async def renewed() -> bool:
            return len(shelf.book.all(TOPICS)) == 3

        await until(renewed, limit_s=LIMIT_S)
    keeping.cancel()


def told() -> Publication:
    """That some setting has changed."""
    event = SettingsChanged(collection=TOPICS.name, id="money")
    envelope = Envelope(
        id="e1", kind=event.kind, at=AT, source="test", trace_id="t", payload=Payload.of(event)
    )
    return Publication(Exchange.EVENTS, "settings-changed.hub.hub", envelope)
