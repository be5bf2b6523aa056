"""Files on their way to VK: asked for a place, streamed there, saved, and named in the message."""

import json
from collections import OrderedDict
from collections.abc import AsyncIterator, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final

from aiohttp import (
    ClientConnectorError,
    ClientError,
    ClientSession,
    ClientTimeout,
    ConnectionTimeoutError,
    FormData,
)

from connectors.base import OpenFile, Outgoing
from connectors.vk import refusals
from connectors.vk.api import VkApi
from connectors.vk.attachments import safe_name
from connectors.vk.errors import NoAnswer, Refused
from connectors.vk.payload import Payload
from connectors.vk.peers import is_chat
from shared.errors import NotSent, Rejected
from shared.model.content import AttachmentKind

_MIB: Final = 1024 * 1024
_PHOTO_BYTES: Final = 50 * _MIB
_PHOTO_SIDES: Final = 14_000
_PHOTO_RATIO: Final = 20
_BYTES_PER_S: Final = 256 * 1024
_CONNECT_S: Final = 10.0
_REMEMBER: Final = 256
_SUCCESS: Final = range(200, 300)
_REFUSED: Final = range(400, 500)
_PHOTO_MIMES: Final = frozenset({"image/jpeg", "image/png"})
_VOICE_MIMES: Final = frozenset({"audio/ogg", "audio/opus", "application/ogg"})
_ENDINGS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "image/jpeg": "jpg",
        "image/png": "png",
        "image/gif": "gif",
        "image/webp": "webp",
        "audio/ogg": "ogg",
        "audio/opus": "ogg",
        "application/ogg": "ogg",
        "audio/mpeg": "mp3",
        "audio/mp4": "m4a",
        "video/mp4": "mp4",
        "video/webm": "webm",
        "application/pdf": "pdf",
        "application/zip": "zip",
        "text/plain": "txt",
    }
)


class Form(StrEnum):
    """How VK shows a file."""

    PHOTO = "photo"
    VOICE = "audio_message"
    DOCUMENT = "doc"


def form_of(file: OpenFile) -> Form:
    """The form a file is sent in: as a document whenever VK would refuse or spoil it."""
    attachment = file.attachment
    mime = _mime(file)
    if attachment.kind is AttachmentKind.VOICE and mime in _VOICE_MIMES:
        return Form.VOICE
    if attachment.kind is not AttachmentKind.IMAGE or mime not in _PHOTO_MIMES:
        return Form.DOCUMENT
    width, height = attachment.width, attachment.height
    if file.size_bytes > _PHOTO_BYTES:
        return Form.DOCUMENT
    if width and height:
        fits = width + height <= _PHOTO_SIDES
        if not fits or max(width, height) > _PHOTO_RATIO * min(width, height):
            return Form.DOCUMENT
    return Form.PHOTO


def _mime(file: OpenFile) -> str:
    mime = file.attachment.mime_detected or file.attachment.mime or ""
    return mime.partition(";")[0].strip().lower()


def name_for(file: OpenFile, form: Form) -> str:
    """A name with an ending: VK takes no file without one."""
    given = file.attachment.name or file.attachment.name_original
    name = safe_name(given) if given else form.value
    stem, dot, ending = name.rpartition(".")
    if dot and stem and ending:
        return name
    usual = {Form.PHOTO: "jpg", Form.VOICE: "ogg", Form.DOCUMENT: "bin"}
    return f"{name}.{_ENDINGS.get(_mime(file), usual[form])}"


