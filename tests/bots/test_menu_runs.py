"""The menu bot as its owner runs it: over a WebSocket and over the broker, and killed."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.support.bot_process import bot_process
from tests.support.hub_command import hub_command
from tests.support.hub_process import HubProcess
from tests.support.simulated import phone, until_phone_shows
from tests.support.waiting import until

BROKER = (pytest.mark.broker, pytest.mark.xdist_group("broker"))
WAYS = ["embedded_hub", pytest.param("broker_hub", marks=BROKER)]
MENU = Path(__file__).parents[2] / "config" / "menu-bot.example.toml"
LEASE_S = 3
TELEGRAM, MAIL = "sim-telegram", "sim-email"
HELLO, WHICH = "Здравствуйте! Чем помочь?", "Какой номер заказа?"

pytestmark = pytest.mark.timeout(150)


@pytest.fixture(params=WAYS)
def hub(request: pytest.FixtureRequest) -> Any:
    return request.getfixturevalue(request.param)


@asynccontextmanager
async def menu_on(hub: HubProcess, folder: Path) -> AsyncIterator[Any]:
    """The bot in a process of its own, which answers first and listens."""
    made = await hub.call("POST", "/api/v1/bots", {"name": "menu"})
    duty = {"name": "Menu", "bot": "menu", "lease_s": LEASE_S}
    await hub.call("POST", "/api/v1/bot-duties", duty)
    place = folder / "place"
    given = {"BOT_URL": made["broker_url"] or hub.url}
    if made["broker_url"] is None:
        given["BOT_TOKEN"] = made["token"]
    arguments = ("--file", str(MENU), "--place", str(place))

    async def ready() -> bool:
        path = f"{hub.url}/simulators/{TELEGRAM}/messages?customer=x"
        async with hub.http.get(path) as answer:
            return answer.status == 200 and ("BOT_TOKEN" not in given or place.exists())

    async with bot_process(folder, "menu", *arguments, **given) as process:
        await until(ready, limit_s=60)
        yield process, arguments, given


async def write(hub: HubProcess, channel: str, customer: str, text: str) -> None:
    """A customer writes; the bot may have answered before anybody sees it."""
    await hub.call("POST", f"/simulators/{channel}/messages", {"customer": customer, "text": text})


async def press(hub: HubProcess, customer: str, label: str) -> None:
    action = {"customer": customer, "action": {"type": "press", "label": label}}
    await hub.call("POST", f"/simulators/{TELEGRAM}/actions", action)


async def conversation_of(hub: HubProcess) -> dict[str, Any]:
    found: list[dict[str, Any]] = await hub.items("/api/v1/conversations", view="open")
    return found[0]


async def handed_off(hub: HubProcess) -> bool:
    return (await conversation_of(hub))["bot_id"] is None


async def test_a_killed_bots_conversation_is_with_people_in_time_and_it_stays_silent(
    hub: HubProcess, tmp_path: Path
) -> None:
    async with menu_on(hub, tmp_path) as (process, arguments, given):
        await write(hub, TELEGRAM, "ann", "Добрый день")
        await until_phone_shows(hub, TELEGRAM, "ann", HELLO)
        await press(hub, "ann", "Где мой заказ")
        await until_phone_shows(hub, TELEGRAM, "ann", WHICH)
        await write(hub, TELEGRAM, "ann", "7712")
        await until_phone_shows(hub, TELEGRAM, "ann", "Ваш телефон?")

        process.kill()
        await process.wait()
        await write(hub, TELEGRAM, "ann", "+7 900 111-22-33")
        await until(lambda: handed_off(hub), limit_s=LEASE_S + 10)
        before = await phone(hub, TELEGRAM, "ann")

        async with bot_process(tmp_path, "menu", *arguments, **given):
            # It answers what came while it was dead, and is refused; another customer is served.
            await write(hub, TELEGRAM, "boris", "Добрый вечер")
            await until_phone_shows(hub, TELEGRAM, "boris", HELLO)
        after = await phone(hub, TELEGRAM, "ann")

    people = [
        c for c in await hub.items("/api/v1/conversations", view="open") if c["bot_id"] is None
    ]
    messages = await hub.items(f"/api/v1/conversations/{people[0]['id']}/messages")
    system = [m["system"] for m in messages if m["system"] is not None]
    line = next(one["details"] for one in system if one["name"] == "handed_off")
    assert (line["why"], line["bot"], line["collected.order"]) == ("silent", "menu", "7712")
    assert people[0]["fields"]["order"] == "7712"
    assert people[0]["waiting_since"] is not None
    assert before == after
    log = (tmp_path / "menu.log").read_text(encoding="utf-8")
    assert "this conversation was handed to people" in log


async def test_the_flow_is_led_to_its_hand_off_and_nothing_follows(
    hub: HubProcess, tmp_path: Path
) -> None:
    async with menu_on(hub, tmp_path):
        await write(hub, TELEGRAM, "ann", "hello")
        await until_phone_shows(hub, TELEGRAM, "ann", "Hello! How can I help?")
        await press(hub, "ann", "Where is my order")
        await until_phone_shows(hub, TELEGRAM, "ann", "What is the number of the order?")
        await write(hub, TELEGRAM, "ann", "7712")
        await until_phone_shows(hub, TELEGRAM, "ann", "Your phone number?")
        await write(hub, TELEGRAM, "ann", "+44 20 7946 0000")
        last = "Order 7712: a colleague will look it up."
        await until_phone_shows(hub, TELEGRAM, "ann", last)
        await until(lambda: handed_off(hub), limit_s=10)
        await write(hub, TELEGRAM, "ann", "7713")
        await write(hub, TELEGRAM, "boris", "hello there")
        await until_phone_shows(hub, TELEGRAM, "boris", "Hello! How can I help?")
        shown = await phone(hub, TELEGRAM, "ann")

    said = [item["text"] for item in shown if item["from"] == "hub"]
    assert said[-1] == last
    found = await hub.items("/api/v1/conversations", view="open")
    ann = next(c for c in found if c["bot_id"] is None)
    assert ann["topic"] == "technical"
    assert {k: v for k, v in ann["fields"].items() if not k.startswith("bot.")} == {
        "order": "7712",
        "phone": "+442079460000",
    }


async def test_without_buttons_the_same_flow_goes_by_numbers(
    embedded_hub: HubProcess, tmp_path: Path
) -> None:
    hub = embedded_hub

    async def mails(words: str) -> bool:
        shown = await phone(hub, MAIL, "ann")
        return any(i["from"] == "hub" and words in i["text"] for i in shown)

    async with menu_on(hub, tmp_path):
        await write(hub, MAIL, "ann", "Good morning")
        await until(lambda: mails("1. Delivery"), limit_s=40)
        await write(hub, MAIL, "ann", "1")
        await until(lambda: mails("2. How long it takes"), limit_s=40)
        await write(hub, MAIL, "ann", "2")
        await until(lambda: mails("The next day within the city"), limit_s=40)

    conversation = await conversation_of(hub)
    assert conversation["bot_id"] == "bot-menu"


async def test_a_menu_that_cannot_work_is_refused_at_the_start(tmp_path: Path) -> None:
    broken = tmp_path / "menu.toml"
    broken.write_text('[start]\ntext = "?"\nchoices = ["x"]\n[items.y]\nlabel = "Y"\ntext = "y"\n')
    file, nowhere = ("--file", str(broken)), ("--url", "http://127.0.0.1:9")

    run = await hub_command(tmp_path, "bot", "run", "menu", *file, *nowhere, "--token", "t")
    without = await hub_command(tmp_path, "bot", "run", "menu", *nowhere, "--token", "t")
    up = await hub_command(tmp_path, "up", "--menu-bot", str(broken))

    assert (run.status, without.status, up.status) == (1, 1, 1)
    assert "start.choices.0: there is no item 'x'" in run.err
    assert "start.choices.0: there is no item 'x'" in up.err
    assert "--file" in without.err
