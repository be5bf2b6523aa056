"""Drafts of agents, on every store: one writer wins, lists know only what is written, and an
emptied one goes after a week."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from inbox.agent_drafts import AgentDrafts, Outdated
from inbox.news import News
from shared.clock import ManualClock
from shared.collections import AGENT_DRAFTS, ALL_COLLECTIONS
from shared.errors import Unavailable
from shared.ids import ConversationId
from shared.model.agent_draft import AgentDraft
from shared.model.people import Agent
from shared.ports.store import Store
from tests.support.document_stores import StoreImplementation

AT = datetime(2026, 3, 30, 9, tzinfo=UTC)
ANNA = Agent(id="anna", email="anna@example.com", name="Anna", created_at=AT)
MAXIM = Agent(id="maxim", email="maxim@example.com", name="Maxim", created_at=AT)
CASE = ConversationId("c1")


class Away:
    """A bus that is away: what is told by it is a hint, and the draft is saved all the same."""

    async def publish(self, publications: Any) -> None:
        raise Unavailable("the bus is away")


def drafts_of(store: Store, clock: ManualClock) -> AgentDrafts:
    return AgentDrafts(store, clock, News(Away(), clock))  # type: ignore[arg-type]


async def test_of_two_devices_that_save_at_once_one_counts(
    implementation: StoreImplementation, tmp_path: Path
) -> None:
    clock = ManualClock(AT)
    async with implementation.open(tmp_path, ALL_COLLECTIONS) as store:
        drafts = drafts_of(store, clock)

        async def save(text: str, version: int) -> AgentDraft | Outdated:
            try:
                return await drafts.save(CASE, ANNA, "reply", {"text": text}, version=version)
            except Outdated as outdated:
                return outdated

        first = await asyncio.gather(*(save(f"{n}", 0) for n in range(4)))
        second = await asyncio.gather(*(save(f"{n}", 1) for n in range(4)))
        now = (await drafts.own(CASE, ANNA.id))["reply"]

    for round in (first, second):
        assert sum(isinstance(one, AgentDraft) for one in round) == 1
    assert now.version == 2
    assert now in second


async def test_lists_hold_what_is_written_by_conversation_and_by_agent(
    implementation: StoreImplementation, tmp_path: Path
) -> None:
    clock = ManualClock(AT)
    async with implementation.open(tmp_path, ALL_COLLECTIONS) as store:
        drafts = drafts_of(store, clock)
        for agent, case in ((ANNA, "c1"), (ANNA, "c2"), (MAXIM, "c1")):
            await drafts.save(ConversationId(case), agent, "reply", {"text": "x"}, version=0)
            await clock.advance(1)
        await drafts.discard(ConversationId("c2"), ANNA, "reply", version=1)

        here = [one.agent_id for one in await drafts.in_conversation(CASE)]
        hers = [one.conversation_id for one in (await drafts.of_agent("anna", None, 10)).items]

    assert here == ["maxim", "anna"]
    assert hers == ["c1"]


async def test_an_emptied_draft_goes_after_a_week_and_a_written_one_stays(
    implementation: StoreImplementation, tmp_path: Path
) -> None:
    clock = ManualClock(AT)
    async with implementation.open(tmp_path, ALL_COLLECTIONS) as store:
        drafts = drafts_of(store, clock)
        await drafts.save(CASE, ANNA, "reply", {"text": "x"}, version=0)
        await drafts.save(CASE, MAXIM, "reply", {"text": "x"}, version=0)
        await drafts.discard(CASE, MAXIM, "reply", version=1)

        await store.expire(AT + timedelta(days=6))
        soon = await drafts.own(CASE, MAXIM.id)
        await store.expire(AT + timedelta(days=8))

        assert soon["reply"].written is False
        assert await drafts.own(CASE, MAXIM.id) == {}
        assert await store.get(AGENT_DRAFTS, "c1/anna/reply") is not None
