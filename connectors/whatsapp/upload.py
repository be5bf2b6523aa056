"""Files on their way to WhatsApp: uploaded first, then named in a message by their id."""

from collections import OrderedDict
from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from aiohttp import FormData
from aiohttp.payload import AsyncIterablePayload

from connectors.base import OpenFile
from connectors.payload import Payload
from connectors.whatsapp import refusals
from connectors.whatsapp.file_name import safe_name
from connectors.whatsapp.graph import Graph, NoAnswer, Refused
from shared.clock import Clock
from shared.errors import NotSent, SendError, Uncertain
from shared.model.content import Attachment, AttachmentKind

_BYTES_PER_S: Final = 256 * 1024
_REMEMBERED: Final = 500
_KEPT: Final = timedelta(days=25)
_KIB: Final = 1024
_MIB: Final = 1024 * 1024


class Form(StrEnum):
    """How WhatsApp shows a file."""

    IMAGE = "image"
    VIDEO = "video"
    AUDIO = "audio"
    VOICE = "voice"
    STICKER = "sticker"
    DOCUMENT = "document"


_AUDIO: Final = frozenset({"audio/aac", "audio/amr", "audio/mpeg", "audio/mp4"})
_OGG: Final = "audio/ogg"
_SAME: Final[Mapping[str, str]] = MappingProxyType(
    {
        "audio/mp3": "audio/mpeg",
        "audio/m4a": "audio/mp4",
        "audio/x-m4a": "audio/mp4",
        "application/ogg": _OGG,
        # Taken by the upload, and refused hours later when the message is on its way.
        "audio/opus": _OGG,
        "image/jpg": "image/jpeg",
    }
)
_FORMS: Final[Mapping[AttachmentKind, tuple[Form, frozenset[str], int]]] = MappingProxyType(
    {
        AttachmentKind.IMAGE: (Form.IMAGE, frozenset({"image/jpeg", "image/png"}), 5 * _MIB),
        AttachmentKind.VIDEO: (Form.VIDEO, frozenset({"video/mp4", "video/3gpp"}), 16 * _MIB),
        AttachmentKind.VIDEO_NOTE: (Form.VIDEO, frozenset({"video/mp4"}), 16 * _MIB),
        AttachmentKind.ANIMATION: (Form.VIDEO, frozenset({"video/mp4"}), 16 * _MIB),
        AttachmentKind.AUDIO: (Form.AUDIO, _AUDIO | {_OGG}, 16 * _MIB),
        AttachmentKind.VOICE: (Form.VOICE, frozenset({_OGG}), 16 * _MIB),
        AttachmentKind.STICKER: (Form.STICKER, frozenset({"image/webp"}), 500 * _KIB),
    }
)
_NAMES: Final[Mapping[Form, str]] = MappingProxyType(
    {
        Form.IMAGE: "photo.jpg",
        Form.VIDEO: "video.mp4",
        Form.AUDIO: "audio.mp3",
        Form.VOICE: "voice.ogg",
        Form.STICKER: "sticker.webp",
        Form.DOCUMENT: "file",
    }
)


def mime_of(attachment: Attachment) -> str:
    """The type of a file in the word that Meta knows it by."""
    told = attachment.mime_detected or attachment.mime or "application/octet-stream"
    plain = told.partition(";")[0].strip().lower()
    return _SAME.get(plain, plain)


def form_of(file: OpenFile) -> Form:
    """The form a file is sent in: as a document whenever Meta would refuse it later on."""
    attachment = file.attachment
    form, mimes, most = _FORMS.get(attachment.kind, (Form.DOCUMENT, frozenset[str](), 0))
    mime = mime_of(attachment)
    if form is Form.VOICE and mime in _AUDIO:
        form, mimes = Form.AUDIO, _AUDIO
    if mime not in mimes or file.size_bytes > most:
        return Form.DOCUMENT
    return form


def name_of(file: OpenFile, form: Form) -> str:
    """What the file is called there."""
    name = file.attachment.name or file.attachment.name_original
    return safe_name(name) if name else _NAMES[form]


class Uploads:
    """The files of one number at Meta; an id is good for thirty days."""

    def __init__(
        self, graph: Graph, phone_number_id: str, clock: Clock, *, timeout_s: float
    ) -> None:
        self._graph = graph
        self._path = f"{phone_number_id}/media"
        self._timeout_s = timeout_s
        self._clock = clock
        self._known: OrderedDict[tuple[str, str], tuple[str, datetime]] = OrderedDict()

    async def media_id(self, file: OpenFile, form: Form) -> str:
        """The id of the file at Meta, uploaded if it is not there yet.

        Nothing is sent by that, so that whatever goes wrong can be tried again. Raises a
        ``SendError``.
        """
        mime = mime_of(file.attachment)
        if mime == _OGG:
            mime = "audio/ogg; codecs=opus"
        key = (file.attachment.blob_id or "", mime)
        known, now = self._known.get(key), self._clock.now()
        if known is not None and file.attachment.blob_id is not None and now - known[1] < _KEPT:
            return known[0]
        found = Payload(await self._upload(file, form, mime)).identifier("id")
        if found is None:
            raise NotSent("Meta gave the file no id")
        self._known[key] = (found, now)
        while len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)
        return found

    def forget(self) -> None:
        """Upload anew what is sent from now on: Meta knew an id no longer."""
        self._known.clear()

    async def _upload(self, file: OpenFile, form: Form, mime: str) -> dict[str, object]:
        data = FormData(quote_fields=False)
        data.add_field("messaging_product", "whatsapp")
        data.add_field("type", mime)
        data.add_field("file", _Body(file, mime), filename=name_of(file, form))
        limit_s = self._timeout_s + file.size_bytes / _BYTES_PER_S
        try:
            return await self._graph.upload(self._path, data, timeout_s=limit_s)
        except (Refused, NoAnswer) as error:
            raise _not_sent(refusals.of_send(error)) from None


class _Body(AsyncIterablePayload):
    """A file that is read while it is sent, of a known size: no chunks of unknown number."""

    def __init__(self, file: OpenFile, mime: str) -> None:
        super().__init__(file.read(), content_type=mime)
        self._size = file.size_bytes


def _not_sent(error: SendError) -> SendError:
    return NotSent(str(error)) if isinstance(error, Uncertain) else error
