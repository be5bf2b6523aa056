"""What agents see and change of the person who writes."""

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
import pytest_asyncio
from aiohttp import web
from aiohttp.test_utils import TestServer
from playwright.async_api import Browser, Locator, expect

from tests.support.browser import message
from tests.support.colleagues import conversation_with, desk_of, pane_of
from tests.support.hub_process import HubProcess
from tests.support.running_hub import RunningHub
from tests.support.simulated import write_as
from tests.support.waiting import until

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.xdist_group("browser"),
    pytest.mark.timeout(120),
    pytest.mark.asyncio(loop_scope="module"),
]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def hub(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RunningHub]:
    """One that may ask systems on this machine."""
    environ = {"HUB_UNDO_S": "0", "HUB_PRIVATE_NETWORKS": "127.0.0.1"}
    folder = tmp_path_factory.mktemp("hub")
    async with HubProcess(folder, "--simulators", environ=environ) as running:
        fields = (
            {"name": "Amount", "key": "amount", "kind": "number"},
            {"name": "Damage", "key": "damage", "kind": "choice", "options": ["box", "content"]},
        )
        for field in fields:
            await running.call("POST", "/api/v1/fields", field)
        await running.call("POST", "/api/v1/segments", {"name": "Wholesale"})
        yield running


def row(pane: Locator, name: str) -> Locator:
    """The value beside the name, as it is shown."""
    return pane.get_by_role("button", name=f"Edit: {name}")


async def write_into(pane: Locator, name: str, value: str) -> None:
    await row(pane, name).click()
    await pane.get_by_label(name, exact=True).fill(value)
    await pane.get_by_label(name, exact=True).press("Enter")


async def test_a_value_that_does_not_fit_is_refused_at_its_field_and_one_that_fits_stays(
    hub: RunningHub, browser: Browser, customer: str
) -> None:
    await write_as(hub, "sim-telegram", customer, f"order of {customer}")
    async with desk_of(browser, hub) as inbox:
        pane = await pane_of(inbox, customer)

        await write_into(pane, "Amount", "a lot")
        await expect(pane.get_by_test_id("field-amount").get_by_role("alert")).to_have_text(
            "This is not a number."
        )
        await pane.get_by_label("Amount", exact=True).fill("12.50")
        await pane.get_by_label("Amount", exact=True).press("Enter")

        await expect(row(pane, "Amount")).to_have_text("12.50")
        await inbox.reload()
        await expect(row(pane, "Amount")).to_have_text("12.50")
    kept = await conversation_with(hub, f"order of {customer}")
    assert kept["fields"] == {"amount": "12.50"}


async def until_refused(hub: RunningHub, fields: dict[str, str]) -> None:
    """Wait until the router has heard of a field's new options, by the case of somebody else."""
    somebody = uuid4().hex
    await write_as(hub, "sim-telegram", somebody, somebody)
    case = await conversation_with(hub, somebody)

    async def is_refused() -> bool:
        try:
            await hub.call("POST", f"/api/v1/conversations/{case['id']}/fields", {"fields": fields})
        except AssertionError as refused:
            return "is none of" in str(refused)
        return False

    await until(is_refused, limit_s=30)


async def test_what_the_hub_alone_refuses_is_told_at_the_field_too(
    hub: RunningHub, browser: Browser, customer: str
) -> None:
    await write_as(hub, "sim-telegram", customer, f"box of {customer}")
    damage = next(one for one in await hub.items("/api/v1/fields") if one["key"] == "damage")
    spec = {"name": "Damage", "key": "damage", "kind": "choice"}
    async with desk_of(browser, hub) as inbox:
        pane = await pane_of(inbox, customer)
        await row(pane, "Damage").click()
        await inbox.route("**/api/v1/fields", lambda route: route.abort())
        await hub.call("PUT", f"/api/v1/fields/{damage['id']}", {**spec, "options": ["content"]})
        await until_refused(hub, {"damage": "box"})

        await pane.get_by_label("Damage", exact=True).select_option("box")

        alert = pane.get_by_test_id("field-damage").get_by_role("alert")
        await expect(alert).to_have_text("is none of: content")
        await inbox.unroute("**/api/v1/fields")


async def test_the_clock_where_the_customer_is_follows_their_time_zone(
    hub: RunningHub, browser: Browser, customer: str
) -> None:
    await write_as(hub, "sim-telegram", customer, f"far {customer}")
    async with desk_of(browser, hub) as inbox:
        pane = await pane_of(inbox, customer)

        await write_into(pane, "Time zone", "Atlantis/Capital")
        await expect(pane.get_by_test_id("contact-details").get_by_role("alert")).to_have_text(
            "There is no such time zone."
        )
        await pane.get_by_label("Time zone", exact=True).fill("Asia/Tokyo")
        await pane.get_by_label("Time zone", exact=True).press("Enter")

        await expect(pane.get_by_test_id("local-time")).to_contain_text("UTC+9")


