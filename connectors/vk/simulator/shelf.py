"""The files that customers and the hub have sent. The oldest make room for new ones."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from types import MappingProxyType
from typing import Any

_ROOM_BYTES = 128 * 1024 * 1024
_DOC_TYPES: Mapping[str, int] = MappingProxyType(
    {"gif": 3, "jpg": 4, "jpeg": 4, "png": 4, "webp": 4, "mp3": 5, "ogg": 5, "mp4": 6, "txt": 1}
)
_OTHER = 8
_FIRST = 456_239_000


@dataclass(frozen=True, slots=True)
class ShelfFile:
    """A file and how VK names it."""

    id: int
    owner_id: int
    kind: str
    """``photo``, ``doc``, ``audio_message``, ``graffiti`` or ``sticker``."""
    name: str
    mime: str
    data: bytes
    url: str

    @property
    def access_key(self) -> str:
        """Goes with the number."""
        return sha256(f"{self.owner_id}_{self.id}".encode()).hexdigest()[:18]

    @property
    def reference(self) -> str:
        """As a message names it."""
        kind = "photo" if self.kind == "photo" else "doc"
        return f"{kind}{self.owner_id}_{self.id}"

    def told(self) -> dict[str, Any]:
        """The attachment as VK tells of it."""
        return {"type": self.kind, self.kind: getattr(self, f"_{self.kind}")()}

    def _numbered(self) -> dict[str, Any]:
        return {"id": self.id, "owner_id": self.owner_id, "access_key": self.access_key}

    def _photo(self) -> dict[str, Any]:
        sizes = [
            {"type": "s", "width": 75, "height": 56, "url": f"{self.url}?size=75x56"},
            {"type": "w", "width": 1280, "height": 960, "url": self.url},
            {"type": "m", "width": 130, "height": 97, "url": f"{self.url}?size=130x97"},
        ]
        return {**self._numbered(), "album_id": -3, "date": 1, "text": "", "sizes": sizes}

    def _doc(self) -> dict[str, Any]:
        ending = self.name.rpartition(".")[2].lower()
        about = {"title": self.name, "size": len(self.data), "ext": ending, "url": self.url}
        return {**self._numbered(), **about, "type": _DOC_TYPES.get(ending, _OTHER), "date": 1}

    def _audio_message(self) -> dict[str, Any]:
        links = {"link_ogg": self.url, "link_mp3": f"{self.url}?mp3"}
        waves = [0, 3, 9, 14, 20, 31, 12, 4]
        return {**self._numbered(), "duration": 7, "waveform": waves, **links}

    def _graffiti(self) -> dict[str, Any]:
        return {**self._numbered(), "url": self.url, "width": 586, "height": 585}

    def _sticker(self) -> dict[str, Any]:
        images = [
            {"url": f"{self.url}?size=64", "width": 64, "height": 64},
            {"url": self.url, "width": 512, "height": 512},
        ]
        return {"sticker_id": self.id, "product_id": 1, "images": images, "is_allowed": True}


class Shelf:
    """Files by their number."""

    def __init__(self, first_id: int) -> None:
        self.base = ""
        """The address of the server."""
        self._next = _FIRST + first_id
        self._files: OrderedDict[int, ShelfFile] = OrderedDict()
        self._bytes = 0

    def put(self, kind: str, owner_id: int, name: str, mime: str, data: bytes) -> ShelfFile:
        """Keep a file."""
        self._next += 1
        url = f"{self.base}/files/{self._next}"
        file = ShelfFile(self._next, owner_id, kind, name, mime, data, url)
        self._files[file.id] = file
        self._bytes += len(data)
        while self._bytes > _ROOM_BYTES and len(self._files) > 1:
            _, oldest = self._files.popitem(last=False)
            self._bytes -= len(oldest.data)
        return file

    def get(self, number: int | None) -> ShelfFile | None:
        """The file with the number."""
        return self._files.get(number or 0)

    def named(self, reference: str) -> ShelfFile | None:
        """The file that a message names: ``photo1_2_key``."""
        number = reference.rpartition("_")[0] if reference.count("_") > 1 else reference
        digits = number.rpartition("_")[2]
        file = self.get(int(digits)) if digits.isdigit() else None
        return file if file is not None and file.reference == number else None
