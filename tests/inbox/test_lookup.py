"""Looking a contact up in another system: signed, quick, and in nobody's way."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from pydantic import SecretStr

from inbox.service import InboxOptions
from shared.clock import SystemClock
from shared.collections import CONTACTS, IDENTITIES
from shared.ids import ChannelType, ContactId, ExternalId, IdentityId
from shared.model.people import Contact, Identity, Role
from shared.ports.store import Put
from shared.webhooks.signing import verify
from tests.inbox.stage import AT, Stage, open_stage
from tests.support.stores import Embedded


@dataclass
class OtherSystem:
    """What answers there, and what it was asked."""

    server: TestServer
    answer: Any = field(default_factory=lambda: {"rows": []})
    status: int = 200
    hangs: bool = False
    asked: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return str(self.server.make_url("/look"))


@pytest.fixture
async def other() -> AsyncIterator[OtherSystem]:
    async def look(request: web.Request) -> web.Response:
        headers = {name.lower(): value for name, value in request.headers.items()}
        system.asked.append((headers, await request.read()))
        if system.hangs:
            await asyncio.sleep(30)
        return web.json_response(system.answer, status=system.status)

    app = web.Application()
    app.router.add_post("/look", look)
    server = TestServer(app)
    async with server:
        system = OtherSystem(server)
        yield system


@pytest.fixture
async def stage(hub: Embedded) -> AsyncIterator[Stage]:
    options = InboxOptions(command_wait_s=1.0, private_networks=("127.0.0.1",))
    async with open_stage(hub, options) as opened:
        yield opened


async def person(stage: Stage) -> None:
    contact = Contact(id=ContactId("k1"), name="Ann", created_at=AT, updated_at=AT)
    identity = Identity(
        id=IdentityId("i1"),
        channel_type=ChannelType("webchat"),
        external_id=ExternalId("v1"),
        contact_id=contact.id,
        created_at=AT,
        updated_at=AT,
    )
    await stage.hub.store.commit([Put(CONTACTS, contact), Put(IDENTITIES, identity)])


async def test_rows_come_by_a_signed_request_and_are_kept_for_a_while(
    stage: Stage, other: OtherSystem
) -> None:
    await person(stage)
    other.answer = {
        "rows": [{"title": "Contract", "value": "17", "link": "https://crm.example/17"}],
        "more": 1,
    }
    async with stage.browser() as browser:
        configured = await browser.put("/lookup", {"url": other.url})
        first = await browser.get("/contacts/k1/lookup")
        second = await browser.get("/contacts/k1/lookup")

    assert first.data["rows"] == second.data["rows"]
    assert first.data["rows"][0]["value"] == "17"
    [(headers, body)] = other.asked
    verify([SecretStr(configured.data["secret"])], headers, body, SystemClock().now())
    assert json.loads(body)["contact"]["name"] == "Ann"
    assert json.loads(body)["identities"][0]["external_id"] == "v1"


async def test_a_system_that_is_silent_holds_up_nothing(stage: Stage, other: OtherSystem) -> None:
    await person(stage)
    other.hangs = True
    async with stage.browser() as browser:
        await browser.put("/lookup", {"url": other.url})
        async with asyncio.timeout(10):
            looking = asyncio.create_task(browser.get("/contacts/k1/lookup"))
            meanwhile = await browser.get("/contacts/k1")
            was_waiting = not looking.done()
            looked = await looking

    assert (meanwhile.status, was_waiting) == (200, True)
    assert looked.status == 200
    assert (looked.data["rows"], looked.data["failure"]) == ([], "it did not answer in time")


@pytest.mark.parametrize(
    "answer, status, failure",
    [
        ({}, 500, "it answered 500"),
        ({"rows": [{"value": "x"}]}, 200, "what it answers is not understood: rows.0.title"),
        (
            {"rows": [{"title": "x", "link": "javascript:alert(1)"}]},
            200,
            "what it answers is not understood: rows.0.link",
        ),
    ],
)
async def test_what_goes_wrong_is_told_beside_the_customer(
    stage: Stage, other: OtherSystem, answer: Any, status: int, failure: str
) -> None:
    await person(stage)
    other.answer, other.status = answer, status
    async with stage.browser() as browser:
        await browser.put("/lookup", {"url": other.url})
        looked = await browser.get("/contacts/k1/lookup")

    assert (looked.status, looked.data["failure"]) == (200, failure)


async def test_a_verified_row_vouches_for_the_contact(stage: Stage, other: OtherSystem) -> None:
    await person(stage)
    other.answer = {"rows": [{"title": "Account", "value": "9", "verified": True}]}
    async with stage.browser() as browser:
        await browser.put("/lookup", {"url": other.url})
        await browser.get("/contacts/k1/lookup")
        shown = await browser.get("/contacts/k1")

    assert shown.data["contact"]["vouched"]["reason"] == "Account"


async def test_private_networks_are_not_called(hub: Embedded, other: OtherSystem) -> None:
    async with open_stage(hub) as closed:
        await person(closed)
        async with closed.browser() as browser:
            await browser.put("/lookup", {"url": other.url})
            looked = await browser.get("/contacts/k1/lookup")

    assert "private network" in looked.data["failure"]
    assert other.asked == []


async def test_admins_alone_say_where_and_nothing_is_asked_before(stage: Stage) -> None:
    await person(stage)
    await stage.agent("anna@example.com")
    async with stage.browser("anna@example.com") as agent:
        refused = await agent.put("/lookup", {"url": "https://crm.example/look"})
        secret = await agent.get("/lookup")
        nothing = await agent.get("/contacts/k1/lookup")
    async with stage.browser() as admin:
        wrong = [
            await admin.put("/lookup", {"url": url})
            for url in ("ftp://crm.example", "https://me:secret@crm.example")
        ]
        await admin.put("/lookup", {"url": "https://crm.example/look"})
        await admin.delete("/lookup")
        off = await admin.get("/contacts/k1/lookup")
    async with stage.program(Role.BOT) as bot:
        assert (await bot.get("/lookup")).status == 403

    assert (refused.status, secret.status) == (403, 403)
    assert [(one.status, one.data["field"]) for one in wrong] == [(422, "url")] * 2
    assert nothing.data["configured"] is off.data["configured"] is False
