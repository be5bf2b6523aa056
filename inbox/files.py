"""Files: uploads into the blob store, told by their bytes, and downloads that can do no harm."""

import asyncio
import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Final

from inbox.rest.problems import TooLarge
from shared.clock import Clock
from shared.collections import MESSAGES, UPLOADS
from shared.errors import BadRequest, NotFound, Rejected
from shared.ids import BlobId, new_id
from shared.model.content import Attachment, AttachmentKind, FetchState
from shared.model.people import Actor
from shared.model.records import Upload
from shared.ports.blobs import Blobs
from shared.ports.store import Put, Store

_HEAD_BYTES: Final = 8192
_NAME_LENGTH: Final = 120
_UNKNOWN: Final = "application/octet-stream"
IMAGES: Final = frozenset(
    {"image/png", "image/jpeg", "image/gif", "image/webp", "image/avif", "image/bmp"}
)
_INLINE: Final = IMAGES | {
    "audio/mpeg", "audio/mp3", "audio/mp4", "audio/x-m4a", "audio/ogg", "audio/opus", "audio/wav",
    "audio/x-wav", "audio/webm", "audio/aac", "audio/flac", "video/mp4", "video/webm", "video/ogg",
    "video/quicktime",
}  # fmt: skip
_OGG: Final = b"OggS"
_OPUS: Final = b"OpusHead"
_SOUND: Final = re.compile(rb"OpusHead|\x01vorbis|\x7fFLAC")
_OGG_START_BYTES: Final = 64
_UNSAFE_IN_NAMES: Final = re.compile(r"[\x00-\x1f\x7f<>:\"/\\|?*\u202a-\u202e\u2066-\u2069]")
_MIME: Final = re.compile(r"[a-z0-9][a-z0-9.+-]{0,60}/[a-z0-9][a-z0-9.+-]{0,100}")
_TEXTUAL: Final = re.compile(r"text/(plain|csv|markdown)|application/(json|xml)")


def safe_name(name: str | None) -> str:
    """A name to show and save under: no path, no control or direction characters."""
    bare = _UNSAFE_IN_NAMES.sub("_", PurePath((name or "").replace("\\", "/")).name).strip(" .")
    if len(bare) > _NAME_LENGTH:
        suffix = PurePath(bare).suffix[:20]
        bare = bare[: _NAME_LENGTH - len(suffix)] + suffix
    return bare or "file"


def kind_of(mime: str) -> AttachmentKind:
    """How a file of this type is shown."""
    if mime in IMAGES:
        return AttachmentKind.IMAGE
    if mime.startswith("video/"):
        return AttachmentKind.VIDEO
    if mime.startswith("audio/"):
        return AttachmentKind.AUDIO
    return AttachmentKind.FILE


def is_inline(mime: str) -> bool:
    """Whether a browser may show it within our pages."""
    return mime in _INLINE


@dataclass(frozen=True, slots=True)
class Stored:
    """An attachment whose bytes are there."""

    blob_id: BlobId
    name: str
    mime: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Files:
    """Uploads and attachments. All methods raise ``Unavailable``."""

    store: Store
    blobs: Blobs
    clock: Clock
    limit_bytes: int

    async def upload(
        self, chunks: AsyncIterator[bytes], name: str | None, declared: str | None, by: Actor
    ) -> Upload:
        """Store a file. Raises ``TooLarge``, and ``BadRequest`` for an empty one."""
        head = bytearray()
        try:
            blob = await self.blobs.put(_seen(chunks, head), max_bytes=self.limit_bytes)
        except Rejected:
            raise TooLarge(f"a file may have {self.limit_bytes} bytes at most") from None
        if blob.size_bytes == 0:
            raise BadRequest("the file is empty", field="file")
        upload = Upload(
            id=new_id("f"),
            blob_id=blob.id,
            name=safe_name(name),
            mime=await asyncio.to_thread(_sniff, bytes(head), declared),
            size_bytes=blob.size_bytes,
            voice=_OPUS in head[:_OGG_START_BYTES] and head.startswith(_OGG),
            by=by,
            at=self.clock.now(),
        )
        await self.store.commit([Put(UPLOADS, upload)])
        return upload

    async def attachments(
        self, ids: tuple[str, ...], by: Actor, kept: Sequence[Attachment] = ()
    ) -> tuple[Attachment, ...]:
        """The caller's own uploads as attachments, and those of a draft, which outlive their
        uploads. Raises ``BadRequest`` for an unknown one."""
        held = {attachment.id: attachment for attachment in kept}
        missing = [id for id in ids if id not in held]
        found = await self.store.get_many(UPLOADS, missing) if missing else {}
        for index, id in enumerate(ids):
            if id not in held and (id not in found or found[id].by.id != by.id):
                raise BadRequest("there is no such upload of yours", field=f"attachments.{index}")
        return tuple(held.get(id) or _attachment(found[id]) for id in ids)

    async def stored(self, message_id: str, attachment_id: str) -> Stored:
        """Where an attachment's bytes are. Raises ``NotFound`` while, or because, they are not."""
        message = await self.store.get(MESSAGES, message_id)
        attachments = () if message is None else message.content.attachments
        found = next((a for a in attachments if a.id == attachment_id), None)
        if found is None:
            raise NotFound("there is no such attachment")
        if found.state is not FetchState.STORED or found.blob_id is None:
            raise NotFound(found.reason or f"the file is not here: {found.state.value}")
        mime = (found.mime_detected or found.mime or _UNKNOWN).partition(";")[0].strip().lower()
        return Stored(
            blob_id=found.blob_id,
            name=safe_name(found.name or found.name_original),
            mime=mime if _MIME.fullmatch(mime) else _UNKNOWN,
            size_bytes=await self.blobs.size(found.blob_id),
        )


async def _seen(chunks: AsyncIterator[bytes], head: bytearray) -> AsyncIterator[bytes]:
    async for chunk in chunks:
        if len(head) < _HEAD_BYTES:
            head.extend(chunk[: _HEAD_BYTES - len(head)])
        yield chunk


def _sniff(head: bytes, declared: str | None) -> str:
    """The type that the bytes show; a declared one counts only for what has no signature."""
    import puremagic  # slow to import, and only uploads need it

    try:
        detected = puremagic.from_string(head, mime=True).lower()
    except (puremagic.PureError, ValueError):
        detected = ""
    if head.startswith(_OGG) and _SOUND.search(head[:_OGG_START_BYTES]):
        return "audio/ogg"
    if _MIME.fullmatch(detected):
        return detected
    given = (declared or "").partition(";")[0].strip().lower()
    return given if _TEXTUAL.fullmatch(given) and b"\0" not in head else _UNKNOWN


def _attachment(upload: Upload) -> Attachment:
    return Attachment(
        id=upload.id,
        kind=AttachmentKind.VOICE if upload.voice else kind_of(upload.mime),
        state=FetchState.STORED,
        blob_id=BlobId(upload.blob_id),
        name=upload.name,
        name_original=upload.name,
        mime=upload.mime,
        mime_detected=upload.mime,
        size_bytes=upload.size_bytes,
    )
