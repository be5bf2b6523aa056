"""The echo bot, unchanged, over a WebSocket and over the broker."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.support.bot_process import bot_process
from tests.support.hub_command import hub_command
from tests.support.hub_process import HubProcess
from tests.support.simulated import phone, until_phone_shows, write_as
from tests.support.waiting import until

BROKER = (pytest.mark.broker, pytest.mark.xdist_group("broker"))
WAYS = ["embedded_hub", pytest.param("broker_hub", marks=BROKER)]
CHANNEL = "sim-telegram"

pytestmark = pytest.mark.timeout(120)


@pytest.fixture(params=WAYS)
def hub(request: pytest.FixtureRequest) -> Any:
    return request.getfixturevalue(request.param)


async def let_in(hub: HubProcess, name: str) -> dict[str, str]:
    """What the bot's process is given."""
    made = await hub.call("POST", "/api/v1/bots", {"name": name})
    if made["broker_url"] is not None:
        return {"BOT_URL": made["broker_url"]}
    return {"BOT_URL": hub.url, "BOT_TOKEN": made["token"]}


async def until_it_listens(hub: HubProcess, given: Mapping[str, str], place: Path) -> None:
    """Over a WebSocket a bot without a place begins with what happens from then on; its queue on
    the broker waits for it."""

    async def ready() -> bool:
        async with hub.http.get(f"{hub.url}/simulators/{CHANNEL}/messages?customer=a") as answer:
            listens = "BOT_TOKEN" not in given or await asyncio.to_thread(place.exists)
            return answer.status == 200 and listens

    await until(ready, limit_s=60)


async def test_the_echo_bot_answers_and_goes_on_where_it_stopped(
    hub: HubProcess, tmp_path: Path
) -> None:
    given = await let_in(hub, "echo")
    place = tmp_path / "place"

    async with bot_process(tmp_path, "echo", "--place", str(place), **given):
        await until_it_listens(hub, given, place)
        await write_as(hub, CHANNEL, "ann", "hello")
        await until_phone_shows(hub, CHANNEL, "ann", "hello")
    await write_as(hub, CHANNEL, "ann", "while it was away")
    async with bot_process(tmp_path, "echo", "--place", str(place), **given):
        await until_phone_shows(hub, CHANNEL, "ann", "while it was away")

    items = await phone(hub, CHANNEL, "ann")
    echoed = [item["text"] for item in items if item["from"] == "hub"]
    assert echoed.count("hello") == echoed.count("while it was away") == 1
    conversations = await hub.items("/api/v1/conversations", view="open")
    messages = await hub.items(f"/api/v1/conversations/{conversations[0]['id']}/messages")
    authors = {m["author"]["id"] for m in messages if m["direction"] == "outbound"}
    assert authors == {"bot-echo"}


async def test_a_bot_that_is_removed_is_shown_out(hub: HubProcess, tmp_path: Path) -> None:
    given = await let_in(hub, "echo")

    place = tmp_path / "place"

    async with bot_process(tmp_path, "echo", "--place", str(place), **given) as process:
        await until_it_listens(hub, given, place)
        await write_as(hub, CHANNEL, "ann", "hello")
        await until_phone_shows(hub, CHANNEL, "ann", "hello")
        await hub.call("DELETE", "/api/v1/bots/echo")
        status = await process.wait()
    again = await let_in(hub, "echo")

    assert status == 1
    assert "does not" in (tmp_path / "echo.log").read_text(encoding="utf-8").splitlines()[-1]
    assert again != given


async def test_bots_are_added_listed_and_removed_from_the_command_line(hub: HubProcess) -> None:
    added = await hub_command(hub.data, "bot", "add", "helper")
    twice = await hub_command(hub.data, "bot", "add", "helper")
    wrong = await hub_command(hub.data, "bot", "add", "Not a name")
    listed = await hub_command(hub.data, "bot", "list")
    removed = await hub_command(hub.data, "bot", "remove", "helper")
    missing = await hub_command(hub.data, "bot", "remove", "helper")
    left = await hub.items("/api/v1/bots")

    assert "token: " in added.out, added.err
    assert (twice.status, wrong.status, missing.status) == (1, 1, 1)
    assert "helper" in listed.out
    assert removed.out == "helper is removed\n"
    assert left == []
