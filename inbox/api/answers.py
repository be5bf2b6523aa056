"""Answers that are kept for use: canned replies filled in, their uses, and macros run."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from pydantic import BaseModel, Field

from inbox.api.conversations import conversation
from inbox.api.orders import ConversationDone, Orders
from inbox.permissions import Permission
from inbox.policies import Policies
from inbox.policy_kinds import MACRO
from inbox.rest.route import Answer, Call, Nothing, Route
from inbox.rest.shapes import Accepted, Items, OwnId
from shared.answers.render import (
    Known,
    NotRendered,
    canned,
    known_of,
    rendered,
    require_kept,
)
from shared.clock import Clock
from shared.collections import CANNED_USAGE, CHANNELS
from shared.commands import Act
from shared.errors import BadRequest
from shared.model.base import Strict
from shared.model.canned_reply import CannedFile, CannedReplySpec, CannedUse, Slot
from shared.model.conversation import Conversation
from shared.policies.book import Book, read_book
from shared.ports.store import Store

_Value = Annotated[str, Field(max_length=5000)]


class FillRequest(Strict):
    """A canned reply, what its places are filled with, and the text if it was edited."""

    canned_reply_id: str = Field(min_length=1, max_length=100)
    values: dict[str, _Value] = Field(default_factory=dict, max_length=50)
    text: str = Field(default="", max_length=100_000)


class CannedProblem(BaseModel):
    """Why it cannot be sent so."""

    code: str
    variable: str
    field: str
    reason: str


class FilledReply(BaseModel):
    """A canned reply as it would be sent in this conversation."""

    text: str
    """Empty while a place is missing."""
    files: tuple[CannedFile, ...]
    slots: tuple[Slot, ...]
    """The places that whoever sends it fills in."""
    problem: CannedProblem | None = None


class CannedUses(BaseModel):
    """How often a canned reply was sent."""

    canned_reply_id: str
    uses: int


class MacroRequest(Strict):
    """Which macro, and what the places of its replies are filled with."""

    id: OwnId | None = None
    macro_id: str = Field(min_length=1, max_length=100)
    values: dict[str, _Value] = Field(default_factory=dict, max_length=50)


@dataclass(frozen=True, slots=True)
class AnswersApi:
    """The routes of kept answers that are no documents."""

    store: Store
    clock: Clock
    orders: Orders
    policies: Policies

    def routes(self) -> list[Route]:
        """What they are."""
        write = Permission.CONVERSATIONS_WRITE
        return [
            Route(
                "POST", "/conversations/{id}/canned-reply", self.fill, write,
                "A canned reply filled in for this conversation; nothing is sent", "messages",
                body=FillRequest, answer=FilledReply,
            ),
            Route(
                "POST", "/conversations/{id}/macro", self.run, write, "Run a macro",
                "conversations", body=MacroRequest, answer=ConversationDone,
                others={202: Accepted},
            ),
            Route(
                "GET", "/canned-reply-uses", self.uses, Permission.SETTINGS_READ,
                "How often canned replies were sent", "policies", answer=Items[CannedUses],
            ),
        ]  # fmt: skip

    async def fill(self, call: Call[Nothing, FillRequest]) -> FilledReply:
        """By the same rules as the router."""
        body, target = call.body, await conversation(self.store, call.path["id"])
        book = await read_book(self.store)
        spec = canned(book, body.canned_reply_id)
        if spec is None:
            raise BadRequest("there is no such canned reply", field="canned_reply_id")
        known = await known_for(self.store, self.clock, book, target, call.caller.actor.name)
        try:
            made = rendered(book, spec, target, known, body.values)
            if body.text.strip():
                require_kept(spec, body.values, body.text)
        except NotRendered as error:
            problem = CannedProblem(
                code=error.code, variable=error.variable, field=error.field, reason=str(error)
            )
            return FilledReply(text="", files=(), slots=spec.slots, problem=problem)
        return FilledReply(text=body.text or made.text, files=made.files, slots=spec.slots)

    async def run(self, call: Call[Nothing, MacroRequest]) -> Answer:
        """All of its actions in one commit, or none."""
        target = await conversation(self.store, call.path["id"])
        macro = await self.policies.get(MACRO, call.body.macro_id)
        command = Act(
            conversation_id=target.id,
            actor=call.caller.actor,
            actions=macro.actions,
            name=macro.name,
            values=call.body.values,
        )
        return await self.orders.for_conversation(call, command, call.body.id)

    async def uses(self, call: Call[Nothing, Nothing]) -> Items[CannedUses]:
        """Summed over the partitions, most used first."""
        del call
        totals: dict[str, int] = {}
        cursor = None
        while True:
            page = await self.store.find(CANNED_USAGE, equal={}, cursor=cursor, limit=500)
            for row in page.items:
                totals[row.canned_reply_id] = totals.get(row.canned_reply_id, 0) + row.uses
            cursor = page.next
            if cursor is None:
                break
        ordered = sorted(totals.items(), key=lambda one: (-one[1], one[0]))
        return Items(items=[CannedUses(canned_reply_id=id, uses=uses) for id, uses in ordered])


async def known_for(
    store: Store, clock: Clock, book: Book, target: Conversation, author: str | None
) -> Known:
    """What variables are filled with for this author."""
    channel = await store.get(CHANNELS, target.channel_id)
    return known_of(
        book,
        target,
        author=author,
        channel=channel.name if channel is not None else None,
        now=clock.now(),
    )


async def filled_content(
    store: Store, clock: Clock, target: Conversation, use: CannedUse, text: str, author: str | None
) -> tuple[str, Sequence[CannedFile]]:
    """The text and files of a canned reply as it would be sent. Raises ``BadRequest``."""
    book = await read_book(store)
    spec: CannedReplySpec | None = canned(book, use.id)
    if spec is None:
        raise BadRequest("there is no such canned reply", field="canned.id")
    known = await known_for(store, clock, book, target, author)
    try:
        made = rendered(book, spec, target, known, use.values)
        if text.strip():
            require_kept(spec, use.values, text)
    except NotRendered as error:
        field = error.field if error.field == "text" else f"canned.{error.field}"
        raise BadRequest(str(error), field=field) from None
    return text if text.strip() else made.text, made.files if use.files else ()
