"""The far end of the made-up platform."""

import asyncio
import base64
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from aiohttp import web

from connectors.simulator import SimulatorContext
from shared.errors import BadRequest
from tests.contracts.connectors.sample.connector import sign

TOKEN = "sample-token-5f1e"
SIGNING_KEY = "sample-signing-9c2d"
_FAULTS = frozenset(
    {
        "429",
        "500",
        "502_html",
        "cut_after_write",
        "hang",
        "blocked",
        "400",
        "401",
        "moved",
        "named",
        "odd",
    }
)


class SampleSimulator:
    """Listens, remembers, and goes wrong on demand."""

    def __init__(self, context: SimulatorContext, *, mode: str = "pull") -> None:
        self._context = context
        self._mode = mode
        self._runner: web.AppRunner | None = None
        self.base = ""
        self.updates: list[dict[str, Any]] = []
        self.received: list[dict[str, Any]] = []
        self.received_at: list[datetime] = []
        self.answered: list[str] = []
        self.polls: list[int] = []
        self.webhooks: list[str | None] = []
        self.webhook_faults: list[int] = []
        self.files: dict[str, bytes | int] = {}
        self.faults: list[str] = []
        self.faults_for: dict[str, list[str]] = {}
        self.release = asyncio.Event()
        self.news = asyncio.Event()
        self._phones: dict[str, list[dict[str, Any]]] = {}

    async def start(self) -> str:
        """Listen."""
        app = web.Application(client_max_size=10**8)
        app.add_routes(
            [
                web.post("/messages", self._message),
                web.post("/answers", self._answer),
                web.get("/me", self._me),
                web.put("/webhook", self._webhook),
                web.get("/updates", self._updates),
                web.get("/files/{id}", self._file),
            ]
        )
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.base = f"http://{host}:{port}"
        return self.base

    async def close(self) -> None:
        """Stop listening."""
        self.release.set()
        if self._runner is not None:
            await self._runner.cleanup()

    def settings(self) -> Mapping[str, Any]:
        """Settings of a channel that talks to this."""
        return {"token": TOKEN, "signing_key": SIGNING_KEY, "mode": self._mode}

    async def write(
        self, customer: str, text: str, attachments: Sequence[Mapping[str, Any]] = ()
    ) -> str:
        """Write as a customer."""
        id = f"m{len(self.updates) + 1}"
        files = []
        for number, attachment in enumerate(attachments):
            file_id = f"{id}-{number}"
            self.files[file_id] = base64.b64decode(attachment["data_base64"])
            files.append({"id": file_id, "name": attachment["name"], "mime": attachment["mime"]})
        self.event({"id": id, "type": "sms", "from": customer, "text": text, "files": files})
        self._show(customer, {"id": id, "from": "customer", "text": text})
        return id

    def event(self, event: dict[str, Any]) -> None:
        """Let something happen."""
        at = int(self._context.clock.now().timestamp())
        self.updates.append({"number": len(self.updates) + 1, "event": {"at": at} | event})
        self.news.set()

    async def act(self, customer: str, action: Mapping[str, Any]) -> None:
        """Press a button, or edit."""
        id = f"a{len(self.updates) + 1}"
        if action.get("type") == "edit":
            for line in self._phones.get(customer, []):
                if line["id"] == action["message_id"]:
                    line |= {"text": action["text"], "edited": True}
            self._context.changed(customer)
            return
        if action.get("type") != "press":
            raise BadRequest("there is only press", field="type")
        self.event({"id": id, "type": "press", "from": customer, "value": action.get("value")})

    def phone(self, customer: str) -> Sequence[Mapping[str, Any]]:
        """What the customer sees."""
        return self._phones.get(customer, [])

    def customers(self) -> Sequence[str]:
        """Who has written."""
        return list(self._phones)

    def fault(self, kind: str, times: int) -> None:
        """Go wrong."""
        if kind not in _FAULTS:
            raise BadRequest(f"no such fault: {kind}", field="kind")
        self.faults.extend([kind] * times)

    def _show(self, customer: str, line: dict[str, Any]) -> None:
        self._phones.setdefault(customer, []).append(line)
        self._context.changed(customer)

    async def _message(self, request: web.Request) -> web.StreamResponse:
        if not _is_ours(request):
            return web.Response(status=401)
        body = await request.json()
        mine = self.faults_for.get(body["to"])
        fault = mine.pop(0) if mine else self.faults.pop(0) if self.faults else None
        if fault not in {None, "cut_after_write", "named"}:
            return await self._refuse(fault)
        self.received.append(body)
        self.received_at.append(self._context.clock.now())
        self._show(body["to"], {"id": f"o{len(self.received)}", "from": "hub"} | body)
        if fault == "cut_after_write":
            assert request.transport is not None
            request.transport.close()
        place = {"place": "new-place"} if fault == "named" else {}
        return web.json_response({"id": f"o{len(self.received)}"} | place)

    async def _refuse(self, fault: str | None) -> web.StreamResponse:
        if fault == "hang":
            await self.release.wait()
        if fault == "429":
            return web.Response(status=429, headers={"Retry-After": "30"})
        if fault in {"500", "401"}:
            return web.Response(status=int(fault))
        if fault == "moved":
            return web.json_response({"code": "moved", "to": "new-place"}, status=400)
        if fault == "odd":
            return web.json_response(["what"], status=200)
        if fault in {"blocked", "400"}:
            return web.json_response({"code": fault}, status=400)
        return web.Response(status=502, text="<html>Bad gateway</html>", content_type="text/html")

    async def _answer(self, request: web.Request) -> web.Response:
        self.answered.append((await request.json())["id"])
        return web.Response()

    async def _me(self, request: web.Request) -> web.Response:
        if not _is_ours(request):
            return web.Response(status=401)
        return web.json_response({"number": "+100"})

    async def _webhook(self, request: web.Request) -> web.Response:
        if not _is_ours(request):
            return web.Response(status=401)
        if self.webhook_faults:
            return web.Response(status=self.webhook_faults.pop(0))
        self.webhooks.append((await request.json())["url"])
        return web.Response()

    async def _updates(self, request: web.Request) -> web.Response:
        if not _is_ours(request):
            return web.Response(status=401)
        after = int(request.query["after"])
        self.polls.append(after)
        self.news.clear()
        if not self.updates[after:]:
            try:
                async with asyncio.timeout(0.3):
                    await self.news.wait()
            except TimeoutError:
                pass
        return web.json_response({"updates": self.updates[after : after + 100]})

    async def _file(self, request: web.Request) -> web.Response:
        found = self.files.get(request.match_info["id"], 410)
        if isinstance(found, int):
            return web.Response(status=found)
        return web.Response(body=found)


def _is_ours(request: web.Request) -> bool:
    return request.headers.get("Authorization") == f"Bearer {TOKEN}"


def simulate(context: SimulatorContext) -> SampleSimulator:
    """The far end of a channel."""
    return SampleSimulator(context)


__all__ = ["SampleSimulator", "sign", "simulate"]
