"""Where the made-up system takes the hub's callbacks."""

import asyncio
import base64
import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from aiohttp import web
from pydantic import SecretStr

from connectors.webhook.simulator.faults import Faults, refusal
from connectors.webhook.simulator.outbox import Outbox
from connectors.webhook.simulator.world import Line, Person, World
from shared.errors import Unauthorised
from shared.listening import LocalServer
from shared.webhooks.signing import ID, verify

_BODY_BYTES: Final = 64 * 1024 * 1024
_CLOSE_S: Final = 0.2


class Receiver:
    """Listens, checks signatures, knows repeats, and shows what came on the phones."""

    def __init__(
        self,
        world: World,
        faults: Faults,
        outbox: Outbox,
        secret: SecretStr,
        changed: Callable[[str], None],
    ) -> None:
        self._world = world
        self._faults = faults
        self._outbox = outbox
        self._secret = secret
        self._changed = changed
        self._answered: dict[str, dict[str, Any]] = {}
        self._files: dict[str, bytes] = {}
        self._closing = asyncio.Event()
        self.received: list[dict[str, Any]] = []
        """The callbacks that were taken, repeats left out."""
        app = web.Application(client_max_size=_BODY_BYTES)
        app.add_routes([web.post("/callbacks", self._callback), web.get("/files/{id}", self._file)])
        self._server = LocalServer(app, under_way_s=_CLOSE_S)
        self.base = ""

    async def start(self) -> str:
        """Listen; returns the address of this system."""
        self.base = await self._server.start()
        return self.base

    async def close(self) -> None:
        """Stop listening; whoever hangs is let go."""
        self._closing.set()
        await self._server.close()

    def put_file(self, data: bytes) -> str:
        """The address at which the hub may fetch a file."""
        id = self._world.next_id("f")
        self._files[id] = data
        return f"{self.base}/files/{id}"

    async def _file(self, request: web.Request) -> web.Response:
        found = self._files.get(request.match_info["id"])
        if found is None:
            raise web.HTTPNotFound
        return web.Response(body=found)

    async def _callback(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        headers = {name.lower(): value for name, value in request.headers.items()}
        try:
            verify([self._secret], headers, body, self._world.clock.now())
        except Unauthorised as error:
            return web.json_response({"reason": str(error)}, status=401)
        told = json.loads(body)
        fault = self._faults.answer() if told["type"] not in {"ping", "typing"} else None
        if fault == "hang":
            await self._closing.wait()
            return web.Response(status=503)
        if fault is not None and not fault.startswith("cut"):
            return refusal(fault)
        if fault == "cut_before":
            _cut(request)
            return web.Response()
        answer = self._take(headers[ID], told)
        if fault == "cut_after_write":
            _cut(request)
        return answer

    def _take(self, id: str, told: Mapping[str, Any]) -> web.Response:
        if id in self._answered:
            return web.json_response(self._answered[id])
        if told["type"] in {"ping", "typing"}:
            return web.json_response({})
        person = self._world.of_thread(told["thread"]["id"])
        if person is None:
            reason = "there is no such chat"
            return web.json_response({"code": "unknown", "reason": reason}, status=422)
        if person.blocked:
            reason = "the customer has left"
            return web.json_response({"code": "contact_gone", "reason": reason}, status=422)
        answer = self._shown(person, told)
        self._answered[id] = answer
        self.received.append(dict(told))
        self._changed(person.name)
        return web.json_response(answer)

    def _shown(self, person: Person, told: Mapping[str, Any]) -> dict[str, Any]:
        message = told.get("message") or {}
        if told["type"] == "message":
            about = {
                **message,
                "attachments": [_seen(file) for file in message.get("attachments", ())],
            }
            about["reply_to"] = _answered(person, message)
            line = Line(
                self._world.next_id("h"), False, message["text"], self._world.clock.now(), about
            )
            person.lines.append(line)
            self._receipt(person, line.id, "delivered")
            return {"id": line.id}
        line_id = str(told.get("message_id") or message.get("id"))
        found = person.find(line_id)
        if found is None:
            return {}
        if told["type"] == "edit":
            found.text, found.edited = message["text"], True
            found.about["buttons"] = message.get("buttons")
        elif told["type"] == "delete":
            person.lines.remove(found)
        elif told["type"] == "reaction":
            found.from_hub = list(told["emoji"])
        return {"id": line_id}

    def _receipt(self, person: Person, id: str, state: str) -> None:
        thread = {"id": person.id}
        self._outbox.tell({"type": "receipt", "thread": thread, "message_id": id, "state": state})


def _seen(file: Mapping[str, Any]) -> dict[str, Any]:
    names = ("kind", "name", "mime", "size_bytes", "data_base64", "url")
    return {name: file[name] for name in names if name in file}


def _answered(person: Person, message: Mapping[str, Any]) -> dict[str, Any] | None:
    answered = message.get("reply_to")
    if not answered:
        return None
    line = person.find(str(answered["id"]))
    return {"id": answered["id"], "text": line.text if line else ""}


def _cut(request: web.Request) -> None:
    if request.transport is not None:
        request.transport.close()


def inline(data: bytes) -> str:
    """A small file as events hold it."""
    return base64.b64encode(data).decode()