class Uploads:
    """Brings files to VK. What a part has brought is remembered, for a part may be sent again."""

    def __init__(self, api: VkApi, http: ClientSession, *, timeout_s: float) -> None:
        self._api = api
        self._http = http
        self._timeout_s = timeout_s
        self._done: OrderedDict[str, tuple[str, ...]] = OrderedDict()

    async def bring(self, outgoing: Outgoing, peer_id: int) -> tuple[str, ...]:
        """What the files are called in a message. Raises a ``SendError``; nothing is sent yet."""
        if not outgoing.files:
            return ()
        known = self._done.get(outgoing.key)
        if known is not None:
            return known
        names = tuple([await self._one(file, peer_id) for file in outgoing.files])
        self._done[outgoing.key] = names
        while len(self._done) > _REMEMBER:
            self._done.popitem(last=False)
        return names

    async def _one(self, file: OpenFile, peer_id: int) -> str:
        try:
            return await self._brought(file, peer_id)
        except Refused as error:
            # In a chat VK asks whether the people in it have written to the community.
            if error.code != refusals.NO_PERMISSION or not is_chat(peer_id):
                raise refusals.of_preparation(error) from None
        except NoAnswer as error:
            raise refusals.of_preparation(error) from None
        try:
            return await self._brought(file, None)
        except (Refused, NoAnswer) as error:
            raise refusals.of_preparation(error) from None

    async def _brought(self, file: OpenFile, peer_id: int | None) -> str:
        form = form_of(file)
        if form is Form.PHOTO:
            place = await self._api.call("photos.getMessagesUploadServer", peer_id=peer_id)
            said = await self._post(place, "photo", file, form)
            if said.raw.get("photo") in (None, "", "[]", []):
                raise Rejected("VK does not take this picture")
            saved = await self._api.call(
                "photos.saveMessagesPhoto",
                server=said.raw.get("server"),
                photo=_text(said.raw.get("photo")),
                hash=said.raw.get("hash"),
            )
            return _named("photo", saved[0] if isinstance(saved, list) and saved else None)
        place = await self._api.call(
            "docs.getMessagesUploadServer", type=form.value, peer_id=peer_id
        )
        said = await self._post(place, "file", file, form)
        token = said.text("file")
        if token is None:
            raise Rejected(f"VK does not take this file: {_words(said)}")
        saved = await self._api.call("docs.save", file=token, title=name_for(file, form))
        kind = saved.get("type") if isinstance(saved, dict) else None
        if kind not in {"doc", "audio_message", "graffiti"}:
            raise NoAnswer("VK did not say what became of the file", written=True)
        # An uploaded voice message is named as a document in a message.
        return _named("doc", saved.get(kind))

    async def _post(self, place: Any, field: str, file: OpenFile, form: Form) -> Payload:
        url = place.get("upload_url") if isinstance(place, dict) else None
        if not isinstance(url, str):
            raise NoAnswer("VK named no place for the file", written=True)
        limit_s = self._timeout_s + file.size_bytes / _BYTES_PER_S
        body = FormData(quote_fields=False)
        body.add_field(field, _chunks(file), filename=name_for(file, form))
        limit = ClientTimeout(total=limit_s, sock_connect=_CONNECT_S)
        try:
            async with self._http.post(
                url, data=body, timeout=limit, allow_redirects=False
            ) as response:
                status, answer = response.status, await response.read()
        except (ClientConnectorError, ConnectionTimeoutError):
            raise NotSent("VK's upload server cannot be reached") from None
        except TimeoutError:
            raise NotSent("VK's upload server did not answer in time") from None
        except (ClientError, OSError) as error:
            raise NotSent(f"the upload broke off ({type(error).__name__})") from None
        if status in _REFUSED:
            raise Rejected(f"VK's upload server refuses the file ({status})")
        try:
            said = json.loads(answer)
        except (ValueError, RecursionError):
            said = None
        if status not in _SUCCESS or not isinstance(said, dict):
            raise NotSent(f"VK's upload server answered with status {status}")
        return Payload(said)


async def _chunks(file: OpenFile) -> AsyncIterator[bytes]:
    async for chunk in file.read():
        yield chunk


def _words(said: Payload) -> str:
    return (said.text("error_descr") or said.text("error") or "it gives no reason")[:200]


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _named(kind: str, saved: object) -> str:
    item = Payload(saved) if isinstance(saved, dict) else Payload({})
    owner, number = item.integer("owner_id"), item.integer("id")
    if owner is None or number is None:
        raise NoAnswer("VK did not say what became of the file", written=True)
    key = item.text("access_key")
    return f"{kind}{owner}_{number}" + (f"_{key}" if key is not None else "")
