"""The files of a message as attachments. They are fetched afterwards by their ``file_id``."""

import re
from collections.abc import Mapping
from types import MappingProxyType

from connectors.payload import Payload
from connectors.telegram.file_name import safe_name
from shared.model.content import Attachment, AttachmentKind, FetchState

_FILES: Mapping[str, tuple[AttachmentKind, str | None]] = MappingProxyType(
    {
        # An animation fills `document` too, a live photo `photo`: the first one found counts.
        "animation": (AttachmentKind.ANIMATION, "video/mp4"),
        "audio": (AttachmentKind.AUDIO, None),
        "document": (AttachmentKind.FILE, None),
        "sticker": (AttachmentKind.STICKER, None),
        "video": (AttachmentKind.VIDEO, "video/mp4"),
        "video_note": (AttachmentKind.VIDEO_NOTE, "video/mp4"),
        "voice": (AttachmentKind.VOICE, "audio/ogg"),
    }
)
_PLAIN = re.compile(r"[A-Za-z0-9_-]{1,64}")


def attachments(message: Payload) -> tuple[Attachment, ...]:
    """All files of a message."""
    spoiler = message.flag("has_media_spoiler")
    found: list[Attachment | None] = []
    for field, (kind, mime) in _FILES.items():
        item = message.child(field)
        if item is not None:
            found.append(_attachment(item, kind, mime, index=0, spoiler=spoiler))
            break
    else:
        found += _pictures(message, spoiler=spoiler)
    return _told_apart([item for item in found if item is not None])


def _told_apart(found: list[Attachment]) -> tuple[Attachment, ...]:
    """The same file twice in one message still makes two attachments."""
    if len({item.id for item in found}) == len(found):
        return tuple(found)
    return tuple(
        item.model_copy(update={"id": f"{item.id}-{index}"}) for index, item in enumerate(found)
    )


def _pictures(message: Payload, *, spoiler: bool) -> list[Attachment | None]:
    """A photo, a live photo (a photo with its moving part), or the items of paid media."""
    found: list[Attachment | None] = []
    moving = message.child("live_photo")
    sizes = message.children("photo") or (moving.children("photo") if moving is not None else [])
    if sizes:
        found.append(_photo(sizes, index=0, spoiler=spoiler))
    if moving is not None:
        found.append(
            _attachment(moving, AttachmentKind.VIDEO, "video/mp4", index=1, spoiler=spoiler)
        )
    paid = message.child("paid_media")
    if paid is not None:
        found += [_paid(item, index) for index, item in enumerate(paid.children("paid_media"))]
    return found


def _paid(item: Payload, index: int) -> Attachment | None:
    sizes = item.children("photo")
    if sizes:
        return _photo(sizes, index=index, spoiler=False)
    video = item.child("video") or item.child("live_photo")
    if video is not None:
        return _attachment(video, AttachmentKind.VIDEO, "video/mp4", index=index, spoiler=False)
    # Not bought: Telegram shows a blurred preview and gives no file.
    return Attachment(
        id=str(index),
        kind=AttachmentKind.IMAGE,
        state=FetchState.EXPIRED,
        reason="paid media that was not bought",
        width=item.count("width"),
        height=item.count("height"),
        duration_s=item.number("duration"),
    )


def _photo(sizes: list[Payload], *, index: int, spoiler: bool) -> Attachment | None:
    largest = max(sizes, key=lambda size: (size.count("width") or 0) * (size.count("height") or 0))
    return _attachment(largest, AttachmentKind.IMAGE, "image/jpeg", index=index, spoiler=spoiler)


def _attachment(
    item: Payload, kind: AttachmentKind, mime: str | None, *, index: int, spoiler: bool
) -> Attachment | None:
    file_id = item.text("file_id")
    if file_id is None:
        return None
    native = {"file_id": file_id}
    unique = item.text("file_unique_id")
    if unique is not None:
        native["file_unique_id"] = unique
    round_side = item.count("length")
    name = item.text("file_name")
    return Attachment(
        # An edit may put another file in its place: the id has to tell them apart.
        id=unique if unique is not None and _PLAIN.fullmatch(unique) else str(index),
        kind=kind,
        name=safe_name(name) if name is not None else None,
        name_original=name,
        mime=item.text("mime_type") or _sticker_mime(item, kind) or mime,
        size_bytes=item.count("file_size"),
        duration_s=item.number("duration"),
        width=item.count("width") or round_side,
        height=item.count("height") or round_side,
        spoiler=spoiler,
        animated=item.flag("is_animated") or item.flag("is_video"),
        emoji=item.text("emoji"),
        native=native,
    )


def _sticker_mime(item: Payload, kind: AttachmentKind) -> str | None:
    if kind is not AttachmentKind.STICKER:
        return None
    if item.flag("is_animated"):
        return "application/x-tgsticker"
    return "video/webm" if item.flag("is_video") else "image/webp"
