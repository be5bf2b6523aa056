"""How parts leave: in order, at their time, once; and what becomes of those that do not."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from shared.clock import ManualClock
from shared.collections import CHANNELS, PARTS
from shared.errors import Unavailable
from shared.ids import BlobId
from shared.model.channel import ChannelState
from shared.model.content import Attachment, AttachmentKind, FetchState
from shared.model.delivery import Delivery, FailureKind, Part
from shared.ports.store import Put, Store, Update
from tests.connectors.rig import SHOP, Rig, at, rig, until, until_stored

LONG = " ".join(f"word{number:03d}" for number in range(60))
"""Several parts of 160 on the sample channel."""


async def test_a_part_is_sent_and_the_router_is_told(tmp_path: Path) -> None:
    async with rig(tmp_path) as made:
        await made.add_channel()
        part = made.message("+7", "hello")

        await made.queue(part)

        assert await made.settled(part) == [Delivery.SENT]
        await until(lambda: made.of_kind("receipt"))
        receipt = made.of_kind("receipt")[0]
        assert receipt.payload["state"] == "sent"
        assert receipt.payload["external_ids"] == ["o1"]
        assert receipt.source == "dispatch/shop"
        row = await made.part(part.id)
        assert (row.attempt, row.planned, row.external_ids) == (1, True, ("o1",))


async def test_a_told_part_is_not_told_again(tmp_path: Path) -> None:
    async with rig(tmp_path) as made:
        await made.add_channel()
        part = made.message("+7", "hello")
        await made.queue(part)
        await made.settled(part)

        await until(lambda: made.of_kind("receipt"))

        await until_stored(lambda: made.is_told(part))
        assert len(made.of_kind("receipt")) == 1


async def test_a_part_without_a_hint_is_found_by_the_sweep(tmp_path: Path) -> None:
    async with rig(tmp_path) as made:
        await made.add_channel()
        await made.live()
        part = made.message("+7", "hello")

        await made.hub.store.commit([Put(PARTS, part)])

        assert await made.settled(part) == [Delivery.SENT]


async def test_a_long_text_leaves_in_announced_parts_in_order(tmp_path: Path) -> None:
    async with rig(tmp_path) as made:
        await made.add_channel()
        part = made.message("+7", LONG)

        await made.queue(part)

        await until(lambda: len(made.of_kind("receipt")) >= 4)
        sent = made.sent()
        assert all(len(text) <= 160 for text in sent)
        assert all(text.endswith("to be continued…") for text in sent[:-1])
        assert " ".join(text.removesuffix("to be continued…").strip() for text in sent) == LONG
        totals = {receipt.payload["total"] for receipt in made.of_kind("receipt")}
        assert totals == {len(sent)}
        assert made.states() == [(number, "sent") for number in range(len(sent))]


async def test_parts_of_each_thread_leave_in_order_while_threads_overlap(tmp_path: Path) -> None:
    async with rig(tmp_path) as made:
        await made.add_channel()
        parts = [made.message(f"+{n % 5}", f"{n % 5}-{n // 5:02d}") for n in range(40)]

        await made.queue(*parts)

        await made.settled(*parts)
        assert len(made.sent()) == 40
        for thread in range(5):
            own = [text for text in made.sent() if text.startswith(f"{thread}-")]
            assert own == sorted(own)


async def test_a_part_that_comes_while_one_of_its_thread_is_being_sent_follows_at_once(
    tmp_path: Path,
) -> None:
    """The clock stands still: no sweep finds it."""
    async with rig(tmp_path, clock=ManualClock()) as made:
        await made.add_channel()
        await made.live()
        made.simulator.fault("hang", 1)
        slow, next_one, other = (
            made.message("+7", "slow"), made.message("+7", "next"), made.message("+8", "other"),
        )  # fmt: skip
        await made.queue(slow)
        await until_stored(lambda: made.is_sending(slow))
        await made.queue(next_one, other)
        await made.settled(other)

        made.simulator.release.set()

        assert await made.settled(slow, next_one) == [Delivery.UNKNOWN, Delivery.SENT]


async def test_a_throttled_thread_does_not_delay_another(tmp_path: Path) -> None:
    clock = ManualClock()
    async with rig(tmp_path, clock=clock) as made:
        await made.add_channel()
        await made.live()
        made.simulator.faults_for["+A"] = ["429"]
        slow, fast = made.message("+A", "slow"), made.message("+B", "fast")

        await made.queue(slow, fast)

        assert await made.settled(fast) == [Delivery.SENT]
        row = await made.part(slow.id)
        assert (row.state, row.due_at) == (Delivery.QUEUED, at(clock.now(), 30))
        await clock.advance(31)
        assert await made.settled(slow) == [Delivery.SENT]


async def test_a_part_in_its_undo_time_holds_those_behind_it(tmp_path: Path) -> None:
    clock = ManualClock()
    async with rig(tmp_path, clock=clock) as made:
        await made.add_channel()
        await made.live()
        undoable = made.message("+7", "first", due_at=at(clock.now(), 5))
        follower, elsewhere = made.message("+7", "second"), made.message("+8", "elsewhere")

        await made.queue(undoable, follower, elsewhere)

        await made.settled(elsewhere)
        assert made.sent() == ["elsewhere"]
        await clock.advance(6)
        await made.settled(undoable, follower)
        assert made.sent() == ["elsewhere", "first", "second"]


async def test_a_scheduled_part_holds_nobody(tmp_path: Path) -> None:
    clock = ManualClock()
    async with rig(tmp_path, clock=clock) as made:
        await made.add_channel()
        await made.live()
        later = made.message("+7", "later", due_at=at(clock.now(), 3600), scheduled=True)
        follower = made.message("+7", "now")

        await made.queue(later, follower)

        await made.settled(follower)
        assert made.sent() == ["now"]
        await clock.advance(3601)
        await made.settled(later)
        assert made.sent() == ["now", "later"]


async def test_a_part_taken_back_in_time_is_never_sent(tmp_path: Path) -> None:
    clock = ManualClock()
    async with rig(tmp_path, clock=clock) as made:
        await made.add_channel()
        await made.live()
        undone = made.message("+7", "no", due_at=at(clock.now(), 5))
        follower = made.message("+7", "yes")
        await made.queue(undone, follower)

        cancelled = {"state": Delivery.CANCELLED, "open": False}
        await made.hub.store.commit(
            [Update(PARTS, undone.id, cancelled, expect={"state": Delivery.QUEUED})]
        )
        await clock.advance(6)

        await made.settled(follower)
        assert made.sent() == ["yes"]


async def test_a_crash_while_sending_leaves_it_unknown_and_holds_the_rest(tmp_path: Path) -> None:
    async with rig(tmp_path) as made:
        part = made.message("+7", "half", state=Delivery.SENDING, attempt=1, planned=True, total=2)
        rest = part.model_copy(
            update={"id": f"{part.id[:-3]}001", "index": 1, "attempt": 0, "state": Delivery.QUEUED}
        )
        later = made.message("+7", "later")
        await made.queue(part, rest, later)

        await made.add_channel()

        assert await made.settled(part, later) == [Delivery.UNKNOWN, Delivery.SENT]
        assert made.sent() == ["later"]
        row = await made.part(rest.id)
        assert (row.state, row.open) == (Delivery.HELD, True)
        await until(lambda: len(made.of_kind("receipt")) == 3)
        assert sorted(made.states()) == [(0, "sent"), (0, "unknown"), (1, "held")]


async def test_news_that_was_not_told_before_a_crash_is_told_after_it(tmp_path: Path) -> None:
    async with rig(tmp_path) as made:
        untold = made.message(
            "+7", "x", state=Delivery.SENT, open=False, unreported=True, planned=True, attempt=1
        )
        await made.queue(untold)

        await made.add_channel()

        await until(lambda: made.of_kind("receipt"))
        assert made.of_kind("receipt")[0].payload["part_id"] == untold.id


async def test_a_lost_answer_is_unknown_and_never_repeated(tmp_path: Path) -> None:
    async with rig(tmp_path) as made:
        await made.add_channel()
        await made.live()
        made.simulator.fault("cut_after_write", 1)
        part, after = made.message("+7", "once"), made.message("+7", "after")

        await made.queue(part, after)

        assert await made.settled(part, after) == [Delivery.UNKNOWN, Delivery.SENT]
        assert made.sent() == ["once", "after"]


async def test_the_rest_of_a_failed_message_is_held_and_later_messages_go_on(
    tmp_path: Path,
) -> None:
    async with rig(tmp_path) as made:
        await made.add_channel()
        await made.live()
        made.simulator.fault("400", 1)
        long, after = made.message("+7", LONG), made.message("+7", "after")

        await made.queue(long, after)

        assert await made.settled(long, after) == [Delivery.FAILED, Delivery.SENT]
        assert made.sent() == ["after"]
        row = await made.part(long.id)
        assert row.failure is not None
        assert row.failure.kind is FailureKind.REJECTED
        await until(lambda: len(made.of_kind("receipt")) == row.total + 1)
        held = [state for _, state in made.states() if state == "held"]
        assert len(held) == row.total - 1


async def test_a_held_part_fails_at_its_deadline(tmp_path: Path) -> None:
    clock = ManualClock()
    async with rig(tmp_path, clock=clock) as made:
        await made.add_channel()
        await made.live()
        part = made.message("+7", "held", state=Delivery.HELD, planned=True, index=1, total=2)
        await made.queue(part)

        await clock.advance(25 * 3600)

        assert await made.settled(part) == [Delivery.FAILED]


async def test_a_contact_who_blocked_us_is_told_apart(tmp_path: Path) -> None:
    async with rig(tmp_path) as made:
        await made.add_channel()
        await made.live()
        made.simulator.fault("blocked", 1)
        part = made.message("+7", "hello")

        await made.queue(part)

        await made.settled(part)
        await until(lambda: made.of_kind("receipt"))
        assert made.of_kind("receipt")[0].payload["failure"]["kind"] == "contact_gone"


async def test_a_platform_that_is_not_reached_is_tried_until_the_deadline(tmp_path: Path) -> None:
    clock = ManualClock()
    async with rig(tmp_path, clock=clock) as made:
        channel = await made.add_channel()
        nowhere = {**channel.settings, "api_base": "http://127.0.0.1:9"}
        await made.put_channel(channel.model_copy(update={"settings": nowhere, "version": 2}))
        await until(lambda: (live := made.service.live(SHOP)) and live.channel.version == 2)
        part = made.message("+7", "hello", deadline_at=at(clock.now(), 10))
        await made.queue(part)

        async with asyncio.timeout(20):
            while (await made.part(part.id)).open:
                await clock.advance(1)
                await asyncio.sleep(0.02)

        row = await made.part(part.id)
        assert row.failure is not None
        assert (row.state, row.failure.kind) == (Delivery.FAILED, FailureKind.DEADLINE)
        assert row.attempt >= 3


async def test_a_revoked_token_stops_the_channel_and_keeps_the_part(tmp_path: Path) -> None:
    async with rig(tmp_path) as made:
        await made.add_channel()
        await made.live()
        made.simulator.fault("401", 1)
        part = made.message("+7", "hello")

        await made.queue(part)

        await until(lambda: made.service.live(SHOP) is None)
        channel = await made.hub.store.get(CHANNELS, SHOP)
        assert channel is not None
        assert channel.state is ChannelState.BROKEN
        assert channel.reason == "the token is not accepted any more"
        row = await made.part(part.id)
        assert (row.state, row.open) == (Delivery.QUEUED, True)


async def test_a_channel_put_right_sends_what_waited(tmp_path: Path) -> None:
    async with rig(tmp_path) as made:
        await made.add_channel()
        await made.live()
        made.simulator.fault("401", 1)
        part = made.message("+7", "hello")
        await made.queue(part)
        await until(lambda: made.service.live(SHOP) is None)
        broken = await made.hub.store.get(CHANNELS, SHOP)
        assert broken is not None

        await made.put_channel(
            broken.model_copy(update={"state": ChannelState.ACTIVE, "version": broken.version + 1})
        )

        assert await made.settled(part) == [Delivery.SENT]


async def test_a_renamed_thread_is_sent_to_once_more_and_reported(tmp_path: Path) -> None:
    async with rig(tmp_path) as made:
        await made.add_channel()
        await made.live()
        made.simulator.faults_for["+7"] = ["moved"]
        part, after = made.message("+7", "one"), made.message("+7", "two")

        await made.queue(part, after)

        assert await made.settled(part, after) == [Delivery.SENT, Delivery.SENT]
        assert [m["to"] for m in made.simulator.received] == ["new-place", "new-place"]
        await until(lambda: len(made.of_kind("receipt")) == 2)
        told = [receipt.payload for receipt in made.of_kind("receipt")]
        assert [(one["thread"], one["new_thread"]) for one in told] == 2 * [("+7", "new-place")]


async def test_a_thread_that_the_platform_calls_otherwise_goes_on_under_that_name(
    tmp_path: Path,
) -> None:
    async with rig(tmp_path) as made:
        await made.add_channel()
        await made.live()
        made.simulator.faults_for["+7"] = ["named"]
        part, after = made.message("+7", "one"), made.message("+7", "two")

        await made.queue(part, after)

        assert await made.settled(part, after) == [Delivery.SENT, Delivery.SENT]
        assert [m["to"] for m in made.simulator.received] == ["+7", "new-place"]
        await until(lambda: len(made.of_kind("receipt")) == 2)
        told = [receipt.payload for receipt in made.of_kind("receipt")]
        assert [(one["thread"], one["new_thread"]) for one in told] == 2 * [("+7", "new-place")]
        assert told[0]["external_ids"] == ["o1"]


async def test_a_thread_renamed_during_a_failed_attempt_is_told_with_the_one_that_succeeds(
    tmp_path: Path,
) -> None:
    clock = ManualClock()
    async with rig(tmp_path, clock=clock) as made:
        await made.add_channel()
        await made.live()
        made.simulator.faults_for["+7"] = ["moved"]
        made.simulator.faults_for["new-place"] = ["429"]
        part = made.message("+7", "one")
        await made.queue(part)

        async with asyncio.timeout(20):
            while (await made.part(part.id)).open:
                await clock.advance(1)
                await asyncio.sleep(0.01)

        await until(lambda: made.of_kind("receipt"))
        told = made.of_kind("receipt")[0].payload
        assert (told["thread"], told["new_thread"]) == ("+7", "new-place")


async def test_a_change_of_a_message_does_not_follow_a_renamed_thread(tmp_path: Path) -> None:
    async with rig(tmp_path) as made:
        await made.add_channel()
        await made.live()
        made.simulator.faults_for["+7"] = ["moved"]
        edit = made.message("+7", "better", kind="edit", target_external_id="o1")

        await made.queue(edit)

        assert await made.settled(edit) == [Delivery.FAILED]
        assert made.sent() == []


async def test_an_answer_in_a_renamed_thread_names_no_message_of_the_old_one(
    tmp_path: Path,
) -> None:
    async with rig(tmp_path) as made:
        await made.add_channel()
        await made.live()
        made.simulator.faults_for["+7"] = ["moved"]
        part = made.message("+7", "yes", reply_external_id="17")

        await made.queue(part)

        assert await made.settled(part) == [Delivery.SENT]
        row = await made.part(part.id)
        assert (row.thread, row.reply_external_id) == ("new-place", None)


class LosesReads:
    """A store that is away for as many reads of a thread's parts as it is told."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.lost = 0
        self.get = store.get
        self.get_many = store.get_many
        self.search = store.search
        self.commit = store.commit

    async def find(self, collection: Any, **asked: Any) -> Any:
        if self.lost and collection.name == PARTS.name and "thread" in asked["equal"]:
            self.lost -= 1
            raise Unavailable("the store is away")
        return await self._store.find(collection, **asked)


