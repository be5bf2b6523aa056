"""Events that only hint at what happened are completed before they are parsed."""

import json
from pathlib import Path

from connectors.base import RawEvent
from connectors.live import LiveChannel
from shared.collections import CURSORS
from shared.errors import Unavailable
from shared.model.records import DeadLetter
from tests.connectors.rig import SHOP, rig, until
from tests.connectors.test_intake import batch, sms


def _completed_by(live: LiveChannel, complete: object) -> None:
    live.connector.complete = complete  # type: ignore[attr-defined]  # an ability is a method more


async def test_what_is_parsed_is_the_completed_event(tmp_path: Path) -> None:
    async with rig(tmp_path) as made:
        await made.add_channel()

        async def whole(event: RawEvent) -> RawEvent:
            return RawEvent(json.dumps(json.loads(event.body) | {"text": "whole"}).encode())

        _completed_by(await made.live(), whole)

        status, _ = await made.hook(batch(sms("e1", text="half")))

        assert status == 200
        await until(lambda: len(made.of_kind("inbound")) == 1)
        assert made.of_kind("inbound")[0].payload["content"]["text"] == "whole"


async def test_an_event_that_cannot_be_completed_now_is_asked_for_again(tmp_path: Path) -> None:
    async with rig(tmp_path) as made:
        await made.add_channel()
        failures = [Unavailable("the platform is away")]

        async def later(event: RawEvent) -> RawEvent:
            if failures:
                raise failures.pop()
            return event

        _completed_by(await made.live(), later)

        refused, headers = await made.hook(batch(sms("e1"), sms("e2")))
        taken, _ = await made.hook(batch(sms("e1"), sms("e2")))

        assert (refused, headers["Retry-After"], taken) == (503, "5", 200)
        await until(lambda: len(made.of_kind("inbound")) == 2)


async def test_a_bug_in_completing_costs_its_event_alone_and_keeps_the_bytes(
    tmp_path: Path,
) -> None:
    async with rig(tmp_path) as made:
        await made.add_channel()

        async def broken(event: RawEvent) -> RawEvent:
            if b'"e1"' in event.body:
                raise KeyError("a text of a customer")
            return event

        _completed_by(await made.live(), broken)

        status, _ = await made.hook(batch(sms("e1"), sms("e2")))

        assert status == 200
        await until(lambda: len(made.items) == 2)
        assert [item.payload["event_key"] for item in made.of_kind("inbound")] == ["e2"]
        letter = DeadLetter.model_validate(made.of_kind("quarantine")[0].payload)
        assert letter.reason == "a bug of the connector: KeyError"
        assert letter.raw_base64 is not None


async def test_while_an_event_cannot_be_completed_the_cursor_stands_still(tmp_path: Path) -> None:
    async with rig(tmp_path) as made:
        await made.add_channel(mode="pull")
        asked: list[str] = []

        async def away(event: RawEvent) -> RawEvent:
            asked.append(event.key)
            raise Unavailable("the platform is away")

        _completed_by(await made.live(), away)

        await made.simulator.write("+7", "hello")

        await until(lambda: asked)
        stored = await made.hub.store.get(CURSORS, SHOP)
        assert stored is None
        assert made.of_kind("inbound") == []
