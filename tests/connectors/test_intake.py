"""What a platform is told about its webhooks, and what comes onto the bus."""

import asyncio
import base64
import json
from collections.abc import Sequence
from pathlib import Path

from shared.collections import DEAD_LETTERS
from shared.errors import Unavailable
from shared.ids import ChannelId
from shared.model.channel import ChannelState
from shared.model.records import DeadLetter
from shared.ports.bus import Bus, Exchange, Publication
from shared.ports.store import Put
from tests.connectors.rig import SHOP, at, rig, until


def batch(*events: object) -> bytes:
    return json.dumps({"events": events}).encode()


def sms(id: str, text: str = "hello", sender: str = "+700") -> dict[str, object]:
    return {"id": id, "type": "sms", "at": 1767601505, "from": sender, "text": text}


class Away:
    """A bus that refuses to publish to partitions for as long as it is told to."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self.away = False
        self.consume = bus.consume
        self.dead_letter = bus.dead_letter
        self.depth = bus.depth

    async def publish(self, publications: Sequence[Publication]) -> None:
        kept = {Exchange.CONVERSATIONS, Exchange.DEAD}
        if self.away and any(p.exchange in kept for p in publications):
            raise Unavailable("the bus is away")
        await self._bus.publish(publications)


async def test_a_webhook_is_answered_after_its_events_are_on_the_bus(tmp_path: Path) -> None:
    async with rig(tmp_path) as made:
        await made.add_channel()
        await made.live()

        status, _ = await made.hook(batch(sms("e1"), sms("e2")))

        assert status == 200
        await until(lambda: len(made.of_kind("inbound")) == 2)
        keys = [item.payload["event_key"] for item in made.of_kind("inbound")]
        assert keys == ["e1", "e2"]


async def test_the_same_event_has_the_same_id_when_it_comes_again(tmp_path: Path) -> None:
    async with rig(tmp_path) as made:
        await made.add_channel()
        await made.live()

        await made.hook(batch(sms("e1")))
        await made.hook(batch(sms("e1")))

        await until(lambda: len(made.of_kind("inbound")) == 2)
        first, second = made.of_kind("inbound")
        assert first.id == second.id


async def test_a_wrong_signature_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    async with rig(tmp_path) as made:
        await made.add_channel()
        await made.live()

        status, _ = await made.hook(batch(sms("e1")), headers={"X-Signature": "0" * 64})

        assert status == 401
        assert made.items == []


async def test_an_unknown_channel_is_not_found(tmp_path: Path) -> None:
    async with rig(tmp_path) as made:
        await made.add_channel()
        await made.live()

        status, _ = await made.hook(batch(sms("e1")), id="nowhere")

        assert status == 404


async def test_a_body_over_the_limit_is_refused(tmp_path: Path) -> None:
    async with rig(tmp_path) as made:
        await made.add_channel()
        await made.live()

        status, _ = await made.hook(batch(sms("e1", text="x" * 70_000)))

        assert status == 413


async def test_a_paused_channel_asks_the_platform_to_come_again(tmp_path: Path) -> None:
    async with rig(tmp_path) as made:
        channel = await made.add_channel()
        await made.live()
        await made.put_channel(
            channel.model_copy(update={"state": ChannelState.PAUSED, "version": 2})
        )
        await until(lambda: made.service.live(SHOP) is None)

        status, headers = await made.hook(batch(sms("e1")))

        assert (status, headers["Retry-After"]) == (503, "60")


async def test_a_bus_that_is_away_gives_503_and_heals_by_itself(tmp_path: Path) -> None:
    between: list[Away] = []

    def put_between(bus: Bus) -> Bus:
        between.append(Away(bus))
        return between[0]

    async with rig(tmp_path, bus=put_between) as made:
        await made.add_channel()
        await made.live()

        between[0].away = True
        refused, headers = await made.hook(batch(sms("e1")))
        between[0].away = False
        taken, _ = await made.hook(batch(sms("e1")))

        assert (refused, headers["Retry-After"], taken) == (503, "5", 200)
        await until(lambda: len(made.of_kind("inbound")) == 1)


async def test_one_malformed_event_goes_to_quarantine_and_the_others_go_on(
    tmp_path: Path,
) -> None:
    async with rig(tmp_path) as made:
        await made.add_channel()
        await made.live()

        status, _ = await made.hook(batch(sms("e1"), {"id": "e2", "type": 7}, sms("e3")))

        assert status == 200
        await until(lambda: len(made.items) == 3)
        keys = [item.payload["event_key"] for item in made.of_kind("inbound")]
        assert keys == ["e1", "e3"]
        letter = DeadLetter.model_validate(made.of_kind("quarantine")[0].payload)
        assert letter.source == "intake/shop"
        assert letter.channel_id == SHOP
        assert letter.raw_base64 is not None
        assert json.loads(base64.b64decode(letter.raw_base64)) == {"id": "e2", "type": 7}


async def test_a_body_that_is_no_batch_goes_to_quarantine_whole(tmp_path: Path) -> None:
    async with rig(tmp_path) as made:
        await made.add_channel()
        await made.live()

        status, _ = await made.hook(b"\xff\x00 not JSON")

        assert status == 200
        await until(lambda: len(made.of_kind("quarantine")) == 1)
        letter = DeadLetter.model_validate(made.of_kind("quarantine")[0].payload)
        assert base64.b64decode(letter.raw_base64 or "") == b"\xff\x00 not JSON"


async def test_a_bug_of_the_connector_is_quarantined_under_its_name(tmp_path: Path) -> None:
    async with rig(tmp_path) as made:
        await made.add_channel()
        live = await made.live()

        def broken(_event: object) -> None:
            raise KeyError("the text of a customer")

        live.connector.parse = broken  # type: ignore[method-assign,assignment]
        status, _ = await made.hook(batch(sms("e1")))

        assert status == 200
        await until(lambda: len(made.of_kind("quarantine")) == 1)
        reason = made.of_kind("quarantine")[0].payload["reason"]
        assert reason == "a bug of the connector: KeyError"
        assert made.resources.metrics.value("hub_bugs_total", place="parse", error="KeyError") == 1


async def test_nul_and_halves_of_surrogate_pairs_never_reach_the_bus(tmp_path: Path) -> None:
    async with rig(tmp_path) as made:
        await made.add_channel()
        await made.live()

        body = (
            b'{"events":[{"id":"e1","type":"sms","at":1,"from":"+7","text":"a\\u0000b\\ud83dc"}]}'
        )
        status, _ = await made.hook(body)

        assert status == 200
        await until(lambda: len(made.of_kind("inbound")) == 1)
        assert made.of_kind("inbound")[0].payload["content"]["text"] == "abc"


async def test_a_large_raw_payload_is_kept_in_a_blob(tmp_path: Path) -> None:
    async with rig(tmp_path) as made:
        await made.add_channel()
        live = await made.live()
        event = {"id": "e1", "type": "fax", "at": 1, "from": "+7", "page": "x" * 66_000}

        parsed = live.connector.parse(_raw(event))
        await live.acceptance.accept(parsed)

        await until(lambda: len(made.of_kind("inbound")) == 1)
        payload = made.of_kind("inbound")[0].payload
        assert payload.get("raw") is None
        kept = b"".join([chunk async for chunk in made.hub.blobs.read(payload["raw_blob_id"])])
        assert json.loads(kept) == event


async def test_a_receipt_goes_to_the_partition_of_its_thread(tmp_path: Path) -> None:
    async with rig(tmp_path) as made:
        await made.add_channel()
        await made.live()
        status = {"id": "s1", "type": "status", "at": 1, "from": "+7", "status": "delivered"}

        await made.hook(batch(status | {"ref": "o1"}, sms("e1", sender="+7")))

        await until(lambda: len(made.items) == 2)
        receipt, inbound = made.of_kind("receipt")[0], made.of_kind("inbound")[0]
        assert receipt.payload["external_ids"] == ["o1"]
        assert receipt.partition == inbound.partition


async def test_a_pressed_button_is_answered_once_the_press_is_on_the_bus(tmp_path: Path) -> None:
    async with rig(tmp_path) as made:
        await made.add_channel()
        await made.live()

        await made.hook(batch({"id": "p1", "type": "press", "at": 1, "from": "+7", "value": "yes"}))

        await until(lambda: made.simulator.answered == ["p1"])
        assert made.of_kind("inbound")[0].payload["kind"] == "action"


async def test_pages_of_a_connector_are_served_below_its_channel(tmp_path: Path) -> None:
    async with rig(tmp_path) as made:
        await made.add_channel()
        await made.live()

        async with made.http.get(f"{made.url}/sample/shop/hello/Anna") as found:
            text = await found.text()
        async with made.http.get(f"{made.url}/sample/shop/nothing") as missing:
            status = missing.status
        async with made.http.post(f"{made.url}/sample/shop/hello/Anna") as wrong:
            method = wrong.status

        assert text == "shop: Anna"
        assert (status, method) == (404, 405)


async def test_requests_that_come_while_the_connector_loads_are_asked_to_come_again(
    tmp_path: Path,
) -> None:
    loading = asyncio.Event()
    async with rig(tmp_path) as made:
        registry = made.service._registry
        really = registry.connect

        async def slowly(context):  # type: ignore[no-untyped-def]
            await loading.wait()
            return await really(context)

        registry.connect = slowly  # type: ignore[method-assign]
        await made.add_channel()
        await until(lambda: SHOP in made.service._known)

        early, headers = await made.hook(batch(sms("e1")))
        loading.set()
        await made.live()
        late, _ = await made.hook(batch(sms("e1")))

        assert (early, headers["Retry-After"], late) == (503, "2", 200)


def _raw(event: object):  # type: ignore[no-untyped-def]
    from connectors.base import RawEvent

    return RawEvent(json.dumps(event).encode())


async def test_an_event_that_cannot_be_addressed_goes_to_quarantine_and_the_next_is_taken(
    tmp_path: Path,
) -> None:
    async with rig(tmp_path) as made:
        await made.add_channel()
        await made.live()

        status, _ = await made.hook(batch(sms("e1", sender="\ud800"), sms("e2")))

        assert status == 200
        await until(lambda: len(made.items) == 2)
        assert [item.payload["event_key"] for item in made.of_kind("inbound")] == ["e2"]
        assert "UnicodeEncodeError" in made.of_kind("quarantine")[0].payload["reason"]


async def test_the_pages_of_a_removed_channel_are_not_found(tmp_path: Path) -> None:
    async with rig(tmp_path) as made:
        await made.add_channel(state=ChannelState.REMOVED)
        await until(lambda: SHOP in made.service._known)

        async with made.http.get(f"{made.url}/sample/{SHOP}/anything") as answer:
            assert answer.status == 404


async def test_letters_of_a_channel_that_stands_still_keep_no_other_from_being_parsed_again(
    tmp_path: Path,
) -> None:
    async with rig(tmp_path) as made:
        await made.add_channel()
        await made.live()
        now = made.clock.now()
        still = [
            DeadLetter(
                id=f"q-{number:03d}",
                source="intake/gone",
                reason="no",
                channel_id=ChannelId("gone"),
                at=now,
                asked_at=now,
            )
            for number in range(60)
        ]
        raw = base64.b64encode(json.dumps(sms("e9")).encode()).decode()
        ours = still[0].model_copy(
            update={"id": "q-last", "channel_id": SHOP, "raw_base64": raw, "asked_at": at(now, 1)}
        )

        await made.hub.store.commit([Put(DEAD_LETTERS, letter) for letter in [*still, ours]])

        await until(lambda: made.of_kind("inbound"))
        assert made.of_kind("inbound")[0].payload["event_key"] == "e9"