async def test_what_came_of_a_part_is_kept_while_a_cancel_and_an_outage_come_between(
    tmp_path: Path,
) -> None:
    stores: list[LosesReads] = []

    def losing(store: Store) -> Any:
        stores.append(LosesReads(store))
        return stores[0]

    async with rig(tmp_path, store=losing) as made:
        await made.add_channel()
        await made.live()
        made.simulator.fault("hang", 1)
        part = made.message("+7", "first", planned=True, total=2)
        rest = part.model_copy(update={"id": f"{part.id[:-3]}001", "index": 1})
        await made.queue(part, rest)
        await until_stored(lambda: made.is_sending(part))

        cancelled = {"state": Delivery.CANCELLED, "open": False}
        await made.hub.store.commit([Update(PARTS, rest.id, cancelled)])
        stores[0].lost = 1
        made.simulator.release.set()

        assert await made.settled(part) == [Delivery.UNKNOWN]


async def test_a_part_is_settled_though_one_behind_it_was_taken_back_meanwhile(
    tmp_path: Path,
) -> None:
    async with rig(tmp_path) as made:
        await made.add_channel()
        await made.live()
        made.simulator.fault("hang", 1)
        part = made.message("+7", "first", planned=True, total=2)
        rest = part.model_copy(update={"id": f"{part.id[:-3]}001", "index": 1})
        await made.queue(part, rest)
        await until_stored(lambda: made.is_sending(part))

        cancelled = {"state": Delivery.CANCELLED, "open": False}
        await made.hub.store.commit([Update(PARTS, rest.id, cancelled)])
        made.simulator.release.set()

        assert await made.settled(part) == [Delivery.UNKNOWN]


