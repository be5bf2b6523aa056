"""The files of a message as attachments.

VK's addresses expire and are no part of an attachment: it keeps where it stands (conversation and
message) and what it is called there, and is looked up again when it is fetched.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

from connectors.vk.payload import Payload
from shared.model.content import Attachment, AttachmentKind

_LONGEST = 120
_FORBIDDEN = frozenset('\\/:*?"<>|')
_PLAIN = re.compile(r"[A-Za-z0-9_-]{1,64}")
_WAVES = 256
_FILES = frozenset({"photo", "doc", "audio_message", "graffiti", "sticker"})
_DOC_GIF, _DOC_IMAGE = 3, 4


def is_file(kind: str) -> bool:
    """Whether an attachment of VK's kind has bytes that we can have."""
    return kind in _FILES


def safe_name(name: str) -> str:
    """The last piece of a path without control, direction and reserved characters."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    kept = "".join(
        "_" if char in _FORBIDDEN else char
        for char in unicodedata.normalize("NFC", last)
        if unicodedata.category(char)[0] != "C"
    )
    kept = kept.strip(" .") or "file"
    if len(kept) <= _LONGEST:
        return kept
    stem, dot, ending = kept.rpartition(".")
    if dot and len(ending) < _LONGEST // 2:
        return f"{stem[: _LONGEST - len(ending) - 1]}.{ending}"
    return kept[:_LONGEST]


def name_of(kind: str, item: Payload) -> str | None:
    """What VK calls it: ``photo1_2``; None when it has no number."""
    if kind == "sticker":
        number = item.positive("sticker_id")
        return f"sticker{number}" if number is not None else None
    owner, number = item.integer("owner_id"), item.positive("id")
    return f"{kind}{owner}_{number}" if owner is not None and number is not None else None


def attachment(
    kind: str, item: Payload, *, peer_id: int, message_id: int | None
) -> Attachment | None:
    """The attachment of one of VK's files, None for what has no number to find it by."""
    name = name_of(kind, item)
    if name is None:
        return None
    native = {"name": name, "peer_id": str(peer_id)}
    if message_id is not None:
        native["cmid"] = str(message_id)
    key = item.text("access_key")
    if key is not None:
        native["access_key"] = key
    identifier = name if _PLAIN.fullmatch(name) else "0"
    return _MAKERS.get(kind, _document)(item, identifier, native)


def _photo(item: Payload, identifier: str, native: dict[str, str]) -> Attachment:
    width, height, _ = largest(item)
    return Attachment(
        id=identifier,
        kind=AttachmentKind.IMAGE,
        mime="image/jpeg",
        width=width,
        height=height,
        native=native,
    )


def _graffiti(item: Payload, identifier: str, native: dict[str, str]) -> Attachment:
    return Attachment(
        id=identifier,
        kind=AttachmentKind.IMAGE,
        name="graffiti.png",
        mime="image/png",
        width=item.positive("width"),
        height=item.positive("height"),
        native=native,
    )


def _voice(item: Payload, identifier: str, native: dict[str, str]) -> Attachment:
    return Attachment(
        id=identifier,
        kind=AttachmentKind.VOICE,
        mime="audio/ogg",
        duration_s=item.number("duration"),
        waveform=_waveform(item),
        native=native,
    )


def _sticker(item: Payload, identifier: str, native: dict[str, str]) -> Attachment:
    animated = item.text("animation_url") is not None
    images = item.children("images")
    widest = max((image.positive("width") or 0 for image in images), default=0) or None
    return Attachment(
        id=identifier,
        kind=AttachmentKind.STICKER,
        mime="image/png",
        width=widest,
        height=widest,
        # What is fetched is the still image: the moving one is a format of VK's own.
        animated=False,
        emoji=None,
        native=native | ({"animated": "1"} if animated else {}),
    )


def _document(item: Payload, identifier: str, native: dict[str, str]) -> Attachment:
    title, ending = item.text("title"), item.text("ext")
    original = title
    if title is not None and ending and not title.lower().endswith(f".{ending.lower()}"):
        original = f"{title}.{ending}"
    kind = AttachmentKind.FILE
    mime = None
    if item.integer("type") == _DOC_GIF:
        kind, mime = AttachmentKind.ANIMATION, "image/gif"
    elif item.integer("type") == _DOC_IMAGE:
        kind = AttachmentKind.IMAGE
    return Attachment(
        id=identifier,
        kind=kind,
        name=safe_name(original) if original is not None else None,
        name_original=original,
        mime=mime,
        size_bytes=item.positive("size"),
        native=native,
    )


_MAKERS: Mapping[str, Callable[[Payload, str, dict[str, str]], Attachment]] = MappingProxyType(
    {
        "photo": _photo,
        "sticker": _sticker,
        "graffiti": _graffiti,
        "audio_message": _voice,
        "doc": _document,
    }
)


def largest(photo: Payload) -> tuple[int | None, int | None, str | None]:
    """(width, height, address) of the largest size of a photo."""
    listed = photo.raw.get("sizes")
    sizes = listed if isinstance(listed, list) else []
    found: tuple[int | None, int | None, str | None] = None, None, None
    area = -1
    for size in (*sizes, photo.raw.get("orig_photo")):
        if not isinstance(size, dict):
            continue
        url, width, height = (
            size.get("url") or size.get("src"),
            size.get("width"),
            size.get("height"),
        )
        covers = 0
        if isinstance(width, int) and isinstance(height, int) and width > 0 and height > 0:
            covers = width * height
        if covers >= area and isinstance(url, str):
            area = covers
            found = (width, height, url) if covers else (None, None, url)
    return found


def _waveform(item: Payload) -> tuple[int, ...] | None:
    waves = item.raw.get("waveform")
    if not isinstance(waves, list):
        return None
    heights = [wave for wave in waves[:_WAVES] if isinstance(wave, int) and 0 <= wave <= 2**15]
    return tuple(int(wave) for wave in heights) or None


def address_of(kind: str, item: Payload) -> str | None:
    """Where VK keeps the bytes at this moment."""
    match kind:
        case "photo":
            return largest(item)[2]
        case "audio_message":
            return item.text("link_ogg") or item.text("link_mp3")
        case "sticker":
            images = item.children("images") or item.children("images_with_background")
            widest = max(images, key=lambda image: image.positive("width") or 0, default=None)
            return widest.text("url") if widest is not None else None
        case _:
            return item.text("url")


def files_in(message: Payload) -> Iterator[tuple[str, Payload]]:
    """(kind, file) of everything in a message, in what it forwards and in what it answers."""
    for item in message.children("attachments"):
        kind = item.text("type") or ""
        inner = item.child(kind)
        if inner is not None and is_file(kind):
            yield kind, inner
    for forwarded in message.children("fwd_messages"):
        yield from files_in(forwarded)
    answered = message.child("reply_message")
    if answered is not None:
        yield from files_in(answered)