async def test_what_is_known_of_a_person_is_added_and_taken_away(
    hub: RunningHub, browser: Browser, customer: str
) -> None:
    await write_as(hub, "sim-telegram", customer, f"acme {customer}")
    async with desk_of(browser, hub) as inbox:
        pane = await pane_of(inbox, customer)
        await pane.get_by_test_id("add-attribute").click()
        await pane.get_by_test_id("attribute-name").fill("Company")
        await pane.get_by_test_id("attribute-value").fill("ACME")
        await pane.get_by_test_id("attribute-save").click()
        await expect(row(pane, "company")).to_have_text("ACME")

        await write_into(pane, "company", "")

        await expect(row(pane, "company")).to_be_hidden()


async def test_a_person_is_put_into_a_segment_and_vouched_for(
    hub: RunningHub, browser: Browser, customer: str
) -> None:
    await write_as(hub, "sim-telegram", customer, f"vip {customer}")
    async with desk_of(browser, hub) as inbox:
        pane = await pane_of(inbox, customer)

        await pane.get_by_test_id("add-segment").click()
        await inbox.get_by_role("menuitemcheckbox", name="Wholesale").click()
        await expect(pane.get_by_test_id("segment")).to_have_text("Wholesale")
        await pane.get_by_test_id("contact-actions").click()
        await inbox.get_by_test_id("vouch").click()

        await expect(pane.get_by_test_id("vouched-mark")).to_be_visible()


async def test_a_blocked_customer_calls_nobody_until_somebody_unblocks_them(
    hub: RunningHub, browser: Browser, customer: str
) -> None:
    await write_as(hub, "sim-telegram", customer, f"spam {customer}")
    one = await conversation_with(hub, f"spam {customer}")
    async with desk_of(browser, hub) as inbox:
        pane = await pane_of(inbox, customer)
        await pane.get_by_test_id("contact-actions").click()
        await inbox.get_by_test_id("block").click()
        await inbox.get_by_test_id("block-confirm").click()
        await expect(inbox.get_by_test_id("block-dialog").get_by_role("alert")).to_be_visible()
        await inbox.get_by_test_id("block-reason").fill("advertises")
        await inbox.get_by_test_id("block-confirm").click()
        await expect(pane.get_by_test_id("block-notice")).to_contain_text("advertises")

        unread = (await hub.call("GET", f"/api/v1/conversations/{one['id']}"))["unread"]
        await write_as(hub, "sim-telegram", customer, f"buy now {customer}")
        await expect(message(inbox, f"buy now {customer}")).to_be_visible()
        after = await hub.call("GET", f"/api/v1/conversations/{one['id']}")
        assert after["unread"] == unread

        await pane.get_by_test_id("unblock").click()
        await expect(pane.get_by_test_id("block-notice")).to_be_hidden()


async def test_two_contacts_become_one_after_a_look_at_what_moves_and_part_again(
    hub: RunningHub, browser: Browser
) -> None:
    name = uuid4().hex[:6]
    await write_as(hub, "sim-vk", f"Vera {name}", f"from vk {name}")
    await write_as(hub, "sim-telegram", f"Vera T {name}", f"from telegram {name}")
    async with desk_of(browser, hub) as inbox:
        pane = await pane_of(inbox, f"from telegram {name}")
        await pane.get_by_test_id("contact-actions").click()
        await inbox.get_by_test_id("merge-with").click()
        await inbox.get_by_test_id("merge-find").fill(f"Vera {name}")
        hit = inbox.get_by_test_id("merge-hit").filter(has_text=f"Vera {name}")
        await hit.first.click()
        preview = inbox.get_by_test_id("merge-preview")
        await expect(preview.get_by_role("group", name="VK")).to_be_visible()
        await inbox.get_by_test_id("goes-on-other").check()
        await expect(preview.get_by_role("group", name="Telegram")).to_be_visible()
        await inbox.get_by_test_id("goes-on-this").check()

        await inbox.get_by_test_id("merge-confirm").click()

        await expect(pane.get_by_test_id("identity")).to_have_count(2)
        history = pane.get_by_test_id("timeline")
        await expect(history.get_by_text(f"from vk {name}")).to_be_visible()
        await expect(history.get_by_text(f"from telegram {name}")).to_be_visible()
        await history.get_by_test_id("timeline-filter-vk").click()
        await expect(history.get_by_text(f"from telegram {name}")).to_be_hidden()
        await expect(pane.get_by_test_id("open-cases")).to_contain_text(f"from vk {name}")

        await pane.get_by_test_id("unmerge").click()
        await expect(pane.get_by_test_id("identity")).to_have_count(1)


