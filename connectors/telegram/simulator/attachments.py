"""Files as the Bot API tells of them in a message."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from connectors.telegram.simulator.shelf import ShelfFile

_SIDES = {"width": 1280, "height": 960}
_THUMB = {"width": 320, "height": 240}
_ROUND = 384
_SECONDS = 7

KINDS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "photo": ("photo.jpg", "image/jpeg"),
        "video": ("video.mp4", "video/mp4"),
        "audio": ("audio.mp3", "audio/mpeg"),
        "voice": ("voice.ogg", "audio/ogg"),
        "video_note": ("round.mp4", "video/mp4"),
        "animation": ("animation.mp4", "video/mp4"),
        "sticker": ("sticker.webp", "image/webp"),
        "document": ("file.bin", "application/octet-stream"),
    }
)
"""The kinds of files with the name and type that they have when none is given."""


def kind_for(mime: str) -> str:
    """How a phone sends a file of that type."""
    plain = mime.partition(";")[0].strip().lower()
    if plain == "image/gif":
        return "animation"
    if plain in {"image/jpeg", "image/png", "image/webp"}:
        return "photo"
    if plain == "video/mp4":
        return "video"
    if plain in {"audio/ogg", "audio/opus"}:
        return "voice"
    return "audio" if plain in {"audio/mpeg", "audio/mp4"} else "document"


def told(file: ShelfFile, *, emoji: str | None = None) -> dict[str, Any]:
    """The message's fields for a file."""
    reference = file.reference()
    typed = {"mime_type": file.mime}
    named = {"file_name": file.name, **typed}
    match file.kind:
        case "photo":
            small = reference | {
                "file_id": f"{file.file_id}s",
                "file_unique_id": f"{reference['file_unique_id']}s",
                "file_size": min(len(file.data), 9_000),
            }
            return {"photo": [small | _THUMB, reference | _SIDES]}
        case "video":
            return {"video": {"duration": _SECONDS, **_SIDES, **named, **reference}}
        case "audio":
            return {"audio": {"duration": _SECONDS, **named, **reference}}
        case "voice":
            return {"voice": {"duration": _SECONDS, **typed, **reference}}
        case "video_note":
            return {"video_note": {"duration": _SECONDS, "length": _ROUND, **reference}}
        case "animation":
            moving = {**named, **reference}
            return {
                "animation": {"duration": _SECONDS, **_SIDES, **moving},
                "document": moving,
            }
        case "sticker":
            look = {"width": 512, "height": 512, "is_animated": False, "is_video": False}
            return {"sticker": {"type": "regular", "emoji": emoji or "👍", **look, **reference}}
        case _:
            return {"document": {**named, **reference}}


def file_id_in(message: dict[str, Any]) -> tuple[str, str] | None:
    """The kind and id of the file in a message."""
    for kind in KINDS:  # an animation comes before the document that repeats it
        value = message.get(kind)
        if kind == "photo" and value:
            return kind, value[-1]["file_id"]
        if isinstance(value, dict) and not (kind == "document" and "animation" in message):
            return kind, value["file_id"]
    return None
