"""What the customer may see of a message, and how it looks on the wire. Pure."""

from datetime import datetime
from typing import Any, Final
from urllib.parse import urlsplit

from connectors.webchat.manifest import CAPABILITIES
from shared.delivery.plan import told
from shared.errors import Rejected
from shared.model.content import Attachment, Button, Content, FetchState, Span, SpanKind
from shared.model.delivery import Delivery
from shared.model.message import Direction, Message
from shared.model.people import ActorKind

View = dict[str, Any]
_SHOWN: Final = frozenset({Delivery.SENT, Delivery.DELIVERED, Delivery.READ})
_LINK_SCHEMES: Final = frozenset({"http", "https", "mailto", "tel"})


def visible(message: Message) -> bool:
    """The customer's own messages, and ours that were sent. Notes and system lines never."""
    if message.direction is Direction.INBOUND:
        return True
    return message.direction is Direction.OUTBOUND and message.delivery in _SHOWN


def view(message: Message, *, agent_names: bool) -> View | None:
    """The message for the customer's eyes; None when it is not for them."""
    if not visible(message):
        return None
    ours = message.direction is Direction.OUTBOUND
    named = ours and agent_names and message.author.kind in {ActorKind.AGENT, ActorKind.BOT}
    deleted = message.deleted_at is not None
    content = Content() if deleted else _told(message, ours=ours)
    return {
        "id": message.id,
        "ids": list(message.external_ids),
        "from": "hub" if ours else "customer",
        "author": message.author.name if named else None,
        "order": f"{_moment(message.accepted_at)}/{message.seq:012d}",
        "at": _moment(message.at),
        "state": message.delivery.value if ours and message.delivery else "sent",
        "text": _text(content),
        "spans": [shown for span in content.spans if (shown := _span(span)) is not None],
        "attachments": [_attachment(attachment) for attachment in content.attachments],
        "buttons": [
            row for shown in content.buttons if (row := [_button(button) for button in shown])
        ],
        "pressed": list(message.pressed),
        "reply_to": _reply(content),
        "edited": message.edited_at is not None and not deleted,
        "deleted": deleted,
    }


def _told(message: Message, *, ours: bool) -> Content:
    """Ours in the widget's words: it shows neither places nor cards. Of a customer's mail only
    what they wrote themselves."""
    if not ours:
        return _own_words(message.content)
    try:
        return told(message.content, CAPABILITIES)
    except Rejected:
        return message.content


def _own_words(content: Content) -> Content:
    start = content.email.quoted_from if content.email is not None else None
    if start is None:
        return content
    words = content.text.encode("utf-16-le", "surrogatepass")[: 2 * start]
    text = words.decode("utf-16-le", "replace").rstrip()
    return content.model_copy(update={"text": text, "spans": ()})


def _moment(at: datetime) -> str:
    return at.isoformat(timespec="microseconds")


def _text(content: Content) -> str:
    if content.action is not None and not content.text:
        return content.action.label or content.action.value or ""
    return content.text


def _safe_url(url: str | None) -> str | None:
    if not url:
        return None
    try:
        return url if urlsplit(url).scheme.lower() in _LINK_SCHEMES else None
    except ValueError:
        return None


def _span(span: Span) -> View | None:
    url = _safe_url(span.url)
    if span.kind is SpanKind.LINK and span.url and url is None:
        return None
    shown: View = {"kind": span.kind.value, "start": span.start, "length": span.length}
    return shown | {"url": url} if url else shown


def _attachment(attachment: Attachment) -> View:
    return {
        "id": attachment.id,
        "kind": attachment.kind.value,
        "name": attachment.name or "file",
        "mime": attachment.mime_detected or attachment.mime,
        "size_bytes": attachment.size_bytes,
        "ready": attachment.state is FetchState.STORED and attachment.blob_id is not None,
        "width": attachment.width,
        "height": attachment.height,
    }


def _button(button: Button) -> View:
    return {
        "kind": button.kind.value,
        "label": button.label,
        "value": button.value,
        "url": _safe_url(button.url),
    }


def _reply(content: Content) -> View | None:
    reply = content.reply_to
    if reply is None:
        return None
    return {"id": reply.message_id, "ref": reply.external_id, "quote": reply.quote}
