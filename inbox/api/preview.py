"""The customer's view: what a reply becomes on its channel, before it is sent."""

from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import BaseModel

from inbox.api.answers import filled_content
from inbox.api.conversations import conversation
from inbox.api.templates import said
from inbox.api.writing import NewMessage
from inbox.channels import Channels
from inbox.files import Files
from inbox.permissions import Permission
from inbox.rest.route import Call, Nothing, Route
from shared.clock import Clock
from shared.collections import CHANNEL_TYPES, CHANNELS, MESSAGES, THREADS, thread_id
from shared.delivery.plan import plan
from shared.delivery.reasons import Reason, rejected
from shared.errors import BadRequest, Rejected
from shared.model.canned_reply import CannedUse
from shared.model.channel import Capabilities, ChannelState
from shared.model.content import Attachment, Block, ButtonRow, Content, ReplyRef, Span
from shared.model.conversation import Conversation
from shared.model.message import Direction, Message
from shared.model.people import Actor
from shared.ports.store import Store


class PartView(BaseModel):
    """What the customer sees as one message."""

    text: str
    spans: tuple[Span, ...]
    attachments: tuple[Attachment, ...]
    """Several of them are an album."""
    blocks: tuple[Block, ...]
    buttons: tuple[ButtonRow, ...]
    reply_to: ReplyRef | None


class RefusalView(BaseModel):
    """Why it would not be sent."""

    code: str | None
    """A stable word, for other languages."""
    reason: str
    values: dict[str, str]


class CustomersView(BaseModel):
    """A reply as its customer would see it."""

    channel_type: str
    parts: list[PartView]
    """In their order; none if the channel refuses it."""
    count: int
    refused: RefusalView | None = None
    """What keeps it from being sent; the parts show what would be, where that can be said."""


@dataclass(frozen=True, slots=True)
class PreviewApi:
    """The route of the customer's view. It changes nothing."""

    store: Store
    clock: Clock
    files: Files
    channels: Channels

    def routes(self) -> list[Route]:
        """What they are."""
        return [
            Route(
                "POST", "/conversations/{id}/preview", self.preview,
                Permission.CONVERSATIONS_WRITE, "What the customer would see of a reply",
                "messages", body=NewMessage, answer=CustomersView,
            )
        ]  # fmt: skip

    async def preview(self, call: Call[Nothing, NewMessage]) -> CustomersView:
        """Plan the reply as its dispatcher would."""
        body = call.body
        target = await conversation(self.store, call.path["id"])
        if body.kind == "note":
            raise BadRequest("a customer never sees a note", field="kind")
        if body.is_empty():
            raise BadRequest("write something, or attach a file", field="text")
        files = await self.files.attachments(body.attachments, call.caller.actor)
        content = body.content(files)
        reference = await self._answered(target, body.reply_to)
        content = content.model_copy(update={"reply_to": reference})
        if body.canned is not None:
            content = await self._canned(target, body.canned.use(), content, call.caller.actor)
        if body.template is not None:
            template = body.template.ref()
            text = await said(self.channels, target.channel_id, template, files=len(files))
            content = content.model_copy(update={"text": text, "template": template})
        stopped = await self._stopped(target, templated=body.template is not None)
        return view(content, await self._capabilities(target), target, stopped)

    async def _canned(
        self, target: Conversation, use: CannedUse, content: Content, by: Actor
    ) -> Content:
        text, own = await filled_content(self.store, self.clock, target, use, content.text, by.name)
        files = (*content.attachments, *(file.attachment() for file in own))
        return content.model_copy(update={"text": text, "attachments": files})

    async def _answered(self, target: Conversation, id: str | None) -> ReplyRef | None:
        if id is None:
            return None
        message = await self.store.get(MESSAGES, id)
        if message is None or message.conversation_id != target.id or not _is_seen(message):
            raise BadRequest("the customer cannot see that message", field="reply_to")
        external_id = message.external_ids[0] if message.external_ids else None
        return ReplyRef(
            message_id=message.id, external_id=external_id, author_name=message.author.name
        )

    async def _capabilities(self, target: Conversation) -> Capabilities | None:
        info = await self.store.get(CHANNEL_TYPES, target.channel_type)
        return info.capabilities if info else None

    async def _stopped(self, target: Conversation, *, templated: bool) -> Rejected | None:
        """What stands between the conversation and any reply."""
        channel = await self.store.get(CHANNELS, target.channel_id)
        if channel is not None and channel.state is ChannelState.REMOVED:
            return rejected(Reason.CHANNEL_REMOVED)
        thread = await self.store.get(THREADS, thread_id(target.channel_id, target.thread))
        if thread is not None and thread.alias_of is not None:
            thread = await self.store.get(THREADS, thread.alias_of)
        own = thread is not None and thread.conversation_id in (None, target.id)
        # A merged one is answered in its own thread, while that is its own.
        if target.merged_into is not None and not own:
            return rejected(Reason.MERGED)
        if thread is not None and not own:
            return rejected(Reason.NEWER_CONVERSATION)
        until = target.reply_until
        if not templated and until is not None and until <= self.clock.now():
            return rejected(Reason.WINDOW_CLOSED)
        return None if target.reachable else rejected(Reason.UNREACHABLE)


def view(
    content: Content,
    capabilities: Capabilities | None,
    target: Conversation,
    stopped: Rejected | None,
) -> CustomersView:
    """The view of a content; a channel whose abilities nobody knows yet shows it as written."""
    parts: Sequence[Content] = (content,)
    refused = stopped
    if capabilities is not None:
        try:
            parts = plan(content, capabilities)
        except Rejected as error:
            parts, refused = (), stopped or error
    shown = [
        PartView(
            text=part.text,
            spans=part.spans,
            attachments=part.attachments,
            blocks=part.blocks,
            buttons=part.buttons,
            reply_to=part.reply_to,
        )
        for part in parts
    ]
    return CustomersView(
        channel_type=target.channel_type,
        parts=shown,
        count=len(shown),
        refused=_refusal(refused) if refused is not None else None,
    )


def _refusal(error: Rejected) -> RefusalView:
    return RefusalView(code=error.code, reason=str(error), values=error.values)


def _is_seen(message: Message) -> bool:
    return message.direction in (Direction.INBOUND, Direction.OUTBOUND)
