"""Beside the documents of rules: their dry run, and the log of what fired."""

from dataclasses import dataclass

from pydantic import BaseModel, Field

from inbox.dry_run import DryRuns, WouldFire
from inbox.permissions import Permission
from inbox.policies import Policies
from inbox.policy_kinds import RULE
from inbox.rest.route import Call, Nothing, Route
from inbox.rest.shapes import Items, PageQuery
from shared.collections import RULE_FIRINGS
from shared.errors import BadRequest
from shared.model.action import Action
from shared.model.base import Strict, Utc
from shared.model.rule import RuleFiring, RuleSpec
from shared.ports.store import Scalar, Store

_TAG = "policies"


class DryRunRequest(Strict):
    """A rule that is kept or not, and on what it is to be tried."""

    rule: RuleSpec
    since: Utc
    limit: int = Field(default=200, ge=1, le=1000)
    """At most so many conversations, newest activity first."""


class FiringView(BaseModel):
    """A firing that would have been."""

    conversation_id: str
    contact_name: str | None
    message_id: str | None
    text: str | None
    """The beginning of the message."""
    cause: str
    at: Utc
    actions: tuple[Action, ...]
    """Those that would have changed something."""

    @classmethod
    def of(cls, one: WouldFire) -> "FiringView":
        """As it is shown."""
        message = one.message
        return cls(
            conversation_id=one.conversation.id,
            contact_name=one.conversation.contact_name,
            message_id=message.id if message is not None else None,
            text=message.content.text[:200] if message is not None else None,
            cause=one.cause,
            at=one.at,
            actions=tuple(one.actions),
        )


class DryRunView(BaseModel):
    """What the rule would have done. Nothing was changed."""

    conversations: int
    """How many were looked at."""
    items: list[FiringView]


class FiringsQuery(PageQuery):
    """Which firings, newest first."""

    rule_id: str | None = Field(default=None, max_length=100)
    conversation_id: str | None = Field(default=None, max_length=100)


@dataclass(frozen=True, slots=True)
class RulesApi:
    """The routes of rules that other documents do not have."""

    store: Store
    policies: Policies
    dry_runs: DryRuns

    def routes(self) -> list[Route]:
        """What they are."""
        return [
            Route(
                "POST", "/rules/dry-run", self.dry_run, Permission.SETTINGS_MANAGE,
                "Try a rule on past conversations; nothing is changed", _TAG,
                body=DryRunRequest, answer=DryRunView,
            ),
            Route(
                "GET", "/rule-firings", self.firings, Permission.SETTINGS_READ,
                "The rules that fired in the last 30 days", _TAG,
                query=FiringsQuery, answer=Items[RuleFiring],
            ),
        ]  # fmt: skip

    async def dry_run(self, call: Call[Nothing, DryRunRequest]) -> DryRunView:
        """Refuses what would be refused when it is kept."""
        body = call.body
        await self.policies.check(RULE, body.rule, prefix="rule.")
        done = await self.dry_runs.run(body.rule, body.since, body.limit)
        items = [FiringView.of(one) for one in done.firings]
        return DryRunView(conversations=done.conversations, items=items)

    async def firings(self, call: Call[FiringsQuery, Nothing]) -> Items[RuleFiring]:
        """One page."""
        query = call.query
        equal: dict[str, Scalar] = {}
        if query.rule_id is not None:
            equal["rule_id"] = query.rule_id
        if query.conversation_id is not None:
            if equal:
                reason = "give a rule or a conversation, not both"
                raise BadRequest(reason, field="conversation_id")
            equal["conversation_id"] = query.conversation_id
        page = await self.store.find(
            RULE_FIRINGS, equal=equal, order="at", descending=True,
            cursor=query.cursor, limit=query.limit,
        )  # fmt: skip
        return Items(items=list(page.items), next=page.next)
