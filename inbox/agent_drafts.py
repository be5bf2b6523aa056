"""What agents are writing: saved by version, so that no device writes over another's newer text.

The inbox writes these itself, for they are saved often and concern no customer. Only the end of a
draft that was sent is written by the router, in the commit that stores the message.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from inbox.news import News
from shared.clock import Clock
from shared.collections import AGENT_DRAFTS
from shared.errors import Conflict
from shared.events import DraftChanged
from shared.ids import AgentId, ConversationId
from shared.model.agent_draft import AgentDraft, DraftKind, agent_draft_id
from shared.model.people import Agent
from shared.ports.store import ABSENT, Page, Put, Store

KINDS: Final[tuple[DraftKind, ...]] = ("reply", "note")
MOST_SHOWN: Final = 100
"""Of one conversation."""


class Outdated(Exception):
    """Somebody has saved, sent or thrown away the draft since; ``current`` is how it stands."""

    def __init__(self, current: AgentDraft | None) -> None:
        super().__init__("the draft was changed elsewhere")
        self.current = current


@dataclass(frozen=True, slots=True)
class AgentDrafts:
    """Drafts by conversation, agent and kind. All methods raise ``Unavailable``."""

    store: Store
    clock: Clock
    news: News

    async def own(
        self, conversation_id: ConversationId, agent_id: str
    ) -> dict[DraftKind, AgentDraft]:
        """An agent's drafts in a conversation; an emptied one tells its version."""
        ids = {kind: agent_draft_id(conversation_id, agent_id, kind) for kind in KINDS}
        found = await self.store.get_many(AGENT_DRAFTS, list(ids.values()))
        return {kind: found[id] for kind, id in ids.items() if id in found}

    async def in_conversation(self, conversation_id: ConversationId) -> Sequence[AgentDraft]:
        """Everybody's, newest first."""
        page = await self.store.find(
            AGENT_DRAFTS,
            equal={"written": True, "conversation_id": conversation_id},
            order="updated_at",
            descending=True,
            limit=MOST_SHOWN,
        )
        return page.items

    async def of_agent(self, agent_id: str, cursor: str | None, limit: int) -> Page[AgentDraft]:
        """All that an agent has begun to write, newest first."""
        return await self.store.find(
            AGENT_DRAFTS,
            equal={"written": True, "agent_id": agent_id},
            order="updated_at",
            descending=True,
            cursor=cursor,
            limit=limit,
        )

    async def save(
        self,
        conversation_id: ConversationId,
        agent: Agent,
        kind: DraftKind,
        fields: Mapping[str, Any],
        *,
        version: int,
    ) -> AgentDraft:
        """Write it in the place of the version that the caller saw; 0: there was none.

        Raises ``Outdated`` when it is another by now.
        """
        id, now = agent_draft_id(conversation_id, agent.id, kind), self.clock.now()
        before = await self.store.get(AGENT_DRAFTS, id)
        if (before.version if before is not None else 0) != version:
            raise Outdated(before)
        draft = AgentDraft(
            id=id,
            conversation_id=conversation_id,
            agent_id=AgentId(agent.id),
            agent_name=agent.name,
            kind=kind,
            **fields,
            begun_at=before.begun_at if before is not None and before.written else now,
            updated_at=now,
            version=version + 1,
        )
        return await self._put(draft, before)

    async def discard(
        self, conversation_id: ConversationId, agent: Agent, kind: DraftKind, *, version: int
    ) -> AgentDraft | None:
        """Throw it away; what remains is empty. None: there was none. Raises ``Outdated``."""
        before = await self.store.get(AGENT_DRAFTS, agent_draft_id(conversation_id, agent.id, kind))
        if before is None or not before.written:
            return before
        if before.version != version:
            raise Outdated(before)
        now = self.clock.now()
        draft = AgentDraft(
            id=before.id,
            conversation_id=conversation_id,
            agent_id=before.agent_id,
            agent_name=agent.name,
            kind=kind,
            written=False,
            begun_at=before.begun_at,
            updated_at=now,
            emptied_at=now,
            version=version + 1,
        )
        return await self._put(draft, before)

    async def _put(self, draft: AgentDraft, before: AgentDraft | None) -> AgentDraft:
        expect = ABSENT if before is None else {"version": before.version}
        try:
            await self.store.commit([Put(AGENT_DRAFTS, draft, expect=expect)])
        except Conflict:
            current = await self.store.get(AGENT_DRAFTS, draft.id)
            if current != draft:  # else: the first try of a repeated commit went through
                raise Outdated(current) from None
        await self.news.tell(DraftChanged.of(draft))
        return draft