async def test_a_bug_before_the_call_fails_the_part_and_the_channel_goes_on(
    tmp_path: Path,
) -> None:
    async with rig(tmp_path) as made:
        await made.add_channel()
        await made.live()

        async def broken(_id: object) -> int:
            raise KeyError("a name of a customer")

        made.hub.blobs.size = broken  # type: ignore[method-assign,assignment]
        part, after = made.message("+7", "with a file"), made.message("+7", "after")

        await made.queue(_with_file(part, "0" * 64), after)

        assert await made.settled(part, after) == [Delivery.FAILED, Delivery.SENT]
        row = await made.part(part.id)
        assert row.failure is not None
        assert row.failure.kind is FailureKind.INTERNAL


async def test_a_bug_of_the_connector_fails_the_part_and_leaves_a_dead_letter(
    tmp_path: Path,
) -> None:
    async with rig(tmp_path) as made:
        await made.add_channel()
        live = await made.live()

        async def broken(_outgoing: object) -> None:
            raise KeyError("the text of a customer")

        live.connector.send = broken  # type: ignore[method-assign,assignment]
        part = made.message("+7", "hello")
        await made.queue(part)

        assert await made.settled(part) == [Delivery.FAILED]
        row = await made.part(part.id)
        assert row.failure is not None
        assert row.failure.kind is FailureKind.INTERNAL
        assert "the text" not in row.failure.reason
        await until(lambda: made.of_kind("quarantine"))
        assert made.of_kind("quarantine")[0].payload["source"] == "dispatch/shop"


