# ruff: noqa: S101 - a suite of tests asserts
"""The checks of sending: each answer of a platform has one meaning, shown on its simulator."""

import asyncio
import contextlib
import importlib
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from aiohttp import ClientSession, web
from structlog.testing import capture_logs

from connectors.base import Connector, Outgoing, Pulls, Subscribes
from connectors.contract.cases import Case
from connectors.simulator import Simulator, SimulatorContext
from shared.clock import SystemClock
from shared.errors import (
    BadRequest,
    ChannelBroken,
    ContactGone,
    HubError,
    Rejected,
    Throttled,
    Uncertain,
)
from shared.ids import ChannelId, new_conversation_id, new_message_id, part_id, slot_for
from shared.model.content import Content
from shared.model.delivery import Part
from shared.model.inbound import Inbound, Receipt

MEANINGS: Mapping[str, type[HubError]] = {
    "429": Throttled,
    "500": Uncertain,
    "502_html": Uncertain,
    "cut_after_write": Uncertain,
    "blocked": ContactGone,
    "400": Rejected,
    "401": ChannelBroken,
    "odd": Uncertain,
}
"""What a connector must raise after each fault of its simulator, where it knows the fault."""
_LIMIT_S = 15.0
_MARK_LIMIT_S = 5.0
_CUSTOMER = "Anna"


@dataclass
class Line:
    """A connector that talks to its simulator."""

    case: Case
    connector: Connector
    simulator: Simulator
    first: Inbound
    secrets: tuple[str, ...]
    hooks: "asyncio.Queue[bytes]"
    """Webhooks that the simulator has sent since."""

    def outgoing(self, text: str) -> Outgoing:
        """A part for the customer who has written."""
        channel_id = self.first.channel_id
        slot = slot_for(channel_id, self.first.thread.partition_key)
        message_id = new_message_id(slot)
        now = SystemClock().now()
        part = Part(
            id=part_id(message_id, 0),
            channel_id=channel_id,
            thread=self.first.thread.external_id,
            conversation_id=new_conversation_id(slot),
            message_id=message_id,
            order=0,
            content=Content(text=text),
            context=self.first.thread.context,
            planned=True,
            due_at=now,
            deadline_at=now + timedelta(hours=1),
            created_at=now,
            changed_at=now,
        )
        return Outgoing(part)


@asynccontextmanager
async def line(case: Case) -> AsyncIterator[Line]:
    """A simulator, a connector that is set to it, and a customer who has written."""
    assert case.manifest.simulator is not None
    hooks: asyncio.Queue[bytes] = asyncio.Queue()
    async with _hook(hooks) as url, ClientSession() as http:
        channel_id = ChannelId(f"test-{case.name}")
        context = SimulatorContext(channel_id, url, http, SystemClock(), lambda _customer: None)
        module = importlib.import_module(case.manifest.simulator)
        simulator: Simulator = module.simulate(context)
        base = await simulator.start()
        try:
            settings = dict(simulator.settings())
            if "api_base" in case.manifest.settings.model_fields:
                settings.setdefault("api_base", base)
            names = case.manifest.secret_fields()
            secrets = tuple(str(settings[name]) for name in names if settings.get(name))
            async with case.opened(settings, SystemClock()) as connector, asyncio.timeout(_LIMIT_S):
                if isinstance(connector, Subscribes):
                    await connector.subscribe()
                await simulator.write(_CUSTOMER, "hello")
                first = await _first(case, connector, hooks)
                yield Line(case, connector, simulator, first, secrets, hooks)
        finally:
            await simulator.close()


async def check_sends(line: Line) -> None:
    """What is sent arrives on the phone, and its platform id comes back."""
    sent = await line.connector.send(line.outgoing("the answer"))

    assert sent.external_ids
    assert all(sent.external_ids)
    assert [m["text"] for m in _from_hub(line)] == ["the answer"]
    assert _ids(line) == list(sent.external_ids), "another id came back than the platform gave"


async def check_repeats(line: Line) -> None:
    """Where a repeat is said to be sent once, one after a lost answer is."""
    if not line.case.manifest.capabilities.idempotent:
        return
    part = line.outgoing("the answer")
    try:
        line.simulator.fault("cut_after_write", 1)
    except BadRequest:
        return  # this platform loses no answers
    with contextlib.suppress(Uncertain):
        await line.connector.send(part)

    sent = await line.connector.send(part)

    assert _ids(line) == list(sent.external_ids), "a repeat was sent twice, or has another id"


