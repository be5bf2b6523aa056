"""Writing: replies, notes, and what can be done to a message afterwards."""

from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import BaseModel, Field

from inbox.agent_drafts import AgentDrafts
from inbox.api.conversations import conversation
from inbox.api.markup import SpanRequests, spans_of
from inbox.api.orders import MessageDone, Orders
from inbox.api.replies import Replies
from inbox.api.writing import MentionRequest, MentionRequests, NewMessage
from inbox.files import Files
from inbox.permissions import Permission
from inbox.rest.route import Answer, Call, Handler, Nothing, Route
from inbox.rest.shapes import Accepted, OwnId
from shared.collections import MESSAGES
from shared.commands import Cancel, Command, DeleteMessage, Edit, Note, React, Resend
from shared.errors import NotFound
from shared.model.base import Strict
from shared.model.content import Attachment, Mention
from shared.model.conversation import Conversation
from shared.model.message import Message
from shared.ports.store import Store


class EditRequest(Strict):
    """The new text of a message that was sent."""

    id: OwnId | None = None
    text: str = Field(min_length=1, max_length=100_000)
    spans: SpanRequests = ()
    """Formatting of the new text."""
    mentions: MentionRequests | None = None
    """Of a note: who is called from now on; null: those who were."""


class ReactionRequest(Strict):
    """Our reaction; null takes it away."""

    id: OwnId | None = None
    emoji: str | None = Field(max_length=16)


class BareCommand(Strict):
    """A command that needs nothing but, if wished, its own id."""

    id: OwnId | None = None


@dataclass(frozen=True, slots=True)
class MessagesApi:
    """The routes that write messages."""

    store: Store
    files: Files
    orders: Orders
    replies: Replies
    drafts: AgentDrafts

    def routes(self) -> list[Route]:
        """What they are."""
        return [
            Route(
                "POST", "/conversations/{id}/messages", self.write,
                Permission.CONVERSATIONS_WRITE, "Answer the customer, or leave a note", "messages",
                body=NewMessage, answer=MessageDone, status=201, others={202: Accepted},
            ),
            _change("PATCH", "", self.edit, EditRequest, "Edit a sent message"),
            _change("DELETE", "", self.delete, BareCommand, "Delete a message"),
            _change("POST", "/cancel", self.cancel, BareCommand, "Take back what has not left"),
            _change("POST", "/resend", self.resend, BareCommand, "Send a failed message again"),
            _change("POST", "/reaction", self.react, ReactionRequest, "React to a message"),
        ]  # fmt: skip

    async def write(self, call: Call[Nothing, NewMessage]) -> Answer:
        """Give the command, with the caller's uploads attached."""
        body, actor = call.body, call.caller.actor
        target = await conversation(self.store, call.path["id"])
        self.replies.check(body)
        files = await self.files.attachments(
            body.attachments, actor, await self._kept(call, target)
        )
        draft = body.draft.use() if body.draft is not None else None
        command: Command
        if body.kind == "note":
            command = Note(
                conversation_id=target.id,
                actor=actor,
                text=body.text,
                attachments=files,
                mentions=tuple(one.mention() for one in body.mentions),
                draft=draft,
            )
        else:
            command = await self.replies.reply(
                call.caller, body, target.id, target.channel_id, files, draft
            )
        return await self.orders.for_message(call, command, body.id, 201)

    async def edit(self, call: Call[Nothing, EditRequest]) -> Answer:
        """Give the command."""
        message = await self._message(call)
        command = Edit(
            conversation_id=message.conversation_id,
            actor=call.caller.actor,
            message_id=message.id,
            text=call.body.text,
            spans=spans_of(call.body.spans, call.body.text),
            mentions=_mentions(call.body.mentions),
        )
        return await self.orders.for_message(call, command, call.body.id, 200)

    async def react(self, call: Call[Nothing, ReactionRequest]) -> Answer:
        """Give the command."""
        message = await self._message(call)
        command = React(
            conversation_id=message.conversation_id,
            actor=call.caller.actor,
            message_id=message.id,
            emoji=call.body.emoji,
        )
        return await self.orders.for_message(call, command, call.body.id, 200)

    async def delete(self, call: Call[Nothing, BareCommand]) -> Answer:
        """Give the command."""
        return await self._bare(call, DeleteMessage)

    async def cancel(self, call: Call[Nothing, BareCommand]) -> Answer:
        """Give the command."""
        return await self._bare(call, Cancel)

    async def resend(self, call: Call[Nothing, BareCommand]) -> Answer:
        """Give the command."""
        return await self._bare(call, Resend)

    async def _bare(
        self,
        call: Call[Nothing, BareCommand],
        kind: type[DeleteMessage] | type[Cancel] | type[Resend],
    ) -> Answer:
        message = await self._message(call)
        command = kind(
            conversation_id=message.conversation_id,
            actor=call.caller.actor,
            message_id=message.id,
        )
        return await self.orders.for_message(call, command, call.body.id, 200)

    async def _message(self, call: Call[Nothing, Strict]) -> Message:
        message = await self.store.get(MESSAGES, call.path["id"])
        if message is None:
            raise NotFound("there is no such message")
        return message

    async def _kept(
        self, call: Call[Nothing, NewMessage], target: Conversation
    ) -> Sequence[Attachment]:
        """The files of the draft that it is made of."""
        agent, body = call.caller.agent, call.body
        if body.draft is None or not body.attachments or agent is None:
            return ()
        own = (await self.drafts.own(target.id, agent.id)).get(body.kind)
        return own.attachments if own is not None else ()


def _mentions(asked: Sequence[MentionRequest] | None) -> tuple[Mention, ...] | None:
    return None if asked is None else tuple(one.mention() for one in asked)


def _change(
    method: str, action: str, handler: Handler, body: type[BaseModel], summary: str
) -> Route:
    return Route(
        method, f"/messages/{{id}}{action}", handler, Permission.CONVERSATIONS_WRITE, summary,
        "messages", body=body, answer=MessageDone, others={202: Accepted},
    )  # fmt: skip