async def test_files_go_from_the_blob_store_and_a_lost_one_fails_visibly(tmp_path: Path) -> None:
    async with rig(tmp_path) as made:
        await made.add_channel()
        await made.live()
        blob = await made.hub.blobs.put(_chunks(b"x" * 2000), max_bytes=10_000)
        there, gone = made.message("+7", "with a file"), made.message("+8", "without")

        await made.queue(_with_file(there, blob.id), _with_file(gone, "0" * 64))

        assert await made.settled(there, gone) == [Delivery.SENT, Delivery.FAILED]
        assert made.simulator.received[0]["files"] == [{"name": "a.txt", "size": 2000}]


async def test_the_rate_of_a_thread_delays_only_that_thread(tmp_path: Path) -> None:
    clock = ManualClock()
    async with rig(tmp_path, clock=clock) as made:
        await made.add_channel()
        await made.live()
        many = [made.message("+7", f"{n:02d}") for n in range(60)]
        other = made.message("+8", "other")

        await made.queue(*many, other)

        await made.settled(other, *many[:50])
        assert len(made.sent()) == 51
        await clock.advance(1)
        await made.settled(*many)
        own = [text for text in made.sent() if text != "other"]
        assert own == [f"{n:02d}" for n in range(60)]


async def test_another_dispatcher_takes_over_and_the_late_one_writes_nothing(
    tmp_path: Path,
) -> None:
    async with rig(tmp_path) as made:
        await made.add_channel()
        await made.live()
        made.simulator.fault("hang", 1)
        part = made.message("+7", "stuck")
        await made.queue(part)
        await until_stored(lambda: made.is_sending(part))

        lease = await made.resources.leases.claim("dispatch/shop")
        assert lease is not None
        row = await made.part(part.id)
        settled = {"state": Delivery.UNKNOWN, "open": False, "attempt": row.attempt}
        await made.hub.store.commit([Update(PARTS, part.id, settled)])
        made.simulator.release.set()

        assert await made.settled(part) == [Delivery.UNKNOWN]


