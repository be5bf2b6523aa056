"""The calls beside messages: the number, its webhook, files, templates, the token."""

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from aiohttp import BodyPartReader, ClientError, ClientSession, ClientTimeout, web

from connectors.whatsapp.simulator.faults import Faults
from connectors.whatsapp.simulator.refusal import Refusal
from connectors.whatsapp.simulator.server import Method, Server, body_of
from connectors.whatsapp.simulator.shelf import Shelf
from connectors.whatsapp.simulator.templates import Templates
from connectors.whatsapp.simulator.webhooks import Webhooks
from connectors.whatsapp.simulator.world import World

_LIMIT: Final = ClientTimeout(total=10)
_CHALLENGE: Final = "1158201444"
_APP: Final = "670843887433847"
_TAKES: Final = frozenset(
    {
        "audio/aac", "audio/mp4", "audio/mpeg", "audio/amr", "audio/ogg", "audio/opus",
        "image/jpeg", "image/png", "image/webp", "video/mp4", "video/3gpp", "text/plain",
        "text/csv", "application/pdf", "application/msword", "application/zip",
        "application/vnd.ms-excel", "application/vnd.ms-powerpoint",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    }
)  # fmt: skip
_OK: Final = 200


class Management:
    """What is asked of the number ``number_id`` and the account ``account_id``."""

    def __init__(
        self,
        world: World,
        shelf: Shelf,
        templates: Templates,
        webhooks: Webhooks,
        faults: Faults,
        http: ClientSession,
        *,
        number_id: str,
        account_id: str,
    ) -> None:
        self._world = world
        self._shelf = shelf
        self._templates = templates
        self._webhooks = webhooks
        self._faults = faults
        self._http = http
        self._number_id = number_id
        self._account_id = account_id
        self._subscribed = False
        self.page_size = 5
        """How many templates a page holds at most."""
        self.token = {
            "app_id": _APP,
            "is_valid": True,
            "expires_at": 0,
            "scopes": ["whatsapp_business_management", "whatsapp_business_messaging"],
        }
        """What is told of the access token."""
        self.status = "CONNECTED"
        """Of the number."""
        self.server: Server | None = None

    def methods(self) -> Mapping[tuple[str, str], Method]:
        """By verb and path."""
        return {
            ("POST", "{id}/media"): self._upload,
            ("GET", "{id}/subscribed_apps"): self._apps,
            ("POST", "{id}/subscribed_apps"): self._subscribe,
            ("GET", "{id}/message_templates"): self._list,
            ("POST", "debug_token"): self._token,
            ("GET", "{id}"): self._show,
            ("POST", "{id}"): self._set,
        }

    async def _upload(self, request: web.Request) -> dict[str, Any]:
        self._ours(request, self._number_id)
        fields: dict[str, str] = {}
        name, data, mime = "file", None, ""
        async for part in await request.multipart():
            if not isinstance(part, BodyPartReader):
                continue
            if part.name == "file":
                name = part.filename or name
                mime = part.headers.get("Content-Type", "")
                data = bytes(await part.read())
            else:
                fields[part.name or ""] = await part.text()
        if fields.get("messaging_product") != "whatsapp" or data is None:
            raise Refusal(100, "The parameter messaging_product is required.")
        if mime.partition(";")[0].strip() not in _TAKES:
            raise Refusal(
                100,
                "Param file must be a file with one of the following types: "
                f"{', '.join(sorted(_TAKES))}. Received file of type '{mime}'.",
            )
        return {"id": self._shelf.put(str(self._world.next_id()), name, mime, data).id}

    async def _show(self, request: web.Request) -> dict[str, Any]:
        id = request.match_info["id"]
        if id != self._number_id:
            if self._faults.take("media_gone"):
                raise Refusal(100, f"Object with ID '{id}' does not exist")
            file = self._shelf.get(id)
            return file.found(self.server.file_url(id) if self.server is not None else "")
        return {
            "display_phone_number": "+1 555-078-3881",
            "verified_name": "Omnihub Demo",
            "quality_rating": "GREEN",
            "throughput": {"level": "STANDARD"},
            "status": self.status,
            "code_verification_status": "VERIFIED",
            "webhook_configuration": {
                "application": self._webhooks.url,
                **({"phone_number": self._webhooks.override} if self._webhooks.override else {}),
            },
            "id": id,
        }

    async def _set(self, request: web.Request) -> dict[str, Any]:
        self._ours(request, self._number_id)
        given = (await body_of(request)).get("webhook_configuration") or {}
        address = str(given.get("override_callback_uri") or "")
        if not address:
            self._webhooks.override = None
            return {"success": True}
        await self._shake(address, str(given.get("verify_token") or ""))
        self._webhooks.override = address
        return {"success": True}

    async def _shake(self, address: str, token: str) -> None:
        """Meta asks the address whether it is the hub's. Raises ``Refusal``."""
        parts = urlsplit(address)
        query = [
            *parse_qsl(parts.query),
            ("hub.mode", "subscribe"),
            ("hub.verify_token", token),
            ("hub.challenge", _CHALLENGE),
        ]
        url = urlunsplit(parts._replace(query=urlencode(query)))
        try:
            async with self._http.get(url, timeout=_LIMIT) as answer:
                right = answer.status == _OK and await answer.text() == _CHALLENGE
        except (ClientError, OSError):
            right = False
        if not right:
            raise Refusal(2200, "Callback verification failed: the challenge was not returned")

    async def _apps(self, request: web.Request) -> dict[str, Any]:
        self._ours(request, self._account_id)
        app = {"whatsapp_business_api_data": {"id": _APP, "name": "Omnihub", "link": ""}}
        return {"data": [app] if self._subscribed else []}

    async def _subscribe(self, request: web.Request) -> dict[str, Any]:
        self._ours(request, self._account_id)
        self._subscribed = True
        return {"success": True}

    async def _list(self, request: web.Request) -> dict[str, Any]:
        self._ours(request, self._account_id)
        limit = min(int(request.query.get("limit", "25")), self.page_size)
        base = str(request.url.with_query(None))
        return self._templates.page(base, request.query.get("after"), limit)

    async def _token(self, request: web.Request) -> dict[str, Any]:
        given = await body_of(request)
        if given.get("method") != "GET" or not given.get("input_token"):
            raise Refusal(100, "The parameter input_token is required.")
        return {"data": self.token}

    def _ours(self, request: web.Request, id: str) -> None:
        if request.match_info["id"] != id:
            raise Refusal(
                100, f"Object with ID '{request.match_info['id']}' does not exist, or no rights"
            )
