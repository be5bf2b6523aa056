"""The hub on which the scenes play: who wrote what, and what agents keep there."""

from dataclasses import dataclass
from typing import Any, Final

from playwright.async_api import Browser, Page, StorageState

from tests.support.browser import new_page, sign_in
from tests.support.colleagues import Colleague, colleague, conversation_with
from tests.support.running_hub import RunningHub
from tests.support.simulated import write_as
from tests.support.waiting import until

ENVIRON: Final = {"HUB_UNDO_S": "0", "HUB_PUBLIC_URL": "http://hub.example"}
"""Of the stage's hub: one-time links need an address."""
HERO: Final = "Мария Ковалёва"
HELLO: Final = "Здравствуйте! Заказ 10482 пришёл, но коробки мятые 😕"
OTHERS: Final = (
    ("sim-vk", "Мария К.", "Когда привезут замену?"),
    ("sim-vk", "Илья Петров", "Не могу войти в личный кабинет"),
    ("sim-telegram", "Дмитрий Соколов", "Спасибо! Всё пришло вовремя 🙌"),
    ("sim-whatsapp", "Olga T.", "Can we move the delivery to Friday?"),
    ("sim-email", "Jane Doe", "The VAT number on my invoice is wrong"),
)


@dataclass(frozen=True, slots=True)
class Stage:
    """What scenes need to know of the hub on which they play."""

    hub: RunningHub
    browser: Browser
    signed_in: StorageState
    """What a browser keeps of an admin who has signed in."""
    hero: str
    """The conversation of ``HERO``."""
    locked: str
    """One on WhatsApp whose reply window is over."""
    mail: str
    """One by mail."""
    kim: Colleague


async def set_stage(hub: RunningHub, browser: Browser) -> Stage:
    """Tell the story on an empty hub with simulators."""
    for channel, customer, text in OTHERS:
        await write_as(hub, channel, customer, text)
    late = {"type": "late", "text": "Is my parcel there?", "hours": 26}
    path = "/simulators/sim-whatsapp/actions"
    await hub.call("POST", path, {"customer": "Paul", "action": late})

    async def came() -> bool:
        listed = await hub.items("/api/v1/conversations", view="open")
        return any(one["contact_name"] == "Paul" for one in listed)

    await until(came, limit_s=40)
    locked = await conversation_with(hub, "Is my parcel there?")
    await write_as(hub, "sim-telegram", HERO, HELLO)
    hero = await conversation_with(hub, HELLO)
    mail = await conversation_with(hub, "The VAT number on my invoice is wrong")
    kim = await colleague(hub, "Kim Berg")
    await _furnish(hub, hero["id"])
    async with new_page(browser) as page:
        await sign_in(page, hub.url)
        signed_in = await page.context.storage_state()
    # A one-time link goes to who wrote by mail.
    await hub.call("POST", f"/api/v1/conversations/{mail['id']}/verification", {})
    return Stage(hub, browser, signed_in, hero["id"], locked["id"], mail["id"], kim)


async def _furnish(hub: RunningHub, hero: str) -> None:
    """Notes, labels, a task, and what the forms of policies offer."""
    made: tuple[tuple[str, dict[str, Any]], ...] = (
        (
            "/api/v1/canned-replies",
            {
                "name": "On its way",
                "shortcut": "underway",
                "text": "Dear {{contact.name}}, your order is on its way.",
            },
        ),
        ("/api/v1/fields", {"name": "Amount", "key": "amount", "kind": "number"}),
        ("/api/v1/segments", {"name": "Wholesale"}),
        ("/api/v1/topics", {"name": "Damaged parcels"}),
        ("/api/v1/teams", {"name": "Night shift"}),
    )
    for path, body in made:
        await hub.call("POST", path, body)
    one = f"/api/v1/conversations/{hero}"
    await hub.call("POST", f"{one}/labels", {"add": ["parcels", "damage"]})
    await hub.call("POST", f"{one}/priority", {"priority": "urgent"})
    note = {"kind": "note", "text": "Тот же курьер, что вчера. Проверьте, пожалуйста"}
    await hub.call("POST", f"{one}/messages", note)
    reply = {"kind": "reply", "text": "Мария, мне очень жаль. Содержимое цело?"}
    await hub.call("POST", f"{one}/messages", reply)
    await hub.call(
        "POST", f"{one}/escalate", {"line": "L2", "summary": "Заказ 10482, мятые коробки"}
    )


async def withhold(page: Page, path: str) -> None:
    """No answer ever comes for the addresses that hold the path."""
    await page.add_init_script(
        f"""const asked = window.fetch
        window.fetch = (what, how) => String(what.url ?? what).includes({path!r})
          ? new Promise(() => {{}}) : asked(what, how)"""
    )
