"""Drafts: answers that are suggested to agents. A conversation has at most one."""

from dataclasses import dataclass
from typing import Literal

from pydantic import Field

from inbox.api.orders import ConversationDone, Orders
from inbox.permissions import Permission
from inbox.rest.route import Answer, Call, Nothing, Route
from inbox.rest.shapes import Accepted, OwnId
from shared.collections import DRAFTS
from shared.commands import SettleDraft, Suggest
from shared.errors import NotFound
from shared.ids import ConversationId, slot_of
from shared.model.base import Strict
from shared.model.bots import Draft
from shared.ports.store import Store


class DraftRequest(Strict):
    """What is suggested."""

    id: OwnId | None = None
    text: str = Field(min_length=1, max_length=20_000)


class SettleQuery(Strict):
    """What became of it, and which version the caller saw."""

    how: Literal["accepted", "edited", "discarded"] = "discarded"
    version: int | None = Field(default=None, ge=1)


@dataclass(frozen=True, slots=True)
class DraftsApi:
    """``/drafts/{conversation id}``."""

    store: Store
    orders: Orders

    def routes(self) -> list[Route]:
        """What they are."""
        read, write = Permission.CONVERSATIONS_READ, Permission.CONVERSATIONS_WRITE
        path, tag, others = "/drafts/{id}", "drafts", {202: Accepted}
        return [
            Route(
                "GET", path, self.get, read, "The draft of a conversation", tag, answer=Draft
            ),
            Route(
                "PUT", path, self.put, write, "Suggest an answer", tag,
                body=DraftRequest, answer=ConversationDone, others=others,
            ),
            Route(
                "DELETE", path, self.settle, write, "Take a suggestion away: sent or not", tag,
                query=SettleQuery, answer=ConversationDone, others=others,
            ),
        ]  # fmt: skip

    async def get(self, call: Call[Nothing, Nothing]) -> Draft:
        """404 where there is none."""
        draft = await self.store.get(DRAFTS, _conversation_id(call.path["id"]))
        if draft is None:
            raise NotFound("nobody suggests an answer here")
        return draft

    async def put(self, call: Call[Nothing, DraftRequest]) -> Answer:
        """In place of an earlier one."""
        command = Suggest(
            conversation_id=_conversation_id(call.path["id"]),
            actor=call.caller.actor,
            text=call.body.text,
        )
        return await self.orders.for_conversation(call, command, call.body.id)

    async def settle(self, call: Call[SettleQuery, Nothing]) -> Answer:
        """The agent has taken it into the composer, or does not want it."""
        command = SettleDraft(
            conversation_id=_conversation_id(call.path["id"]),
            actor=call.caller.actor,
            how=call.query.how,
            version=call.query.version,
        )
        return await self.orders.for_conversation(call, command, None)


def _conversation_id(given: str) -> ConversationId:
    id = ConversationId(given)
    try:
        slot_of(id)
    except ValueError:
        raise NotFound("there is no such conversation") from None
    return id
