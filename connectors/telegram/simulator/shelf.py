"""The files that customers and the hub have sent. The oldest make room for new ones."""

from collections import OrderedDict
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from connectors.telegram.simulator.refusal import bad

_ROOM_BYTES = 128 * 1024 * 1024
_DOWNLOAD_BYTES = 20 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class ShelfFile:
    """A file and how the Bot API names it."""

    file_id: str
    path: str
    name: str
    mime: str
    kind: str
    data: bytes

    def reference(self) -> dict[str, Any]:
        """The fields that every file object has."""
        unique = sha256(self.data).hexdigest()[:16]
        return {
            "file_id": self.file_id,
            "file_unique_id": f"AgAD{unique}",
            "file_size": len(self.data),
        }


class Shelf:
    """Files by their id and by their path."""

    def __init__(self) -> None:
        self._files: OrderedDict[str, ShelfFile] = OrderedDict()
        self._paths: dict[str, str] = {}
        self._bytes = 0
        self._count = 0

    def put(self, kind: str, name: str, mime: str, data: bytes) -> ShelfFile:
        """Keep a file."""
        self._count += 1
        ending = name.rpartition(".")[2] if "." in name else "bin"
        digest = sha256(f"{self._count}:{name}".encode()).hexdigest()
        file = ShelfFile(
            file_id=f"AgACAgIAAxkBAAI{digest[:40]}",
            path=f"{kind}s/file_{self._count}.{ending}",
            name=name,
            mime=mime,
            kind=kind,
            data=data,
        )
        self._files[file.file_id] = file
        self._paths[file.path] = file.file_id
        self._bytes += len(data)
        while self._bytes > _ROOM_BYTES and len(self._files) > 1:
            _, oldest = self._files.popitem(last=False)
            self._paths.pop(oldest.path, None)
            self._bytes -= len(oldest.data)
        return file

    def find(self, file_id: str | None) -> ShelfFile | None:
        """The file with the id."""
        return self._files.get(file_id or "")

    def get(self, file_id: str | None) -> dict[str, Any]:
        """The answer of ``getFile``. Refuses unknown ids and what is too big for bots."""
        file = self.find(file_id)
        if file is None:
            raise bad("wrong file_id or the file is temporarily unavailable")
        if len(file.data) > _DOWNLOAD_BYTES:
            raise bad("file is too big")
        return file.reference() | {"file_path": file.path}

    def at(self, path: str) -> ShelfFile | None:
        """The file at the path of its download link."""
        return self._files.get(self._paths.get(path, ""))
