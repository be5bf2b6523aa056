"""One request over many conversations, as routes."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, Field

from inbox.api.writing import CannedRequest
from inbox.bulk import MOST, Bulks, Chosen, Failed, Standing
from inbox.callers import Caller
from inbox.listing import filters
from inbox.permissions import Permission
from inbox.policies import Policies
from inbox.policy_checks.actions import names_in
from inbox.rest.route import Answer, Call, Nothing, Route
from inbox.rest.shapes import Items, OwnId, PageQuery
from shared.collections import BULKS
from shared.errors import BadRequest
from shared.model.action import TO_CUSTOMER, Actions
from shared.model.base import Strict, Utc
from shared.model.bulk import Bulk, BulkLeftOut
from shared.model.saved_view import ConversationFilter
from shared.policies.book import read_book
from shared.ports.store import Store
from shared.rules.checking import check_actions

_TAG = "bulk"
_Id = Annotated[str, Field(max_length=100)]


class BulkFilter(ConversationFilter):
    """Which conversations, as a list has them."""

    contact_id: str | None = None


class ManyRequest(Strict):
    """Ids of conversations, or a filter."""

    id: OwnId | None = None
    """Makes a repeat harmless."""
    ids: Annotated[tuple[_Id, ...], Field(max_length=MOST)] = ()
    filter: BulkFilter | None = None

    def chosen(self, caller: Caller, now: datetime) -> Chosen:
        """What that says. Raises ``BadRequest``."""
        if (self.filter is None) is not bool(self.ids):
            raise BadRequest("give ids or a filter", field="ids")
        if self.filter is None:
            return Chosen(ids=self.ids)
        return Chosen(wanted=filters(self.filter, caller, now))


class BulkActionsRequest(ManyRequest):
    """What is done to all of them."""

    actions: Actions


class BulkReplyRequest(ManyRequest):
    """What is written to all of them: a text with variables, or a canned reply."""

    text: str = Field(default="", max_length=20_000)
    canned: CannedRequest | None = None
    per_minute: int = Field(default=60, ge=1, le=1000)
    """So many leave in a minute."""

    def given(self) -> dict[str, Any]:
        """As each reply has it. Raises ``BadRequest``."""
        if bool(self.text.strip()) is (self.canned is not None):
            raise BadRequest("write a text or name a canned reply", field="text")
        if self.canned is not None:
            return {"canned": self.canned.use().model_dump(mode="json")}
        return {"text": self.text, "fill": True}


class BulkFailed(BaseModel):
    """A conversation in which it was not done."""

    conversation_id: str
    reason: str
    code: int
    reason_code: str | None
    field: str | None

    @classmethod
    def of(cls, one: Failed) -> "BulkFailed":
        """As it is shown."""
        return cls(
            conversation_id=one.conversation_id,
            reason=one.reason,
            code=one.code,
            reason_code=one.reason_code,
            field=one.field,
        )


class BulkView(BaseModel):
    """How far a request has come."""

    id: str
    kind: str
    by: str | None
    at: Utc
    total: int
    done: int
    waiting: int
    failed: list[BulkFailed]
    left_out: list[BulkLeftOut]
    """Not touched at all: no such conversation, or a closed reply window."""
    deliveries: dict[str, int]
    undone_at: Utc | None
    undone: int
    not_undone: list[BulkFailed]
    """Left as they are, for somebody has changed them since."""

    @classmethod
    def of(cls, one: Standing) -> "BulkView":
        """As it is shown."""
        bulk = one.bulk
        return cls(
            id=bulk.id,
            kind=bulk.kind.value,
            by=bulk.by.name,
            at=bulk.at,
            total=len(bulk.conversation_ids),
            done=one.done,
            waiting=one.waiting,
            failed=[BulkFailed.of(failed) for failed in one.failed],
            left_out=list(bulk.left_out),
            deliveries=one.deliveries,
            undone_at=bulk.undone_at,
            undone=one.undone,
            not_undone=[BulkFailed.of(failed) for failed in one.not_undone],
        )


@dataclass(frozen=True, slots=True)
class BulkApi:
    """The routes of bulk requests."""

    store: Store
    bulks: Bulks
    policies: Policies

    def routes(self) -> list[Route]:
        """What they are."""
        read, write = Permission.CONVERSATIONS_READ, Permission.CONVERSATIONS_WRITE
        return [
            Route(
                "POST", "/bulk", self.act, write, "Do something to many conversations", _TAG,
                body=BulkActionsRequest, answer=BulkView, status=202,
            ),
            Route(
                "POST", "/bulk/replies", self.reply, Permission.REPLY_TO_MANY,
                "Write one reply to many customers", _TAG,
                body=BulkReplyRequest, answer=BulkView, status=202,
            ),
            Route("GET", "/bulk", self.page, read, "Bulk requests, newest first", _TAG,
                  query=PageQuery, answer=Items[Bulk]),
            Route("GET", "/bulk/{id}", self.get, read, "How far it has come", _TAG,
                  answer=BulkView),
            Route("POST", "/bulk/{id}/undo", self.undo, write, "Put back what it changed", _TAG,
                  answer=BulkView, status=202),
        ]  # fmt: skip

    async def act(self, call: Call[Nothing, BulkActionsRequest]) -> Answer:
        """Keep it, and give the commands."""
        body = call.body
        _require_quiet(body.actions)
        check_actions(body.actions, await read_book(self.store), asked=True)
        await self.policies.require(names_in(body.actions))
        chosen = body.chosen(call.caller, self.bulks.clock.now())
        bulk = await self.bulks.act(chosen, body.actions, call.caller, body.id)
        return await self._answer(bulk.id)

    async def reply(self, call: Call[Nothing, BulkReplyRequest]) -> Answer:
        """Keep it, and give the commands."""
        body = call.body
        given, chosen = body.given(), body.chosen(call.caller, self.bulks.clock.now())
        bulk = await self.bulks.reply(chosen, given, body.per_minute, call.caller, body.id)
        return await self._answer(bulk.id)

    async def page(self, call: Call[PageQuery, Nothing]) -> Items[Bulk]:
        """One page."""
        page = await self.store.find(
            BULKS, equal={}, order="at", descending=True,
            cursor=call.query.cursor, limit=call.query.limit,
        )  # fmt: skip
        return Items(items=list(page.items), next=page.next)

    async def get(self, call: Call[Nothing, Nothing]) -> BulkView:
        """Counted anew."""
        return BulkView.of(await self.bulks.standing(call.path["id"]))

    async def undo(self, call: Call[Nothing, Nothing]) -> Answer:
        """Give the commands."""
        bulk = await self.bulks.undo(call.path["id"], call.caller)
        return await self._answer(bulk.id)

    async def _answer(self, id: str) -> Answer:
        return Answer(BulkView.of(await self.bulks.standing(id)), 202)


def _require_quiet(actions: Actions) -> None:
    """Writing to many has a way of its own: paced, once per contact, within open windows."""
    for place, action in enumerate(actions):
        if isinstance(action, TO_CUSTOMER):
            raise BadRequest(
                "many customers are written to by /bulk/replies", field=f"actions.{place}.type"
            )
