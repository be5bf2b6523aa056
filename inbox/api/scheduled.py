"""Scheduled replies: a list, another time or text. They are taken back like any other reply."""

from dataclasses import dataclass

from pydantic import Field

from inbox.api.orders import MessageDone, Orders
from inbox.permissions import Permission
from inbox.rest.route import Answer, Call, Nothing, Route
from inbox.rest.shapes import Accepted, Items, OwnId, PageQuery
from shared.collections import MESSAGES, PARTS
from shared.commands import Reschedule
from shared.errors import BadRequest, NotFound
from shared.model.base import Strict, Utc
from shared.model.message import Message
from shared.ports.store import Scalar, Store


class ScheduledQuery(PageQuery):
    """Which scheduled replies, the next to leave first."""

    conversation_id: str | None = Field(default=None, max_length=100)


class RescheduleRequest(Strict):
    """What is to be otherwise; what is absent stays."""

    id: OwnId | None = None
    send_at: Utc | None = None
    text: str | None = Field(default=None, min_length=1, max_length=100_000)
    recall: bool | None = None
    """Take it back if the customer writes before it is sent."""


@dataclass(frozen=True, slots=True)
class ScheduledApi:
    """The routes of scheduled replies."""

    store: Store
    orders: Orders

    def routes(self) -> list[Route]:
        """What they are."""
        return [
            Route(
                "GET", "/scheduled", self.page, Permission.CONVERSATIONS_READ,
                "Replies that leave later", "messages",
                query=ScheduledQuery, answer=Items[Message],
            ),
            Route(
                "POST", "/messages/{id}/schedule", self.change, Permission.CONVERSATIONS_WRITE,
                "Another time or text for a scheduled reply", "messages",
                body=RescheduleRequest, answer=MessageDone, others={202: Accepted},
            ),
        ]  # fmt: skip

    async def page(self, call: Call[ScheduledQuery, Nothing]) -> Items[Message]:
        """One page."""
        query = call.query
        equal: dict[str, Scalar] = {"scheduled": True, "open": True}
        if query.conversation_id is not None:
            equal["conversation_id"] = query.conversation_id
        page = await self.store.find(
            PARTS, equal=equal, order="due_at", cursor=query.cursor, limit=query.limit
        )
        ids = list(dict.fromkeys(part.message_id for part in page.items))
        found = await self.store.get_many(MESSAGES, ids) if ids else {}
        return Items(items=[found[id] for id in ids if id in found], next=page.next)

    async def change(self, call: Call[Nothing, RescheduleRequest]) -> Answer:
        """Give the command."""
        body = call.body
        if body.send_at is None and body.text is None and body.recall is None:
            raise BadRequest("say what is to be otherwise", field="send_at")
        message = await self.store.get(MESSAGES, call.path["id"])
        if message is None:
            raise NotFound("there is no such message")
        command = Reschedule(
            conversation_id=message.conversation_id,
            actor=call.caller.actor,
            message_id=message.id,
            send_at=body.send_at,
            text=body.text,
            recall=body.recall,
        )
        return await self.orders.for_message(call, command, body.id, 200)
