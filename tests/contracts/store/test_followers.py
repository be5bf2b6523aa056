"""The list of what an agent follows, on every store."""

from datetime import timedelta
from pathlib import Path

from shared.collections import ALL_COLLECTIONS, CONVERSATIONS
from shared.ids import AgentId
from shared.ports.store import Put, Update
from tests.inbox.stage import AT, a_conversation
from tests.support.document_stores import StoreImplementation

ANNA, MAXIM = AgentId("anna"), AgentId("maxim")


async def test_what_one_follows_is_found_newest_first_and_left_when_one_stops(
    implementation: StoreImplementation, tmp_path: Path
) -> None:
    cases = [
        a_conversation("a", followers=(ANNA, MAXIM)),
        a_conversation("b", followers=(MAXIM,)),
        a_conversation("c", followers=(MAXIM, ANNA), last_activity_at=AT + timedelta(hours=1)),
        a_conversation("d"),
    ]
    async with implementation.open(tmp_path, ALL_COLLECTIONS) as store:

        async def followed(agent_id: AgentId) -> list[str]:
            page = await store.find(
                CONVERSATIONS,
                equal={"followers": agent_id, "status": "open"},
                order="last_activity_at",
                descending=True,
            )
            return [one.thread for one in page.items]

        await store.commit([Put(CONVERSATIONS, case) for case in cases])
        before = await followed(ANNA)
        await store.commit([Update(CONVERSATIONS, cases[0].id, {"followers": (MAXIM,)})])

        assert before == ["c", "a"]
        assert await followed(ANNA) == ["c"]
        assert len(await followed(MAXIM)) == 3
