"""The file of a message as an attachment. It is fetched afterwards by its media id."""

import base64
import binascii
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from connectors.payload import Payload
from connectors.whatsapp.file_name import safe_name
from shared.model.content import Attachment, AttachmentKind, FetchState

_KINDS: Final[Mapping[str, AttachmentKind]] = MappingProxyType(
    {
        "image": AttachmentKind.IMAGE,
        "video": AttachmentKind.VIDEO,
        "audio": AttachmentKind.AUDIO,
        "document": AttachmentKind.FILE,
        "sticker": AttachmentKind.STICKER,
    }
)
MEDIA: Final = frozenset(_KINDS)
"""The types of messages that are a file."""
MEDIA_ID: Final = "media_id"
SHA256: Final = "sha256"
_DIGEST_BYTES: Final = 32


def attachment(word: str, file: Payload, problem: str | None) -> Attachment:
    """The file of a message of the type ``word``; ``problem`` is what Meta says against it."""
    kind = _KINDS[word]
    if word == "audio" and file.flag("voice"):
        kind = AttachmentKind.VOICE
    media_id = file.identifier("id")
    name = file.text("filename")
    lost = media_id is None or problem is not None
    native = {MEDIA_ID: media_id} if media_id is not None else {}
    digest = _sha256(file.text("sha256"))
    if digest is not None:
        native[SHA256] = digest
    return Attachment(
        # An edit brings the same file under another id of Meta's.
        id=digest[:32] if digest is not None else "0",
        kind=kind,
        state=FetchState.EXPIRED if lost else FetchState.PENDING,
        reason=(problem or "WhatsApp gave no file") if lost else None,
        name=safe_name(name) if name is not None else None,
        name_original=name,
        mime=_mime(file.text("mime_type")),
        size_bytes=file.count("file_size"),
        animated=file.flag("animated"),
        native=native,
    )


def _mime(value: str | None) -> str | None:
    """Without parameters: a voice note says ``audio/ogg; codecs=opus``."""
    return value.partition(";")[0].strip().lower() or None if value is not None else None


def _sha256(value: str | None) -> str | None:
    """The digest, which comes in base64, in hexadecimal digits; None where it is none."""
    if value is None:
        return None
    try:
        digest = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        return None
    return digest.hex() if len(digest) == _DIGEST_BYTES else None