async def test_the_history_of_all_channels_leads_to_the_message_in_its_conversation(
    hub: RunningHub, browser: Browser
) -> None:
    name = uuid4().hex[:6]
    await write_as(hub, "sim-vk", f"Olga {name}", f"first {name}")
    await write_as(hub, "sim-telegram", f"Olga {name}", f"second {name}")
    first = await conversation_with(hub, f"first {name}")
    second = await conversation_with(hub, f"second {name}")
    path = f"/api/v1/contacts/{second['contact_id']}/merge"
    await hub.call("POST", path, {"from_id": first["contact_id"]})
    async with desk_of(browser, hub) as inbox:
        pane = await pane_of(inbox, f"second {name}")

        line = pane.get_by_test_id("timeline-line").filter(has_text=f"first {name}")
        target = await line.get_attribute("data-message")
        await line.click()

        await expect(inbox.get_by_test_id("thread")).to_have_attribute("data-id", first["id"])
        await expect(message(inbox, f"first {name}")).to_be_visible()
        assert f"m={target}" in inbox.url


async def test_what_is_said_meanwhile_comes_into_the_history_by_itself(
    hub: RunningHub, browser: Browser, customer: str
) -> None:
    await write_as(hub, "sim-telegram", customer, f"one {customer}")
    async with desk_of(browser, hub) as inbox:
        pane = await pane_of(inbox, customer)
        history = pane.get_by_test_id("timeline")
        await expect(history.get_by_text(f"one {customer}")).to_be_visible()

        await write_as(hub, "sim-telegram", customer, f"two {customer}")

        lines = history.get_by_test_id("timeline-line")
        await expect(lines.first).to_contain_text(f"two {customer}")


async def test_a_lookup_that_fails_says_so_in_its_own_place_and_is_asked_again(
    hub: RunningHub, browser: Browser, customer: str
) -> None:
    broken = True

    async def look(request: web.Request) -> web.Response:
        if broken:
            return web.Response(status=500)
        rows = [{"title": "Plan", "value": "Premium", "verified": True}]
        return web.json_response({"rows": rows})

    app = web.Application()
    app.router.add_post("/look", look)
    await write_as(hub, "sim-telegram", customer, f"plan {customer}")
    async with TestServer(app) as other, desk_of(browser, hub) as inbox:
        await hub.call("PUT", "/api/v1/lookup", {"url": str(other.make_url("/look"))})
        pane = await pane_of(inbox, customer)
        lookup = pane.get_by_test_id("lookup")
        await expect(lookup.get_by_role("alert")).to_be_visible()
        await expect(pane.get_by_test_id("identity")).to_be_visible()

        broken = False
        await lookup.get_by_test_id("lookup-retry").click()

        await expect(lookup).to_contain_text("Premium")
        await expect(lookup.get_by_role("img", name="verified")).to_be_visible()
        await hub.call("DELETE", "/api/v1/lookup")


async def test_the_pane_is_a_drawer_on_a_narrow_phone_and_nothing_stands_out(
    hub: RunningHub, browser: Browser, customer: str
) -> None:
    await write_as(hub, "sim-telegram", customer, f"phone {customer}")
    async with desk_of(browser, hub, narrow=True) as inbox:
        await inbox.get_by_test_id("conversation-row").filter(has_text=customer).click()
        await inbox.get_by_test_id("show-customer").click()
        pane = inbox.get_by_test_id("customer")
        await expect(pane.get_by_test_id("timeline")).to_contain_text(f"phone {customer}")
        await pane.get_by_test_id("hand-over").click()
        await expect(inbox.get_by_test_id("hand-over-dialog")).to_be_visible()

        widest = await inbox.evaluate(
            "Math.max(...[...document.querySelectorAll('[role=dialog]')].map(e => e.scrollWidth))"
        )
        assert widest <= 360


async def test_a_colleagues_change_of_the_contact_shows_without_a_reload(
    hub: RunningHub, browser: Browser, customer: str
) -> None:
    await write_as(hub, "sim-telegram", customer, f"name {customer}")
    one = await conversation_with(hub, f"name {customer}")
    async with desk_of(browser, hub) as inbox:
        pane = await pane_of(inbox, customer)
        await expect(pane.get_by_test_id("identity")).to_be_visible()

        path = f"/api/v1/contacts/{one['contact_id']}"
        await hub.call("PATCH", path, {"attributes": {"company": "Initech"}})

        await expect(row(pane, "company")).to_have_text("Initech")
