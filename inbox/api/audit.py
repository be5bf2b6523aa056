"""The audit as a route."""

from dataclasses import dataclass

from pydantic import Field

from inbox.audit_log import AuditFilter, AuditLog
from inbox.permissions import Permission
from inbox.rest.route import Call, Nothing, Route
from inbox.rest.shapes import Items, PageQuery
from shared.errors import BadRequest
from shared.model.base import Utc
from shared.model.records import AuditEntry


class AuditQuery(PageQuery):
    """Which entries; all of them when nothing is given. A page may be short and not the last."""

    conversation_id: str | None = Field(default=None, max_length=100)
    actor_id: str | None = Field(
        default=None, max_length=100, description="the id of the agent, bot or rule that did it"
    )
    action: str | None = Field(
        default=None, max_length=100,
        description="one action, or a family of them with its dot: `channel.` for `channel.added`",
    )  # fmt: skip
    since: Utc | None = None
    before: Utc | None = None


@dataclass(frozen=True, slots=True)
class AuditApi:
    """The route of ``/audit``."""

    log: AuditLog

    def routes(self) -> list[Route]:
        """What it is."""
        return [
            Route(
                "GET", "/audit", self.page, Permission.AUDIT_READ, "Who changed what", "audit",
                query=AuditQuery, answer=Items[AuditEntry],
            ),
        ]  # fmt: skip

    async def page(self, call: Call[AuditQuery, Nothing]) -> Items[AuditEntry]:
        """Newest first."""
        query = call.query
        if query.since is not None and query.before is not None and query.since >= query.before:
            raise BadRequest("ends before it begins", field="before")
        wanted = AuditFilter(
            actor_id=query.actor_id,
            conversation_id=query.conversation_id,
            action=query.action,
            since=query.since,
            before=query.before,
        )
        found, following = await self.log.page(wanted, query.cursor, query.limit)
        return Items(items=list(found), next=following)