async def check_account(line: Line) -> None:
    """The account that the simulator plays is found to be well."""
    report = await line.connector.check()

    wrong = [f"{item.name}: {item.detail}" for item in report.items if not item.ok]
    assert report.items, "check() says nothing"
    assert not wrong, f"check() finds fault with simulator.settings(): {wrong}"


async def check_marks(line: Line) -> None:
    """What the platform tells of a message that was sent names its thread and its id."""
    if line.case.manifest.pulls or "delivered" not in line.case.manifest.capabilities.receipts:
        return
    while not line.hooks.empty():
        line.hooks.get_nowait()
    sent = await line.connector.send(line.outgoing("the answer"))
    async with asyncio.timeout(_MARK_LIMIT_S):
        receipt = await _receipt(line)

    assert receipt.thread == line.first.thread.external_id, (
        "a receipt is found by the thread that was sent to and the id that came back: this one "
        f"names the thread {receipt.thread!r}"
    )
    if receipt.part_id is None and receipt.message_id is None:
        assert set(receipt.external_ids) & set(sent.external_ids), "it names another message"


def _from_hub(line: Line) -> list[Mapping[str, Any]]:
    return [m for m in line.simulator.phone(_CUSTOMER) if m["from"] == "hub"]


def _ids(line: Line) -> list[str]:
    """What the platform calls our messages; a phone may count them by numbers of its own."""
    return [m.get("external_id", m["id"]) for m in _from_hub(line)]


async def _receipt(line: Line) -> Receipt:
    while True:
        for event in line.case.events(line.connector, await line.hooks.get()):
            for receipt in line.connector.parse(event).receipts:
                return receipt


async def check_meaning(line: Line, fault: str, meaning: type[HubError]) -> None:
    """After a fault the right error comes, without a secret in it; then sending works again."""
    try:
        line.simulator.fault(fault, 1)
    except BadRequest:
        return  # this platform knows no such fault
    with capture_logs() as logs:
        error = await _refusal(line, fault)
    said = f"{error!s} {error!r} {error.__cause__!r} {logs!r}"
    assert type(error) is meaning, f"{fault} gives {type(error).__name__}"
    for secret in line.secrets:
        assert secret not in said, f"a secret stands in the error after {fault}"
    if fault not in {"blocked", "401"}:
        await line.connector.send(line.outgoing("once more"))


async def check_cancels(line: Line) -> None:
    """A send that hangs ends at once when it is cancelled, and nothing swallows that."""
    try:
        line.simulator.fault("hang", 1)
    except BadRequest:
        return  # this platform cannot hang
    sending = asyncio.ensure_future(line.connector.send(line.outgoing("the answer")))
    await asyncio.wait([sending], timeout=0.2)
    assert not sending.done(), "the fault did not hold it up"
    sending.cancel()
    await asyncio.wait([sending], timeout=2)
    assert sending.done(), "a cancelled send goes on"
    assert sending.cancelled(), "a cancelled send says that it was something else"


async def _refusal(line: Line, fault: str) -> Exception:
    try:
        await line.connector.send(line.outgoing("the answer"))
    except Exception as error:  # noqa: BLE001 - its class is what is looked at
        return error
    raise AssertionError(f"{fault} was taken for a success")


async def _first(case: Case, connector: Connector, hooks: "asyncio.Queue[bytes]") -> Inbound:
    while True:
        if isinstance(connector, Pulls) and connector.wants_pull():
            events = list((await connector.pull(None)).events)
        else:
            events = case.events(connector, await hooks.get())
        for event in events:
            for inbound in connector.parse(event).inbound:
                return inbound


@asynccontextmanager
async def _hook(hooks: "asyncio.Queue[bytes]") -> AsyncIterator[str]:
    async def take(request: web.Request) -> web.Response:
        hooks.put_nowait(await request.read())
        return web.Response()

    app = web.Application()
    app.add_routes([web.post("/hooks/test", take)])
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/hooks/test"
    finally:
        await runner.cleanup()
