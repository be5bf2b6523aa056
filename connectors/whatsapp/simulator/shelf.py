"""The files that customers and the hub have uploaded. The oldest make room for new ones."""

import base64
from collections import OrderedDict
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

from connectors.whatsapp.simulator.refusal import Refusal

_ROOM_BYTES: Final = 128 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class ShelfFile:
    """A file and how the Graph API names it."""

    id: str
    name: str
    mime: str
    data: bytes

    def told(self) -> dict[str, Any]:
        """The fields of a media object in a webhook."""
        digest = base64.b64encode(sha256(self.data).digest()).decode()
        return {"id": self.id, "mime_type": self.mime, "sha256": digest}

    def found(self, url: str) -> dict[str, Any]:
        """The answer to a question for the file."""
        return {
            "messaging_product": "whatsapp",
            "url": url,
            "mime_type": self.mime,
            "sha256": sha256(self.data).hexdigest(),
            "file_size": len(self.data),
            "id": self.id,
        }


class Shelf:
    """Files by their id."""

    def __init__(self) -> None:
        self._files: OrderedDict[str, ShelfFile] = OrderedDict()
        self._bytes = 0

    def put(self, id: str, name: str, mime: str, data: bytes) -> ShelfFile:
        """Keep a file."""
        file = ShelfFile(id, name, mime, data)
        self._files[id] = file
        self._bytes += len(data)
        while self._bytes > _ROOM_BYTES and len(self._files) > 1:
            _, oldest = self._files.popitem(last=False)
            self._bytes -= len(oldest.data)
        return file

    def find(self, id: str | None) -> ShelfFile | None:
        """The file with the id."""
        return self._files.get(id or "")

    def get(self, id: str) -> ShelfFile:
        """The file with the id. Raises ``Refusal``."""
        file = self.find(id)
        if file is None:
            raise Refusal(
                100,
                f"Object with ID '{id}' does not exist, cannot be loaded due to missing "
                "permissions, or does not support this operation",
            )
        return file
