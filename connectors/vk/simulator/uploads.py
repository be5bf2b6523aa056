"""Uploads: a place is given, the file is posted there, and saved."""

import json
from collections import OrderedDict
from collections.abc import Mapping
from mimetypes import guess_type
from typing import Any, Final

from connectors.vk.simulator.parameters import Parameters
from connectors.vk.simulator.refusal import Refusal
from connectors.vk.simulator.shelf import Shelf, ShelfFile
from connectors.vk.simulator.world import World

_CHATS: Final = 2_000_000_000
_REMEMBER: Final = 1000
_PHOTOS: Final = ("jpg", "jpeg", "png", "gif")
_FORBIDDEN: Final = frozenset({"exe", "bat", "cmd", "com", "scr", "mp3", "apk"})
_DOCS: Final = frozenset({"doc", "audio_message", "graffiti"})


class Uploads:
    """The upload server of one community."""

    def __init__(self, world: World, shelf: Shelf) -> None:
        self._world = world
        self._shelf = shelf
        self._posted: OrderedDict[str, ShelfFile] = OrderedDict()

    def photo_server(self, given: Parameters) -> dict[str, Any]:
        """``photos.getMessagesUploadServer``."""
        self._may(given)
        return {"upload_url": f"{self._shelf.base}/upload/photo", "album_id": -64, "group_id": 0}

    def doc_server(self, given: Parameters) -> dict[str, Any]:
        """``docs.getMessagesUploadServer``."""
        self._may(given)
        kind = given.text("type") or "doc"
        if kind not in _DOCS:
            raise Refusal(100, "type should be doc, audio_message or graffiti")
        return {"upload_url": f"{self._shelf.base}/upload/{kind}"}

    def _may(self, given: Parameters) -> None:
        peer_id = given.integer("peer_id")
        if peer_id is None:
            return
        conversation = self._world.known(peer_id)
        if peer_id > _CHATS:
            # In a chat VK asks whether its people have written to the community themselves.
            raise Refusal(901)
        if conversation is None or conversation.denied:
            raise Refusal(901)

    def post(self, kind: str, name: str, mime: str, data: bytes) -> dict[str, Any]:
        """A file arrives at the upload server; a refusal is an answer like any other."""
        stem, dot, ending = name.rpartition(".")
        ending = ending.lower()
        if kind == "photo":
            if not dot or ending not in _PHOTOS or not data:
                return {"server": 1, "photo": "[]", "hash": ""}
            token = self._keep("photo", name, mime, data)
            return {"server": 1, "photo": json.dumps([{"photo": token}]), "hash": "h"}
        if not dot or not stem or ending in _FORBIDDEN or not data:
            return {"error": "no_file", "error_descr": "file type is not allowed"}
        if kind == "audio_message" and ending not in {"ogg", "opus", "oga"}:
            return {"error": "no_file", "error_descr": "not a voice message"}
        return {"file": self._keep(kind, name, mime, data)}

    def _keep(self, kind: str, name: str, mime: str, data: bytes) -> str:
        # VK goes by the file, whatever the request says of it.
        known = guess_type(name)[0] or mime
        file = self._shelf.put(kind, -self._world.group_id, name, known, data)
        token = f"{kind}|{file.id}|{file.access_key}"
        self._posted[token] = file
        while len(self._posted) > _REMEMBER:
            self._posted.popitem(last=False)
        return token

    def save_photo(self, given: Parameters) -> list[Mapping[str, Any]]:
        """``photos.saveMessagesPhoto``."""
        said = given.json("photo")
        token = said[0].get("photo") if isinstance(said, list) and said else None
        file = self._posted.get(str(token))
        if file is None or not given.text("hash") or not given.text("server"):
            raise Refusal(100, "photos_list is invalid")
        told: Mapping[str, Any] = file.told()["photo"]
        return [told]

    def save_doc(self, given: Parameters) -> dict[str, Any]:
        """``docs.save``."""
        file = self._posted.get(given.text("file"))
        if file is None:
            raise Refusal(100, "file is invalid")
        return file.told()
