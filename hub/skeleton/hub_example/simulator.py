"""The far end: speaks the platform's protocol on a local port, and refuses what it would refuse."""

import asyncio
import hmac
import json
from collections.abc import Mapping, Sequence
from typing import Any

from aiohttp import ClientError, web

from connectors.api import BadRequest, Simulator, SimulatorContext

TOKEN = "simulated-token"  # noqa: S105 - made up
SIGNING_KEY = "simulated-signing-key"
_FAULTS = ("400", "401", "429", "500", "502_html", "blocked", "cut_after_write", "hang", "odd")
_AGAIN_S = 0.5


class ExampleSimulator:
    """One account of the platform."""

    def __init__(self, context: SimulatorContext) -> None:
        self._context = context
        self._phones: dict[str, list[dict[str, Any]]] = {}
        self._faults: list[str] = []
        self._closing = asyncio.Event()
        self._events: asyncio.Queue[bytes] = asyncio.Queue()
        self._telling: asyncio.Task[None] | None = None
        # Ids must not come again after a restart.
        self._number = int(context.clock.now().timestamp() * 1000)
        app = web.Application()
        app.add_routes([web.post("/messages", self._message), web.get("/account", self._account)])
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)

    async def start(self) -> str:
        """Listen on a free local port."""
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self._telling = asyncio.create_task(self._tell())  # ended by close()
        return f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def close(self) -> None:
        """Stop."""
        self._closing.set()
        if self._telling is not None:
            self._telling.cancel()
            await asyncio.wait([self._telling])
        await self._runner.cleanup()

    def settings(self) -> Mapping[str, Any]:
        """Settings of a channel that talks to this account; the hub adds ``api_base``."""
        return {"token": TOKEN, "signing_key": SIGNING_KEY}

    async def write(
        self, customer: str, text: str, attachments: Sequence[Mapping[str, Any]] = ()
    ) -> str:
        """Write as a customer."""
        if attachments:
            raise BadRequest("this platform carries no files", field="attachments")
        id = self._show(customer, "customer", text)
        self._event(type="message", chat=customer, name=customer, text=text, message_id=id)
        return id

    async def act(self, customer: str, action: Mapping[str, Any]) -> None:
        """Nothing but writing is possible here. Raises ``BadRequest``."""
        raise BadRequest("a customer of this platform can only write", field="type")

    def phone(self, customer: str) -> Sequence[Mapping[str, Any]]:
        """What the customer sees."""
        return self._phones.get(customer, [])

    def customers(self) -> Sequence[str]:
        """Who has written."""
        return list(self._phones)

    def fault(self, kind: str, times: int) -> None:
        """Let the next calls of the hub go wrong. Raises ``BadRequest``."""
        if kind not in _FAULTS:
            raise BadRequest(f"no such fault; there are {', '.join(_FAULTS)}", field="kind")
        self._faults += [kind] * times

    def _show(self, customer: str, who: str, text: str) -> str:
        self._number += 1
        id, at = f"m{self._number}", self._context.clock.now().isoformat()
        line = {"id": id, "from": who, "text": text, "at": at}
        self._phones.setdefault(customer, []).append(line)
        self._context.changed(customer)
        return id

    def _event(self, **fields: str) -> None:
        self._number += 1
        event = {"id": f"e{self._number}", "at": self._context.clock.now().isoformat(), **fields}
        self._events.put_nowait(json.dumps(event).encode())

    async def _tell(self) -> None:
        """Deliver events in order, each until it is taken."""
        while True:
            body = await self._events.get()
            while True:
                if self._context.webhook_url is None or await self._post(body):
                    break
                await asyncio.sleep(_AGAIN_S)

    async def _post(self, body: bytes) -> bool:
        signature = hmac.new(SIGNING_KEY.encode(), body, "sha256").hexdigest()
        try:
            async with self._context.http.post(
                self._context.webhook_url or "", data=body, headers={"X-Signature": signature}
            ) as answer:
                return answer.status // 100 in {2, 4}
        except (ClientError, TimeoutError):
            return False

    async def _account(self, request: web.Request) -> web.Response:
        return web.json_response({"name": "Example account"}, status=_status(request))

    async def _message(self, request: web.Request) -> web.StreamResponse:
        if _status(request) != web.HTTPOk.status_code:
            return web.Response(status=401)
        fault = self._faults.pop(0) if self._faults else None
        if fault not in {None, "cut_after_write"}:
            return await self._refuse(str(fault))
        said = await request.json()
        id = self._show(said["chat"], "hub", said["text"])
        if fault == "cut_after_write" and request.transport is not None:
            request.transport.close()
        self._event(type="status", chat=said["chat"], message_id=id, status="delivered")
        return web.json_response({"id": id})

    async def _refuse(self, fault: str) -> web.Response:
        if fault == "hang":
            await self._closing.wait()
        if fault == "429":
            return web.Response(status=429, headers={"Retry-After": "1"})
        if fault in {"400", "blocked"}:
            code = {"400": "bad_text"}.get(fault, fault)
            return web.json_response({"code": code}, status=400)
        if fault == "odd":
            return web.json_response(["what"])
        if fault == "502_html":
            return web.Response(status=502, text="<html>Bad Gateway</html>")
        return web.Response(status=int(fault) if fault.isdigit() else 500)


def _status(request: web.Request) -> int:
    return 200 if request.headers.get("Authorization") == f"Bearer {TOKEN}" else 401


def simulate(context: SimulatorContext) -> Simulator:
    """The far end of a channel."""
    return ExampleSimulator(context)
