"""What a message says: text, files, cards, what it answers and what it forwards."""

from typing import Any

from connectors.vk import cards, markup
from connectors.vk.attachments import attachment, is_file
from connectors.vk.event import Event
from connectors.vk.payload import Payload
from shared.ids import ExternalId
from shared.model.content import (
    Attachment,
    Block,
    Content,
    Entry,
    Forward,
    ReplyRef,
    Unsupported,
)

_DEEP = 10
_QUOTE = 300


def content(event: Event, message: Payload, peer_id: int) -> Content:
    """What a message says."""
    number = message.positive("conversation_message_id")
    said: dict[str, Any] = {}
    text, spans = markup.read(message.text("text") or "", message.child("format_data"))
    if text:
        said["text"] = text
    if spans:
        said["spans"] = spans
    files, blocks = _attached(message, peer_id, number)
    forward = _forwarded(event, message, peer_id, number, files)
    if files:
        said["attachments"] = _told_apart(files)
    if blocks:
        said["blocks"] = tuple(blocks)
    if forward is not None:
        said["forward"] = forward
    reply_to = _answered(event, message, peer_id)
    if reply_to is not None:
        said["reply_to"] = reply_to
    entry = _entry(message)
    if entry is not None:
        said["entry"] = entry
    return Content(**said)


def _attached(
    message: Payload, peer_id: int, number: int | None
) -> tuple[list[Attachment], list[Block]]:
    files: list[Attachment] = []
    blocks: list[Block] = []
    if message.raw.get("attachments"):
        for item in message.children("attachments"):
            kind = item.text("type") or "unknown"
            inner = item.child(kind) or Payload({})
            if not is_file(kind):
                blocks.append(cards.block(kind, inner))
                continue
            file = attachment(kind, inner, peer_id=peer_id, message_id=number)
            if file is not None:
                files.append(file)
            else:
                blocks.append(Unsupported(name=kind))
    place = cards.location(message)
    if place is not None:
        blocks.append(place)
    return files, blocks


def _told_apart(files: list[Attachment]) -> tuple[Attachment, ...]:
    """The same file twice in one message still makes two attachments."""
    if len({file.id for file in files}) == len(files):
        return tuple(files)
    return tuple(
        file.model_copy(update={"id": f"{file.id}-{index}"}) for index, file in enumerate(files)
    )


def _forwarded(
    event: Event, message: Payload, peer_id: int, number: int | None, files: list[Attachment]
) -> Forward | None:
    """What is forwarded, each message with its own author; the files join those of the message."""
    if not message.raw.get("fwd_messages"):
        return None
    inner = message.children("fwd_messages")
    if not inner:
        return None
    first = _origin(event, inner[0])
    same = all(item.integer("from_id") == inner[0].integer("from_id") for item in inner)
    nested = tuple(_nested(event, item, peer_id, number, files, _DEEP) for item in inner)
    return first.model_copy(update={"nested": nested}) if same else Forward(nested=nested)


def _nested(
    event: Event,
    message: Payload,
    peer_id: int,
    number: int | None,
    files: list[Attachment],
    left: int,
) -> Content:
    text, spans = markup.read(message.text("text") or "", message.child("format_data"))
    own, blocks = _attached(message, peer_id, number)
    files += own
    deeper = message.children("fwd_messages") if left else []
    nested = tuple(_nested(event, item, peer_id, number, files, left - 1) for item in deeper)
    return Content(
        text=text,
        spans=spans,
        blocks=tuple(blocks),
        forward=_origin(event, message).model_copy(update={"nested": nested}),
    )


def _origin(event: Event, message: Payload) -> Forward:
    author = message.integer("from_id")
    known = event.account.person(author) if author else {}
    return Forward(
        origin="unknown" if not author else "user" if author > 0 else "community",
        name=known.get("name"),
        external_id=ExternalId(str(author)) if author else None,
        at=message.moment("date"),
    )


def _answered(event: Event, message: Payload, peer_id: int) -> ReplyRef | None:
    answered = message.child("reply_message")
    if answered is None:
        return None
    number = answered.positive("conversation_message_id")
    author = answered.integer("from_id")
    known = event.account.person(author) if author else {}
    text, _ = markup.read(answered.text("text") or "")
    there = answered.integer("peer_id")
    return ReplyRef(
        external_id=ExternalId(str(number)) if number is not None else None,
        quote=text[:_QUOTE] or None,
        author_name=known.get("name"),
        other_thread=there is not None and there != peer_id,
    )


def _entry(message: Payload) -> Entry | None:
    ref, source = message.text("ref"), message.text("ref_source")
    if ref is None and source is None:
        return None
    return Entry(kind="deep_link", ref=ref, source=source)