async def test_stopping_lets_what_is_being_sent_come_to_its_end(tmp_path: Path) -> None:
    async with rig(tmp_path) as made:
        channel = await made.add_channel()
        await made.live()
        made.simulator.fault("hang", 1)
        part = made.message("+7", "slow")
        await made.queue(part)
        await until_stored(lambda: made.is_sending(part))

        await made.put_channel(
            channel.model_copy(update={"state": ChannelState.PAUSED, "version": 2})
        )
        made.simulator.release.set()

        await until(lambda: made.service.live(SHOP) is None)
        # The far end answers 502 once it is let go: what came of it was written down.
        assert (await made.part(part.id)).state is Delivery.UNKNOWN


async def test_parts_of_a_paused_channel_fail_at_their_deadline(tmp_path: Path) -> None:
    clock = ManualClock()
    async with rig(tmp_path, clock=clock) as made:
        await made.add_channel(state=ChannelState.PAUSED)
        part = made.message("+7", "hello", deadline_at=clock.now() + timedelta(seconds=20))
        await made.queue(part)
        await until(lambda: SHOP in made.service._known)

        async with asyncio.timeout(20):
            while (await made.part(part.id)).open:
                await clock.advance(31)
                await asyncio.sleep(0.02)

        await until(lambda: made.of_kind("receipt"))
        assert made.of_kind("receipt")[0].payload["failure"]["kind"] == "deadline"


