"""Dead letters and the audit, as routes."""

from dataclasses import dataclass

from pydantic import Field

from inbox.dead_letters import DeadLetters
from inbox.permissions import Permission
from inbox.rest.route import Call, Nothing, Route
from inbox.rest.shapes import Items, PageQuery
from shared.collections import AUDIT
from shared.model.records import AuditEntry, DeadLetter, DeadLetterState
from shared.ports.store import Scalar


class DeadLettersQuery(PageQuery):
    """Which of them; all when no state is given."""

    state: DeadLetterState | None = None


class AuditQuery(PageQuery):
    """Of one conversation, or everything."""

    conversation_id: str | None = Field(default=None, max_length=100)


@dataclass(frozen=True, slots=True)
class DeadLettersApi:
    """The routes of ``/dead-letters`` and ``/audit``."""

    letters: DeadLetters

    def routes(self) -> list[Route]:
        """What they are."""
        allowed, tag = Permission.DEAD_LETTERS, "dead letters"
        return [
            Route(
                "GET", "/dead-letters", self.page, allowed, "What could not be handled", tag,
                query=DeadLettersQuery, answer=Items[DeadLetter],
            ),
            Route(
                "GET", "/dead-letters/{id}", self.show, allowed, "One, with its bytes", tag,
                answer=DeadLetter,
            ),
            Route(
                "POST", "/dead-letters/{id}/replay", self.replay, allowed, "Hand it in once more",
                tag, answer=DeadLetter,
            ),
            Route(
                "POST", "/dead-letters/{id}/drop", self.drop, allowed, "Put it aside for good",
                tag, answer=DeadLetter,
            ),
            Route(
                "GET", "/audit", self.audit, Permission.AUDIT_READ, "Who changed what", "audit",
                query=AuditQuery, answer=Items[AuditEntry],
            ),
        ]  # fmt: skip

    async def page(self, call: Call[DeadLettersQuery, Nothing]) -> Items[DeadLetter]:
        """Newest first, without what fills pages: their items and bytes."""
        query = call.query
        page = await self.letters.page(query.state, query.cursor, query.limit)
        brief = {"envelope": None, "raw_base64": None}
        items = [letter.model_copy(update=brief) for letter in page.items]
        return Items(items=items, next=page.next)

    async def show(self, call: Call[Nothing, Nothing]) -> DeadLetter:
        """One."""
        return await self.letters.get(call.path["id"])

    async def replay(self, call: Call[Nothing, Nothing]) -> DeadLetter:
        """As it stands afterwards."""
        return await self.letters.replay(call.path["id"], call.caller.actor)

    async def drop(self, call: Call[Nothing, Nothing]) -> DeadLetter:
        """As it stands afterwards."""
        return await self.letters.drop(call.path["id"], call.caller.actor)

    async def audit(self, call: Call[AuditQuery, Nothing]) -> Items[AuditEntry]:
        """Newest first."""
        query = call.query
        equal: dict[str, Scalar] = {}
        if query.conversation_id is not None:
            equal["conversation_id"] = query.conversation_id
        page = await self.letters.store.find(
            AUDIT,
            equal=equal,
            order="at",
            descending=True,
            cursor=query.cursor,
            limit=query.limit,
        )
        return Items(items=list(page.items), next=page.next)
