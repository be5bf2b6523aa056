"""Beginning a conversation, as routes: to whom, by which channel, with which first message."""

from dataclasses import dataclass

from pydantic import BaseModel, Field

from inbox.api.orders import ConversationBegun, Orders
from inbox.api.replies import Replies
from inbox.api.writing import NewMessage
from inbox.beginnings import Beginnings, Way
from inbox.files import Files
from inbox.permissions import Permission
from inbox.rest.route import Answer, Call, Nothing, Route
from inbox.rest.shapes import Accepted, Items, OwnId
from shared.commands import Begin
from shared.delivery.reasons import words
from shared.errors import BadRequest
from shared.ids import ChannelId, ContactId, ConversationId
from shared.model.base import Strict


class NewConversation(Strict):
    """A conversation that an agent begins."""

    id: OwnId | None = None
    channel_id: ChannelId = Field(max_length=100)
    identity_id: str | None = Field(default=None, max_length=100)
    """A known address of the channel's type; or else ``address``."""
    address: str | None = Field(default=None, max_length=320)
    """A new one: an e-mail address, a phone number with its country."""
    name: str | None = Field(default=None, min_length=1, max_length=200)
    """What its owner is called."""
    contact_id: ContactId | None = Field(default=None, max_length=100)
    """Whose ``address`` it is; null: a new contact's, or that of ``from_id``."""
    from_id: ConversationId | None = Field(default=None, max_length=100)
    """The conversation with the same person that goes on here; each then names the other."""
    message: NewMessage
    """The first message. Where the channel takes only templates, it is one."""


class WayView(BaseModel):
    """How a contact could be written to by one channel."""

    channel_id: str
    channel_type: str
    channel_name: str
    identity_id: str | None
    """Null: an address is to be given, of the kind ``first_address``."""
    address: str | None
    """That of the identity, as people read it."""
    first_address: str | None
    template: bool
    """The first message is a template, unless the customer wrote a short while ago."""
    conversation_id: str | None
    """The open conversation, in which to write instead."""
    reason_code: str | None
    """Why it cannot be begun; null: it can."""
    reason: str | None

    @classmethod
    def of(cls, way: Way) -> "WayView":
        """As it is told."""
        identity, refusal = way.identity, way.refusal
        address = None
        if identity is not None:
            told = [one.value for one in identity.identifiers] + [identity.username]
            address = next((one for one in told if one), identity.external_id)
        return cls(
            channel_id=way.channel.id,
            channel_type=way.channel.type,
            channel_name=way.channel.name,
            identity_id=identity.id if identity is not None else None,
            address=address,
            first_address=way.able.first_address,
            template=way.able.first_template,
            conversation_id=way.open.id if way.open is not None else None,
            reason_code=refusal.value if refusal is not None else None,
            reason=words(refusal) if refusal is not None else None,
        )


@dataclass(frozen=True, slots=True)
class BeginningsApi:
    """``POST /conversations`` and ``/contacts/{id}/ways``."""

    beginnings: Beginnings
    files: Files
    orders: Orders
    replies: Replies

    def routes(self) -> list[Route]:
        """What they are."""
        return [
            Route(
                "POST", "/conversations", self.begin, Permission.CONVERSATIONS_WRITE,
                "Begin a conversation, or go on in another channel", "conversations",
                body=NewConversation, answer=ConversationBegun, status=201,
                others={202: Accepted},
            ),
            Route(
                "GET", "/contacts/{id}/ways", self.ways, Permission.CONTACTS_READ,
                "By which channels a person could be written to", "contacts",
                answer=Items[WayView],
            ),
        ]  # fmt: skip

    async def begin(self, call: Call[Nothing, NewConversation]) -> Answer:
        """Give the command: everything else is checked by the router, as with a reply."""
        body, message = call.body, call.body.message
        if (body.identity_id is None) is (body.address is None):
            raise BadRequest("give a known address or a new one", field="identity_id")
        if message.kind != "reply":
            raise BadRequest("a conversation begins with a message", field="message.kind")
        for name in ("id", "reply_to", "draft"):
            if getattr(message, name) is not None:
                raise BadRequest("a first message has none", field=f"message.{name}")
        self.replies.check(message)
        if body.identity_id is not None:
            reached = await self.beginnings.by_identity(body.channel_id, body.identity_id)
        else:
            reached = await self.beginnings.by_address(
                body.channel_id, body.address or "", body.name
            )
        id = await self.beginnings.new_id(body.channel_id, reached.thread)
        files = await self.files.attachments(message.attachments, call.caller.actor)
        command = Begin(
            conversation_id=id,
            actor=call.caller.actor,
            channel_id=body.channel_id,
            thread=reached.thread,
            person=reached.person,
            contact_id=body.contact_id,
            from_id=body.from_id,
            reply=await self.replies.reply(call.caller, message, id, body.channel_id, files),
        )
        return await self.orders.for_beginning(call, command, body.id)

    async def ways(self, call: Call[Nothing, Nothing]) -> Items[WayView]:
        """Those that refuse it included, each with its reason."""
        found = await self.beginnings.ways(call.path["id"])
        return Items(items=[WayView.of(one) for one in found])
