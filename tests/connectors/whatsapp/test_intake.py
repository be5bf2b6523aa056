"""Webhooks at the hub's edge: nothing is confirmed before the bus has it, nothing comes twice."""

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

from aiohttp import ClientSession

from connectors.configuration import close_settings
from connectors.registry import Registry
from connectors.simulator import SimulatorContext
from connectors.whatsapp.manifest import MANIFEST
from connectors.whatsapp.simulator import simulate
from connectors.whatsapp.simulator.simulator import WhatsAppSimulator
from connectors.whatsapp.simulator.webhooks import escaped, signature
from shared.errors import Unavailable
from shared.ids import ChannelId
from shared.model.channel import Channel
from shared.ports.bus import Bus, Exchange, Publication
from tests.connectors.rig import SHOP, Rig, rig, until

_MIB = 1024 * 1024


class Away:
    """A bus that refuses to publish to partitions for as long as it is told to."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self.away = False
        self.refused = 0
        self.consume = bus.consume
        self.dead_letter = bus.dead_letter
        self.depth = bus.depth

    async def publish(self, publications: Sequence[Publication]) -> None:
        kept = {Exchange.CONVERSATIONS, Exchange.DEAD}
        if self.away and any(p.exchange in kept for p in publications):
            self.refused += 1
            raise Unavailable("the bus is away")
        await self._bus.publish(publications)


class Shop:
    """A channel of a running connectors service, with its WhatsApp."""

    def __init__(self, made: Rig, platform: WhatsAppSimulator) -> None:
        self.made = made
        self.platform = platform

    async def post(self, payload: Any, *, secret: str | None = None) -> int:
        """The status that a signed webhook is answered with."""
        body = payload if isinstance(payload, bytes) else escaped(payload)
        key = secret or str(self.platform.settings()["app_secret"])
        headers = {"X-Hub-Signature-256": signature(body, key)}
        url = f"{self.made.url}/hooks/{SHOP}"
        async with self.made.http.post(url, data=BytesIO(body), headers=headers) as answer:
            return answer.status

    def change(self, value: dict[str, Any]) -> dict[str, Any]:
        """A webhook with one change for this number."""
        settings = self.platform.settings()
        head = {"metadata": {"phone_number_id": settings["phone_number_id"]}}
        inner = {"field": "messages", "value": head | value}
        return {
            "object": "whatsapp_business_account",
            "entry": [{"id": settings["waba_id"], "changes": [inner]}],
        }

    def texts(self) -> list[str]:
        """What customers' messages on the bus say."""
        return [item.payload["content"]["text"] for item in self.made.of_kind("inbound")]


@asynccontextmanager
async def _shop(folder: Path, **given: Any) -> AsyncIterator[Shop]:
    registry = Registry({MANIFEST.channel_type: MANIFEST})
    async with (
        rig(folder, registry=registry, body_limit_bytes=4 * _MIB, **given) as made,
        ClientSession() as http,
    ):
        context = SimulatorContext(SHOP, f"{made.url}/hooks/{SHOP}", http, made.clock, _nobody)
        platform = simulate(context)
        base = await platform.start()
        try:
            values = {**platform.settings(), "api_base": base}
            settings, sealed = close_settings(values, MANIFEST, made.resources.seal)
            now = made.clock.now()
            await made.put_channel(
                Channel(
                    id=ChannelId(SHOP), type=MANIFEST.channel_type, name="Shop",
                    settings=settings, sealed=sealed, created_at=now, updated_at=now,
                )
            )  # fmt: skip
            await made.live()
            yield Shop(made, platform)
        finally:
            await platform.close()


def _nobody(_customer: str) -> None:
    pass


