"""A chat of many people takes fewer messages, in all of its topics together."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from connectors.base import GROUP_CONTEXT
from connectors.registry import Registry
from connectors.telegram.manifest import MANIFEST as TELEGRAM
from shared.clock import ManualClock
from shared.delivery.pace import Buckets
from shared.model.channel import RateLimit
from tests.connectors.rig import SAMPLE, rig
from tests.contracts.connectors.sample.manifest import MANIFEST

GROUP = {GROUP_CONTEXT: "-100"}
THREE_A_MINUTE = RateLimit(count=3, per_s=60, burst=3)


def slow_in_groups() -> Registry:
    changed = MANIFEST.capabilities.model_copy(update={"rate_group": THREE_A_MINUTE})
    return Registry({SAMPLE: replace(MANIFEST, capabilities=changed)})


async def test_the_topics_of_a_group_share_its_pace_and_others_do_not_wait(tmp_path: Path) -> None:
    clock = ManualClock()
    async with rig(tmp_path, clock=clock, registry=slow_in_groups()) as made:
        await made.add_channel()
        await made.live()
        topics = [made.message(f"-100/{n % 2}", f"topic {n}", context=GROUP) for n in range(4)]
        private = [made.message("+8", f"private {n}") for n in range(6)]
        elsewhere = made.message("-200", "another group", context={GROUP_CONTEXT: "-200"})

        await made.queue(*topics, *private, elsewhere)

        await made.settled(*private, elsewhere)
        sent_at_once = [text for text in made.sent() if text.startswith("topic")]
        await clock.advance(21)
        await made.settled(*topics)
        assert len(sent_at_once) == 3
        assert len([text for text in made.sent() if text.startswith("topic")]) == 4


def test_telegram_takes_no_more_than_twenty_in_any_minute_of_a_group() -> None:
    buckets: Buckets[str] = Buckets(TELEGRAM.capabilities.rate_group)
    clock = ManualClock()
    began = now = clock.now()
    sent = []
    while now < began + timedelta(minutes=5):
        wait_s = buckets.delay_s("-100", now)
        now += timedelta(seconds=wait_s)
        buckets.take("-100", now)
        sent.append(now)

    most = max(
        sum(first <= other < first + timedelta(minutes=1) for other in sent) for first in sent
    )
    assert 15 <= most <= 20
