"""Files on their way to Telegram: streamed from where they are kept, in the form that fits them."""

from collections.abc import AsyncGenerator, Mapping
from enum import StrEnum
from types import MappingProxyType

from aiogram import Bot
from aiogram.types import InputFile

from connectors.base import OpenFile
from connectors.telegram.file_name import safe_name
from shared.model.content import Attachment, AttachmentKind

_MIB = 1024 * 1024
_PHOTO_BYTES = 10 * _MIB
_PHOTO_SIDES = 10_000
_PHOTO_RATIO = 20


class Form(StrEnum):
    """How Telegram shows a file."""

    PHOTO = "photo"
    VIDEO = "video"
    AUDIO = "audio"
    VOICE = "voice"
    VIDEO_NOTE = "video_note"
    ANIMATION = "animation"
    STICKER = "sticker"
    DOCUMENT = "document"


_PHOTO = frozenset({"image/jpeg", "image/png", "image/webp", "image/bmp"})
_AUDIO = frozenset({"audio/mpeg", "audio/mp3", "audio/mp4", "audio/m4a", "audio/x-m4a"})
_MP4 = frozenset({"video/mp4"})
_FORMS: Mapping[AttachmentKind, tuple[Form, frozenset[str]]] = MappingProxyType(
    {
        AttachmentKind.IMAGE: (Form.PHOTO, _PHOTO),
        AttachmentKind.VIDEO: (Form.VIDEO, _MP4),
        AttachmentKind.AUDIO: (Form.AUDIO, _AUDIO),
        AttachmentKind.VOICE: (Form.VOICE, _AUDIO | {"audio/ogg", "audio/opus"}),
        AttachmentKind.VIDEO_NOTE: (Form.VIDEO_NOTE, _MP4),
        AttachmentKind.ANIMATION: (Form.ANIMATION, _MP4 | {"image/gif"}),
        AttachmentKind.STICKER: (
            Form.STICKER,
            frozenset({"image/webp", "video/webm", "application/x-tgsticker"}),
        ),
    }
)
_ENDINGS: Mapping[Form, str] = MappingProxyType(
    {
        Form.PHOTO: "photo.jpg",
        Form.VIDEO: "video.mp4",
        Form.AUDIO: "audio.mp3",
        Form.VOICE: "voice.ogg",
        Form.VIDEO_NOTE: "video.mp4",
        Form.ANIMATION: "animation.mp4",
        Form.STICKER: "sticker.webp",
        Form.DOCUMENT: "file",
    }
)


def form_of(file: OpenFile) -> Form:
    """The form a file is sent in: as a document whenever Telegram would refuse or spoil it."""
    attachment = file.attachment
    mime = _mime(attachment)
    if attachment.kind is AttachmentKind.IMAGE and mime == "image/gif":
        return Form.ANIMATION
    form, mimes = _FORMS.get(attachment.kind, (Form.DOCUMENT, frozenset[str]()))
    if mime not in mimes or (form is Form.PHOTO and not _fits_photo(attachment, file.size_bytes)):
        return Form.DOCUMENT
    return form


def _mime(attachment: Attachment) -> str:
    mime = attachment.mime_detected or attachment.mime or ""
    return mime.partition(";")[0].strip().lower()


def _fits_photo(attachment: Attachment, size_bytes: int) -> bool:
    width, height = attachment.width, attachment.height
    if size_bytes > _PHOTO_BYTES:
        return False
    if not width or not height:
        return True
    return width + height <= _PHOTO_SIDES and max(width, height) <= _PHOTO_RATIO * min(
        width, height
    )


class Upload(InputFile):
    """A file that is read while it is sent."""

    def __init__(self, file: OpenFile, form: Form) -> None:
        name = file.attachment.name or file.attachment.name_original
        super().__init__(filename=safe_name(name) if name else _ENDINGS[form])
        self._file = file
        self.whole = False
        """Read to its end. Until then the request is unfinished and cannot be carried out."""

    async def read(self, bot: Bot) -> AsyncGenerator[bytes, None]:
        """The file's bytes."""
        self.whole = False
        async for chunk in self._file.read():
            yield chunk
        self.whole = True