async def test_while_the_bus_is_away_the_platform_keeps_the_events_and_brings_them_once(
    tmp_path: Path,
) -> None:
    buses: list[Away] = []

    def stand_in(bus: Bus) -> Bus:
        buses.append(Away(bus))
        return buses[0]

    async with _shop(tmp_path, bus=stand_in) as shop:
        buses[0].away = True
        for number in range(3):
            await shop.platform.write("Anna", f"message {number}")
        await until(lambda: buses[0].refused >= 2)
        buses[0].away = False

        await until(lambda: len(shop.texts()) == 3)

        assert shop.texts() == ["message 0", "message 1", "message 2"]


async def test_an_event_that_cannot_be_read_goes_to_quarantine_between_two_good_ones(
    tmp_path: Path,
) -> None:
    async with _shop(tmp_path) as shop:
        good = {"from": "16505551234", "type": "text", "text": {"body": "good"}}
        bad = {"type": "text", "text": {"body": "bad"}}
        batch = [good | {"id": "1"}, bad, good | {"id": "2"}]

        status = await shop.post(shop.change({"messages": batch}))

        await until(lambda: len(shop.texts()) == 2)
        assert status == 200
        (letter,) = shop.made.of_kind("quarantine")
        assert "customer" in letter.payload["reason"]


async def test_a_thousand_statuses_of_one_webhook_all_come_onto_the_bus(tmp_path: Path) -> None:
    async with _shop(tmp_path) as shop:
        many = [
            {"id": f"wamid.{number}", "status": "delivered", "timestamp": "1767604260",
             "recipient_id": "16505551234",
             "biz_opaque_callback_data": f"p{number % 256:02x}{number:032x}-000"}
            for number in range(1000)
        ]  # fmt: skip

        status = await shop.post(shop.change({"statuses": many}))

        assert status == 200
        await until(lambda: len(shop.made.of_kind("receipt")) == 1000)


async def test_a_body_of_three_megabytes_is_taken(tmp_path: Path) -> None:
    async with _shop(tmp_path) as shop:
        messages = [
            {"id": f"w{number}", "from": "16505551234", "type": "text",
             "text": {"body": "ж" * 4000}}
            for number in range(125)
        ]  # fmt: skip
        body = escaped(shop.change({"messages": messages}))

        status = await shop.post(body)

        assert len(body) > 3_000_000
        assert status == 200
        await until(lambda: len(shop.texts()) == 125)


async def test_a_webhook_that_is_delivered_twice_has_the_same_ids(tmp_path: Path) -> None:
    async with _shop(tmp_path) as shop:
        message = {"id": "1", "from": "16505551234", "type": "text", "text": {"body": "once"}}
        payload = shop.change({"messages": [message]})
        await shop.post(payload)
        await shop.post(payload)

        await until(lambda: len(shop.made.of_kind("inbound")) == 2)

        first, again = shop.made.of_kind("inbound")
        assert first.id == again.id


async def test_a_webhook_that_somebody_else_signed_is_refused(tmp_path: Path) -> None:
    async with _shop(tmp_path) as shop:
        status = await shop.post(shop.change({"messages": []}), secret="somebody else's")

        assert status == 401
        assert shop.made.items == []


async def test_the_handshake_is_answered_at_the_edge(tmp_path: Path) -> None:
    async with _shop(tmp_path) as shop:
        token = shop.made.resources.seal.derive(f"webhook/{SHOP}")
        query = {"hub.mode": "subscribe", "hub.verify_token": token, "hub.challenge": "42"}
        url = f"{shop.made.url}/hooks/{SHOP}"
        async with shop.made.http.get(url, params=query) as right:
            answered = (right.status, await right.text())
        async with shop.made.http.get(url, params=query | {"hub.verify_token": "x"}) as wrong:
            refused = (wrong.status, await wrong.text())

        assert answered == (200, "42")
        assert refused == (403, "")


async def test_what_is_no_webhook_at_all_is_put_aside_and_taken(tmp_path: Path) -> None:
    async with _shop(tmp_path) as shop:
        status = await shop.post(json.dumps({"object": "page", "entry": []}).encode())

        assert status == 200
        await until(lambda: len(shop.made.of_kind("quarantine")) == 1)
