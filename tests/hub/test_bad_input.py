"""What comes from outside and is wrong: refused or put aside, seen, and nobody else suffers."""

import asyncio
import base64
import json
from pathlib import Path
from typing import Any

import pytest

from connectors.simulator import Simulator
from shared.collections import DEAD_LETTERS
from shared.ports.store import Update
from tests.support.far_ends import Visitor, add_telegram, telegram_platform
from tests.support.hub_command import hub_command
from tests.support.hub_process import HubProcess
from tests.support.ledger import until_stored
from tests.support.stores import open_embedded

pytestmark = [pytest.mark.timeout(120), pytest.mark.usefixtures("forked_programs")]

PUBLIC = {"HUB_PUBLIC_URL": "https://hub.example.org"}
MALFORMED = {"update_id": "no number", "message": {"chat": 7}}


async def hook(hub: HubProcess, channel_id: str, body: bytes, secret: str | None = None) -> int:
    headers = {"X-Telegram-Bot-Api-Secret-Token": secret} if secret else {}
    url = f"{hub.url}/hooks/{channel_id}"
    async with hub.http.post(url, data=body, headers=headers) as answer:
        return answer.status


async def deliver(hub: HubProcess, body: bytes) -> int:
    """Deliver as the platform does: again for as long as it is asked to."""
    status = 503
    async with asyncio.timeout(30):
        while status == 503:
            status = await hook(hub, "shop", body, "hook-secret")
    return status


async def add_webhook_channel(hub: HubProcess, telegram: Simulator) -> None:
    settings = {**telegram.settings(), "mode": "webhook", "webhook_secret": "hook-secret"}
    body = {"id": "shop", "type": "telegram", "name": "Shop", "settings": settings}
    await hub.call("POST", "/api/v1/channels", body, check="false")


def update(number: int, text: str) -> bytes:
    person = {"id": 100, "is_bot": False, "first_name": "Anna"}
    message = {
        "message_id": number,
        "date": 1767601505,
        "chat": {"id": 100, "type": "private", "first_name": "Anna"},
        "from": person,
        "text": text,
    }
    return json.dumps({"update_id": 1000 + number, "message": message}).encode()


async def until_live(hub: HubProcess) -> None:
    """Until a request is refused for its secret: before, the channel is unknown (404) for a moment,
    and then its connector loads (503)."""
    async with asyncio.timeout(60):
        while await hook(hub, "shop", b"{}", "wrong") != 401:
            pass


async def test_webhooks_are_refused_for_what_is_wrong_with_them(tmp_path: Path) -> None:
    environ = PUBLIC | {"HUB_BODY_LIMIT_BYTES": "100000"}
    async with telegram_platform() as telegram, HubProcess(tmp_path, environ=environ) as hub:
        await add_webhook_channel(hub, telegram)
        await until_live(hub)

        assert await hook(hub, "shop", update(1, "hi")) == 401
        assert await hook(hub, "shop", update(1, "hi"), "wrong") == 401
        assert await hook(hub, "nobody", update(1, "hi"), "hook-secret") == 404
        assert await hook(hub, "shop", b"x" * 200_000, "hook-secret") == 413
        assert await deliver(hub, update(1, "hi")) == 200
        await until_stored(hub, "Anna", ["hi"])


async def test_a_malformed_update_is_put_aside_seen_and_the_stream_goes_on(tmp_path: Path) -> None:
    async with telegram_platform() as telegram, HubProcess(tmp_path, environ=PUBLIC) as hub:
        await add_webhook_channel(hub, telegram)
        await until_live(hub)
        raw = json.dumps(MALFORMED).encode()

        assert await deliver(hub, update(1, "before")) == 200
        assert await deliver(hub, raw) == 200
        assert await deliver(hub, update(2, "after")) == 200
        await until_stored(hub, "Anna", ["before", "after"])

        [letter] = await hub.items("/api/v1/dead-letters", state="open")
        listed = await hub_command(hub.data, "dead-letters", "list")
        shown = await hub_command(hub.data, "dead-letters", "show", letter["id"])
        replayed = await hub_command(hub.data, "dead-letters", "replay", letter["id"])

    raw_base64 = base64.b64encode(raw).decode()
    assert letter["source"] == "intake/shop"
    assert letter["id"] in listed.out
    assert raw_base64 in shown.out
    assert replayed.status == 1
    assert "cannot parse" in replayed.err


async def test_what_a_connector_learnt_to_parse_is_handed_in_again(tmp_path: Path) -> None:
    async with telegram_platform() as telegram, HubProcess(tmp_path, environ=PUBLIC) as hub:
        await add_webhook_channel(hub, telegram)
        await until_live(hub)
        await deliver(hub, json.dumps(MALFORMED).encode())
        letter = await first_letter(hub)
        await hub.stop()
        await mend(hub.data, letter["id"], update(3, "mended"))
        await hub.start()
        await until_live(hub)

        replayed = await hub.call("POST", f"/api/v1/dead-letters/{letter['id']}/replay", {})
        await until_stored(hub, "Anna", ["mended"])

    assert replayed["state"] == "replayed"


async def first_letter(hub: HubProcess) -> Any:
    while not (letters := await hub.items("/api/v1/dead-letters", state="open")):
        pass
    return letters[0]


async def mend(data: Path, id: str, body: bytes) -> None:
    """Stand in for a newer connector: the stored bytes become ones that this one can parse."""
    async with open_embedded(data) as stored:
        raw = base64.b64encode(body).decode()
        await stored.store.commit([Update(DEAD_LETTERS, id, {"raw_base64": raw})])


async def test_two_accounts_of_one_platform_do_not_mix(tmp_path: Path) -> None:
    async with (
        telegram_platform() as first,
        telegram_platform() as second,
        HubProcess(tmp_path) as hub,
    ):
        await add_telegram(hub, first, "one")
        await add_telegram(hub, second, "two")
        await first.write("anna", "to the first")
        await second.write("bela", "to the second")
        visitor = Visitor(hub, "victor")
        await visitor.write("to the site")

        await until_stored(hub, "anna", ["to the first"])
        await until_stored(hub, "bela", ["to the second"])
        await until_stored(hub, "victor", ["to the site"])
        found = {
            c["contact_name"]: c["channel_id"] for c in await hub.items("/api/v1/conversations")
        }

    assert found == {"anna": "one", "bela": "two", "victor": "site"}
