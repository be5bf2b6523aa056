"""Ferry's far end, in memory."""

import asyncio
import hmac
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from aiohttp import ClientError, web

from connectors.api import BadRequest, Simulator, SimulatorContext

NUMBER, KEY, SIGNING_KEY = "+4915550001", "simulated-key", "simulated-signing-key"
_FAULTS = ("400", "401", "429", "500", "502_html", "blocked", "cut_after_write", "hang", "odd",
           "undeliverable")  # fmt: skip


class SmsSimulator:
    """One number and its customers' phones."""

    def __init__(self, context: SimulatorContext) -> None:
        self._context = context
        self._phones: dict[str, list[dict[str, Any]]] = {}
        self._faults: list[str] = []
        self._sent: dict[str, str] = {}
        self._closing = asyncio.Event()
        self._forms: asyncio.Queue[dict[str, str]] = asyncio.Queue()
        self._telling: asyncio.Task[None] | None = None
        self._number = int(context.clock.now().timestamp() * 1000)
        app = web.Application()
        app.add_routes([web.post("/messages", self._take), web.get("/numbers/{n}", self._known)])
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
        """Settings of a channel that talks to this number; the hub adds ``api_base``."""
        return {"number": NUMBER, "api_key": KEY, "signing_key": SIGNING_KEY}

    async def write(
        self, customer: str, text: str, attachments: Sequence[Mapping[str, Any]] = ()
    ) -> str:
        """Write as a customer, whose name stands for a number."""
        if attachments:
            raise BadRequest("a short message carries no files", field="attachments")
        id = self._show(customer, "customer", text)
        self._form(id, customer, type="sms", text=text)
        return id

    async def act(self, customer: str, action: Mapping[str, Any]) -> None:
        """Nothing else is possible. Raises ``BadRequest``."""
        raise BadRequest("there are only short messages", field="type")

    def phone(self, customer: str) -> Sequence[Mapping[str, Any]]:
        """What the customer sees."""
        return self._phones.get(customer, [])

    def customers(self) -> Sequence[str]:
        """Who has written."""
        return list(self._phones)

    def fault(self, kind: str, times: int) -> None:
        """Let the next messages of the hub go wrong. Raises ``BadRequest``."""
        if kind not in _FAULTS:
            raise BadRequest(f"no such fault; there are {', '.join(_FAULTS)}", field="kind")
        self._faults += [kind] * times

    def _id(self) -> str:
        self._number += 1
        return f"f{self._number}"

    def _show(self, customer: str, who: str, text: str) -> str:
        id, at = self._id(), self._context.clock.now().isoformat()
        line = {"id": id, "from": who, "text": text, "at": at}
        self._phones.setdefault(customer, []).append(line)
        self._context.changed(customer)
        return id

    def _form(self, id: str, customer: str, **fields: str) -> None:
        at = str(int(self._context.clock.now().timestamp()))
        self._forms.put_nowait({"id": id, "phone": customer, "at": at, **fields})

    async def _tell(self) -> None:
        """Deliver forms in order, each until it is taken."""
        while True:
            body = urlencode(await self._forms.get()).encode()
            while True:
                if self._context.webhook_url is None or await self._post(body):
                    break
                await asyncio.sleep(0.5)

    async def _post(self, body: bytes) -> bool:
        signature = hmac.new(SIGNING_KEY.encode(), body, "sha256").hexdigest()
        headers = {
            "X-Ferry-Signature": signature,
            "Content-Type": "application/x-www-form-urlencoded",
        }
        try:
            async with self._context.http.post(
                self._context.webhook_url or "", data=body, headers=headers
            ) as answer:
                return answer.status // 100 in {2, 4}
        except (ClientError, TimeoutError):
            return False

    async def _known(self, request: web.Request) -> web.Response:
        if request.headers.get("X-Ferry-Key") != KEY:
            return web.Response(status=401)
        return web.json_response({}, status=200 if request.match_info["n"] == NUMBER else 404)

    async def _take(self, request: web.Request) -> web.StreamResponse:
        if request.headers.get("X-Ferry-Key") != KEY:
            return web.Response(status=401)
        fault = self._faults.pop(0) if self._faults else None
        if fault not in {None, "cut_after_write", "undeliverable"}:
            return await self._refuse(str(fault))
        form = {name: str(value) for name, value in (await request.post()).items()}
        if form["reference"] not in self._sent:
            self._sent[form["reference"]] = self._show(form["to"], "hub", form["text"])
            status = "UNDELIVERABLE" if fault == "undeliverable" else "DELIVERED"
            id = self._sent[form["reference"]]
            self._form(self._id(), form["to"], type="report", message=id, status=status)
        if fault == "cut_after_write" and request.transport is not None:
            request.transport.close()
        return web.json_response({"id": self._sent[form["reference"]]}, status=201)

    async def _refuse(self, fault: str) -> web.Response:
        if fault == "hang":
            await self._closing.wait()
        if fault == "429":
            return web.Response(status=429, headers={"Retry-After": "1"})
        if fault in {"400", "blocked"}:
            code = "opted_out" if fault == "blocked" else "text_not_allowed"
            return web.json_response({"code": code}, status=422)
        if fault == "odd":
            return web.json_response(["what"])
        if fault == "502_html":
            return web.Response(status=502, text="<html>Bad Gateway</html>")
        return web.Response(status=int(fault) if fault.isdigit() else 500)


def simulate(context: SimulatorContext) -> Simulator:
    """The far end of a channel."""
    return SmsSimulator(context)
