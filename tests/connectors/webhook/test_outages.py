"""The bus is away, the hub was killed: nothing is lost, nothing is doubled."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from shared.collections import PARTS
from shared.model.delivery import Delivery
from shared.ports.bus import Bus
from shared.ports.store import Update
from tests.connectors.rig import until, until_stored
from tests.connectors.test_intake import Away
from tests.connectors.webhook.shop import Shop, open_shop
from tests.connectors.webhook.test_events import event


async def test_events_that_come_while_the_bus_is_away_arrive_later_once_and_in_order(
    tmp_path: Path,
) -> None:
    between: list[Away] = []

    def unsteady(bus: Bus) -> Away:
        between.append(Away(bus))
        return between[0]

    async with open_shop(tmp_path, bus=unsteady) as shop:
        between[0].away = True
        refused, _ = await shop.post(event())
        for number in range(5):
            await shop.far_end.write("Anna", f"{number}")
        await until(lambda: 503 in shop.far_end.outbox.answers)
        before = list(shop.inbound())
        between[0].away = False

        found = await shop.arrived(5)

    assert refused == 503
    assert before == []
    assert [item["content"]["text"] for item in found] == ["0", "1", "2", "3", "4"]
    assert len({item["event_key"] for item in found}) == 5


async def killed_while_sending(shop: Shop, *, idempotent: bool) -> Sequence[object]:
    """A message arrives, the hub is killed before it hears of that, and starts again."""
    shop.far_end.fault("cut_after_write", 1)
    part = shop.part("the answer")
    await shop.queue(part)
    row = await shop.tried(part)
    caught = {"state": Delivery.SENDING, "due_at": shop.clock.now()}
    await shop.hub.store.commit([Update(PARTS, row.id, caught)])
    await shop.set(idempotent_receiver=idempotent)
    await until_stored(lambda: shop_is_done(shop, row.id))
    found = await shop.row(part)
    return found.state, shop.texts()


async def shop_is_done(shop: Shop, id: str) -> bool:
    row = await shop.hub.store.get(PARTS, id)
    return row is not None and not row.open


@pytest.mark.parametrize(
    "idempotent, state", [(True, Delivery.SENT), (False, Delivery.UNKNOWN)], ids=["knows", "not"]
)
async def test_a_hub_that_was_killed_while_it_called_repeats_only_where_that_is_safe(
    shop: Shop, idempotent: bool, state: Delivery
) -> None:
    found, texts = await killed_while_sending(shop, idempotent=idempotent)

    assert found is state
    assert texts == ["the answer"]
