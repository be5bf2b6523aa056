"""From what the widget asks to events for the conversation. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

from connectors.base import Parsed
from connectors.webchat.requests import MessageRequest, Page
from connectors.webchat.visitors import Visitor
from shared.ids import ChannelType, EventKey, ExternalId
from shared.model.content import Action, Attachment, Content, Entry, ReplyRef
from shared.model.delivery import Delivery
from shared.model.inbound import Inbound, InboundKind, Receipt, ThreadRef
from shared.model.people import Actor, ActorKind

CHANNEL_TYPE: Final = ChannelType("webchat")


def said(
    visitor: Visitor,
    request: MessageRequest,
    attachments: Sequence[Attachment],
    at: datetime,
    onward: Mapping[str, str] | None = None,
    secrets: Mapping[str, str] | None = None,
) -> Parsed:
    """The event of a message or a press; the same request gives the same event key.

    ``onward`` says where the conversation goes on when the visitor has left, ``secrets`` what lets
    them in again.
    """
    press = request.press
    reply = ReplyRef(external_id=ExternalId(request.reply_to)) if request.reply_to else None
    action = None
    if press is not None:
        target = ExternalId(press.message)
        action = Action(value=press.value, label=press.label, target_external_id=target)
    inbound = Inbound(
        channel_id=visitor.channel_id,
        channel_type=CHANNEL_TYPE,
        event_key=EventKey(f"{visitor.id}:{request.id}"),
        kind=InboundKind.MESSAGE if press is None else InboundKind.ACTION,
        thread=ThreadRef(
            external_id=visitor.thread,
            partition_key=visitor.id,
            context={**_agreement(visitor), **(onward or {})},
            secrets=dict(secrets or {}),
        ),
        author=visitor.participant(request.language),
        external_id=ExternalId(request.id),
        content=Content(
            text=request.text,
            attachments=tuple(attachments),
            reply_to=reply,
            action=action,
            language=request.language,
        ),
        target_external_id=action.target_external_id if action else None,
        entry=_entry(request.page),
        occurred_at=at,
        received_at=at,
    )
    return Parsed(inbound=(inbound,))


def seen(visitor: Visitor, state: str, ids: Sequence[str], at: datetime) -> Parsed:
    """Receipts of our messages; having read one means having read those before it."""
    delivery = Delivery(state)
    return Parsed(
        receipts=tuple(
            Receipt(
                channel_id=visitor.channel_id,
                thread=visitor.thread,
                state=delivery,
                external_ids=(ExternalId(external_id),),
                up_to=delivery is Delivery.READ,
                at=at,
            )
            for external_id in ids
        )
    )


def typing(visitor: Visitor) -> Parsed:
    """The visitor is typing."""
    actor = Actor(kind=ActorKind.CONTACT, id=visitor.id, name=visitor.name)
    return Parsed(typing=((visitor.thread, actor),))


def presence(visitor: Visitor, present: bool, at: datetime) -> Parsed:
    """The visitor came to the chat again, or left it."""
    inbound = Inbound(
        channel_id=visitor.channel_id,
        channel_type=CHANNEL_TYPE,
        event_key=EventKey(f"{visitor.id}:presence:{at.isoformat()}"),
        kind=InboundKind.PRESENCE,
        thread=ThreadRef(external_id=visitor.thread, partition_key=visitor.id),
        author=visitor.participant(),
        present=present,
        occurred_at=at,
        received_at=at,
    )
    return Parsed(inbound=(inbound,))


def _agreement(visitor: Visitor) -> dict[str, str]:
    """When the visitor agreed to the chat's terms: whoever asks for it has to be able to show."""
    agreed_at = visitor.given.agreed_at
    return {} if agreed_at is None else {"agreed_at": agreed_at}


def _entry(page: Page | None) -> Entry | None:
    """Where the customer is, without query and fragment: sites put tokens there."""
    if page is None:
        return None
    try:
        parts = urlsplit(page.url)
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"}:
        return None
    host = parts.netloc.rpartition("@")[2]
    return Entry(kind="page", url=f"{parts.scheme}://{host}{parts.path}", title=page.title)
