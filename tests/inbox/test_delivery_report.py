"""How well each channel delivers: lag, failures and dead letters, as JSON and as a table."""

import csv
from datetime import timedelta
from io import StringIO
from typing import Any

from connectors.health import Health
from shared.clock import ManualClock
from shared.collections import CHANNELS, DEAD_LETTERS
from shared.ids import ChannelId, ChannelType
from shared.model.channel import Channel, ChannelState
from shared.model.people import Role
from shared.model.records import DeadLetter, DeadLetterState
from shared.ports.store import Put
from tests.inbox.stage import AT, Browser, Stage, open_stage
from tests.support.stores import Embedded

SHOP = ChannelId("shop")


def channel(id: str, **fields: Any) -> Channel:
    values = {"id": id, "type": ChannelType("telegram"), "name": id.title()}
    return Channel(**(values | {"created_at": AT, "updated_at": AT} | fields))


def letter(id: str, **fields: Any) -> DeadLetter:
    values = {"id": id, "source": "router/p03", "reason": "x", "channel_id": SHOP, "at": AT}
    return DeadLetter.model_validate(values | fields)


async def filled(hub: Embedded, clock: ManualClock) -> None:
    """A channel that carried something yesterday and now, one that did nothing, one removed."""
    await hub.store.commit(
        [
            Put(CHANNELS, channel("shop", name="=Shop")),
            Put(CHANNELS, channel("quiet")),
            Put(CHANNELS, channel("gone", state=ChannelState.REMOVED)),
            Put(DEAD_LETTERS, letter("d1")),
            Put(DEAD_LETTERS, letter("d2")),
            Put(DEAD_LETTERS, letter("d3", state=DeadLetterState.REPLAYED)),
            Put(DEAD_LETTERS, letter("d4", channel_id=None)),
        ]
    )
    health = Health(SHOP, clock)
    health.came_in(1, [clock.now() - timedelta(seconds=9)])
    await health.write(hub.store)
    await clock.advance(26 * 3600)
    health.came_in(1, [clock.now() - timedelta(seconds=1)])
    health.came_in(1, [clock.now() - timedelta(seconds=2)])
    for _ in range(3):
        health.went_out()
    health.not_sent("the chat is gone", unknown=False)
    health.waits(2, clock.now())
    await health.write(hub.store)


async def test_each_channel_tells_what_it_carried_what_failed_and_how_late_it_is(
    hub: Embedded,
) -> None:
    clock = ManualClock(AT)
    async with open_stage(hub, clock=clock) as stage, stage.browser() as admin:
        await filled(hub, clock)
        day = (await admin.get("/reports/delivery")).data
        long = (await admin.get("/reports/delivery?hours=48")).data

    shop, quiet = day["items"]
    assert [one["channel_id"] for one in day["items"]] == ["shop", "quiet"]
    assert (shop["received"], shop["sent"], shop["failed"]) == (2, 3, 1)
    assert (shop["failure_rate"], shop["mean_lag_s"], shop["lag_s"]) == (0.25, 1.5, 2.0)
    assert (shop["waiting"], shop["last_error"]) == (2, "the chat is gone")
    assert shop["dead_letters_open"] == 2
    assert (quiet["failure_rate"], quiet["mean_lag_s"], quiet["dead_letters_open"]) == (
        None,
        None,
        0,
    )
    assert (long["items"][0]["received"], long["items"][0]["mean_lag_s"]) == (3, 4.0)


async def table(browser: Browser) -> list[dict[str, str]]:
    answer = await browser.get("/reports/delivery.csv")
    assert answer.headers["Content-Type"].startswith("text/csv")
    assert "attachment" in answer.headers["Content-Disposition"]
    return list(csv.DictReader(StringIO(answer.data.decode("utf-8-sig"))))


async def test_the_same_comes_as_a_table_that_no_spreadsheet_calculates(hub: Embedded) -> None:
    clock = ManualClock(AT)
    async with open_stage(hub, clock=clock) as stage, stage.browser() as admin:
        await filled(hub, clock)
        shop, quiet = await table(admin)

    assert (shop["name"], shop["sent"], shop["failure_rate"]) == ("'=Shop", "3", "0.25")
    assert (quiet["sent"], quiet["failure_rate"], quiet["last_error"]) == ("0", "", "")


async def test_only_those_who_read_reports_may_see_it(stage: Stage) -> None:
    await stage.agent("anna@example.org")
    await stage.agent("sofia@example.org", Role.SUPERVISOR)
    async with stage.browser("anna@example.org") as anna:
        refused = [
            (await anna.get(path)).status for path in ("/reports/delivery", "/reports/delivery.csv")
        ]
    async with stage.browser("sofia@example.org") as sofia:
        seen = (await sofia.get("/reports/delivery")).status
        wrong = await sofia.get("/reports/delivery?hours=721")

    assert (refused, seen) == ([403, 403], 200)
    assert wrong.status == 422
