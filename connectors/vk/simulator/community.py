"""Methods of the community itself: its key, Bots Long Poll, callback servers."""

from collections.abc import Callable
from typing import Any, Final

from connectors.vk.simulator.parameters import Parameters
from connectors.vk.simulator.refusal import Refusal
from connectors.vk.simulator.stream import Stream

_SERVERS: Final = 10
_SECRET: Final = 50
_TITLE: Final = 14
_FIXED: Final = frozenset({"access_token", "v", "group_id", "enabled", "api_version", "server_id"})
RIGHTS: Final = ("messages", "photos", "docs", "manage")


class Community:
    """The settings of one community."""

    def __init__(
        self, group_id: int, stream: Stream, confirm: Callable[[dict[str, Any]], None]
    ) -> None:
        self._group_id = group_id
        self._stream = stream
        self._confirm = confirm
        self.rights: tuple[str, ...] = RIGHTS
        self.code = f"{group_id:x}c0de"
        self.key = "k1"
        self.base = ""
        self.polled: dict[str, Any] = {"is_enabled": False, "api_version": "5.131"}
        self.messages_on = True
        """People can write to the community."""
        self.servers: list[dict[str, Any]] = []
        self._next = 1

    def about(self, _given: Parameters) -> dict[str, Any]:
        """``groups.getById``."""
        screen_name = f"club{self._group_id}"
        group = {"id": self._group_id, "name": "Omnihub Demo", "screen_name": screen_name}
        return {"groups": [group], "profiles": []}

    def permissions(self, _given: Parameters) -> dict[str, Any]:
        """``groups.getTokenPermissions``."""
        listed = [{"name": name, "setting": 1 << n} for n, name in enumerate(self.rights)]
        return {"mask": sum(item["setting"] for item in listed), "permissions": listed}

    @property
    def events(self) -> dict[str, int]:
        """The types that Bots Long Poll tells."""
        return self._stream.enabled

    def poll_server(self, given: Parameters) -> dict[str, Any]:
        """``groups.getLongPollServer``: always the ``ts`` of this moment."""
        self._own(given)
        if not self.polled["is_enabled"]:
            raise Refusal(100, "longpoll for this group is not enabled")
        return {"key": self.key, "server": f"{self.base}/poll", "ts": str(self._stream.ts)}

    def poll_settings(self, given: Parameters) -> dict[str, Any]:
        """``groups.getLongPollSettings``."""
        self._managed(given)
        return {**self.polled, "events": dict(self._stream.enabled)}

    def set_poll_settings(self, given: Parameters) -> int:
        """``groups.setLongPollSettings``."""
        self._managed(given)
        self.polled = {
            "is_enabled": bool(given.integer("enabled")),
            "api_version": given.text("api_version") or self.polled["api_version"],
        }
        self._stream.enabled |= _events(given)
        return 1

    def confirmation(self, given: Parameters) -> dict[str, Any]:
        """``groups.getCallbackConfirmationCode``."""
        self._managed(given)
        return {"code": self.code}

    def list_servers(self, given: Parameters) -> dict[str, Any]:
        """``groups.getCallbackServers``."""
        self._managed(given)
        hidden = {"events"}
        items = [{k: v for k, v in s.items() if k not in hidden} for s in self.servers]
        return {"count": len(items), "items": items}

    def add_server(self, given: Parameters) -> dict[str, Any]:
        """``groups.addCallbackServer``: the server is asked to confirm."""
        self._managed(given)
        if len(self.servers) >= _SERVERS:
            raise Refusal(100, "servers number limit is reached")
        server = self._filled({"id": self._next, "status": "unconfigured", "events": {}}, given)
        self._next += 1
        self.servers.append(server)
        self._confirm(server)
        return {"server_id": server["id"]}

    def edit_server(self, given: Parameters) -> int:
        """``groups.editCallbackServer``."""
        self._managed(given)
        self._confirm(self._filled(self._server(given), given))
        return 1

    def delete_server(self, given: Parameters) -> int:
        """``groups.deleteCallbackServer``."""
        self._managed(given)
        self.servers.remove(self._server(given))
        return 1

    def set_server(self, given: Parameters) -> int:
        """``groups.setCallbackSettings``."""
        self._managed(given)
        self._server(given)["events"] |= _events(given)
        return 1

    def _filled(self, server: dict[str, Any], given: Parameters) -> dict[str, Any]:
        url, title, secret = given.text("url"), given.text("title"), given.text("secret_key")
        if not url.startswith(("https://", "http://")):
            raise Refusal(100, "url")
        if not title or len(title) > _TITLE or len(secret) > _SECRET:
            raise Refusal(100, "title or secret_key")
        server |= {"url": url, "title": title, "secret_key": secret, "creator_id": 1}
        return server

    def _server(self, given: Parameters) -> dict[str, Any]:
        number = given.required("server_id")
        found = next((server for server in self.servers if server["id"] == number), None)
        if found is None:
            raise Refusal(100, "server_id")
        return found

    def _own(self, given: Parameters) -> None:
        if given.required("group_id") != self._group_id:
            raise Refusal(100, "group_id")

    def _managed(self, given: Parameters) -> None:
        self._own(given)
        if "manage" not in self.rights:
            raise Refusal(15, "no access to manage the community")


def _events(given: Parameters) -> dict[str, int]:
    return {
        name: int(value)
        for name, value in given.given.items()
        if name not in _FIXED and value in {"0", "1"}
    }