async def pass_until_closed(made: Rig, clock: ManualClock, *parts: Part) -> None:
    """Let time pass until none of the parts is open."""
    async with asyncio.timeout(20):
        for part in parts:
            while (await made.part(part.id)).open:
                await clock.advance(31)
                await asyncio.sleep(0.02)


async def test_parts_of_a_removed_channel_fail_and_do_not_wait_for_ever(tmp_path: Path) -> None:
    clock = ManualClock()
    async with rig(tmp_path, clock=clock) as made:
        await made.add_channel(state=ChannelState.REMOVED)
        part = made.message("+7", "hello")
        await made.queue(part)
        await until(lambda: SHOP in made.service._known)

        await pass_until_closed(made, clock, part)

        await until(lambda: made.of_kind("receipt"))
        told = made.of_kind("receipt")[0].payload
        assert (told["state"], told["failure"]["kind"]) == ("failed", "channel_broken")


async def test_what_was_being_sent_when_a_channel_stopped_is_unknown_and_holds_the_rest(
    tmp_path: Path,
) -> None:
    clock = ManualClock()
    async with rig(tmp_path, clock=clock) as made:
        await made.add_channel(state=ChannelState.PAUSED)
        part = made.message("+7", "half", state=Delivery.SENDING, attempt=1, planned=True, total=2)
        rest = part.model_copy(
            update={"id": f"{part.id[:-3]}001", "index": 1, "attempt": 0, "state": Delivery.QUEUED}
        )
        await made.queue(part, rest)
        await until(lambda: SHOP in made.service._known)

        await pass_until_closed(made, clock, part)

        await until(lambda: len(made.of_kind("receipt")) == 2)
        assert sorted(made.states()) == [(0, "unknown"), (1, "held")]


async def test_news_of_a_stopped_channel_that_was_not_told_is_told(tmp_path: Path) -> None:
    clock = ManualClock()
    async with rig(tmp_path, clock=clock) as made:
        await made.add_channel(state=ChannelState.PAUSED)
        untold = made.message(
            "+7", "x", state=Delivery.SENT, open=False, unreported=True, planned=True, attempt=1
        )
        await made.queue(untold)
        await until(lambda: SHOP in made.service._known)

        async with asyncio.timeout(20):
            while not made.of_kind("receipt"):
                await clock.advance(31)
                await asyncio.sleep(0.02)

        assert made.of_kind("receipt")[0].payload["part_id"] == untold.id


async def _chunks(data: bytes) -> AsyncIterator[bytes]:
    yield data


def _with_file(part: Part, blob_id: str) -> Part:
    file = Attachment(
        id="a1",
        kind=AttachmentKind.FILE,
        state=FetchState.STORED,
        name="a.txt",
        blob_id=BlobId(blob_id),
        size_bytes=2000,
    )
    return part.model_copy(
        update={"content": part.content.model_copy(update={"attachments": (file,)})}
    )
