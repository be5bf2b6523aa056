"""Web push: from a notification of the router to a device that decrypts it."""

import itertools
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from inbox.push.pusher import LEASE
from inbox.service import InboxOptions
from shared.clock import SystemClock
from shared.collections import (
    AGENTS,
    ATTENDANCE,
    CURSORS,
    MESSAGES,
    NOTIFICATIONS,
    PRESENCE,
    PUSH_DEVICES,
    PUSHES,
    SESSIONS,
)
from shared.events import NotificationAdded
from shared.ids import AgentId, Partition, partition_of
from shared.model.notification import Notification
from shared.model.notification_settings import (
    Means,
    NotificationKind,
    NotificationSettings,
    QuietHours,
)
from shared.model.presence import Attendance, Presence, PresenceState
from shared.model.push import Push
from shared.ports.store import Put, Update
from tests.inbox.stage import PASSWORD, Browser, Stage, a_conversation, a_message, open_stage
from tests.support.push_service import Device, PushService, push_service
from tests.support.stores import Embedded
from tests.support.waiting import until

ANNA = "anna@example.com"
CASE = a_conversation("a", unread=1)
OPTIONS = InboxOptions(
    command_wait_s=1.0, live_quiet_s=0.2, private_networks=("127.0.0.0/8",), contact="mailto:x@y.z"
)
WITHIN_S = 20.0


class ShiftedClock(SystemClock):
    """The machine's clock, put forward by the tests; who sleeps by it looks again the sooner."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    async def sleep(self, seconds: float) -> None:
        await super().sleep(seconds / 20)


@dataclass
class Scene:
    """An agent with devices, and the push service that reaches them."""

    stage: Stage
    service: PushService
    clock: ShiftedClock
    anna: str
    browser: Browser
    _seqs: Any = field(default_factory=lambda: itertools.count(1))

    async def device(self, name: str = "phone") -> Device:
        """A subscribed device of Anna's."""
        device = self.service.device(name)
        body = {**device.subscription, "name": name, "language": "en"}
        answer = await self.browser.post("/push/devices", body)
        assert answer.status == 201, answer.data
        return device

    async def told(self, text: str, case: Any = CASE, **fields: Any) -> Notification:
        """The router tells Anna something."""
        number = next(self._seqs)
        one = Notification(
            **{
                "id": f"n{number}",
                "agent_id": AgentId(self.anna),
                "kind": NotificationKind.MENTION,
                "conversation_id": case.id,
                "channel_type": case.channel_type,
                "title": "Visitor",
                "text": text,
                "means": tuple(Means),
                "at": self.clock.now(),
                **fields,
            }
        )
        if Means.APP in one.means:
            await self.stage.hub.store.commit([Put(NOTIFICATIONS, one)])
        partition = Partition(partition_of(case.id))
        await self.stage.happen(partition, number, NotificationAdded(notification=one))
        return one

    async def told_and_read(self, text: str, case: Any) -> None:
        """She is told, and it was decided for whom it waits."""
        before = await self._read()
        await self.told(text, case)

        async def read() -> bool:
            return await self._read() != before

        await until(read, limit_s=WITHIN_S)

    async def _read(self) -> str | None:
        cursor = await self.stage.hub.store.get(CURSORS, LEASE)
        return None if cursor is None else cursor.value

    async def until_arrived(self, count: int) -> list[Any]:
        """The payloads, once so many have arrived."""
        await until(self._arrived(count), limit_s=WITHIN_S)
        return [one.payload for one in self.service.arrived]

    def _arrived(self, count: int) -> Any:
        async def look() -> bool:
            return len(self.service.arrived) >= count

        return look

    async def until_tried(self, count: int) -> None:
        """The push service was asked so often, and what waits on is stored."""

        async def look() -> bool:
            later = [one for one in await self.waiting() if one.attempt > 0]
            return self.service.tried >= count and bool(later)

        await until(look, limit_s=WITHIN_S)

    async def waiting(self) -> Sequence[Push]:
        """What is to be pushed."""
        page = await self.stage.hub.store.find(PUSHES, equal={}, order="due_at")
        return page.items

    async def until_none_wait(self) -> None:
        """Nothing is left to be pushed."""

        async def look() -> bool:
            return not (await self.stage.hub.store.find(PUSHES, equal={}, order="due_at")).items

        await until(look, limit_s=WITHIN_S)

    async def set(self, **fields: Any) -> None:
        """Change Anna's own document."""
        await self.stage.hub.store.commit([Update(AGENTS, self.anna, fields)])


@asynccontextmanager
async def scene_on(hub: Embedded, service: PushService) -> AsyncIterator[Scene]:
    """The hub runs, and Anna is signed in."""
    clock = ShiftedClock()
    async with open_stage(hub, OPTIONS, clock=clock) as stage:
        found = await stage.inbox.people.by_email(ANNA)
        anna = found.id if found is not None else await stage.agent(ANNA)
        if found is None:
            await stage.store_conversation(CASE)
        async with stage.browser(ANNA, PASSWORD) as browser:
            service.public_key = (await browser.get("/push")).data["public_key"]
            yield Scene(stage, service, clock, anna, browser)


@pytest.fixture
async def service() -> AsyncIterator[PushService]:
    async with push_service() as running:
        yield running
        assert running.wrong == []


@pytest.fixture
async def scene(hub: Embedded, service: PushService) -> AsyncIterator[Scene]:
    async with scene_on(hub, service) as opened:
        yield opened


async def test_what_is_meant_for_an_agent_arrives_encrypted_and_signed_on_each_device(
    scene: Scene,
) -> None:
    phone, laptop = await scene.device("phone"), await scene.device("laptop")
    await scene.told("can you look?", by={"kind": "agent", "id": "m", "name": "Maxim"})

    payloads = await scene.until_arrived(2)

    assert {one.device for one in scene.service.arrived} == {phone, laptop}
    assert payloads[0] == payloads[1]
    assert payloads[0]["title"] == "Visitor"
    assert payloads[0]["body"] == "Maxim mentions you\ncan you look?"
    assert payloads[0]["url"] == f"/inbox/open/{CASE.id}"
    assert payloads[0]["tag"] == CASE.id
    assert scene.service.arrived[0].headers["Urgency"] == "high"
    await scene.until_none_wait()


async def test_many_news_of_one_conversation_are_one_push(scene: Scene) -> None:
    await scene.device()
    for number in range(7):
        await scene.told(f"message {number}")

    (payload,) = await scene.until_arrived(1)

    assert payload["title"] == "Visitor +6"
    assert payload["body"].endswith("message 6")
    await scene.until_none_wait()
    assert len(scene.service.arrived) == 1


async def test_news_that_follow_a_push_wait_a_little_and_are_one_again(scene: Scene) -> None:
    await scene.device()
    await scene.told("first")
    await scene.until_arrived(1)
    for number in range(3):
        await scene.told_and_read(f"later {number}", CASE)
    scene.clock.ahead += timedelta(seconds=5)
    await scene.told_and_read("later 3", CASE)

    scene.clock.ahead += timedelta(seconds=30)
    payloads = await scene.until_arrived(2)

    assert payloads[1]["title"] == "Visitor +3"
    assert payloads[1]["body"].endswith("later 3")


async def test_of_a_storm_over_many_conversations_a_device_hears_so_much_a_minute(
    scene: Scene,
) -> None:
    await scene.device()
    for number in range(25):
        await scene.told("storm", a_conversation(f"c{number}"))
    scene.clock.ahead += timedelta(seconds=3)
    await scene.until_arrived(20)

    async def five_wait() -> bool:
        return len(await scene.waiting()) == 5

    # The push service has the last one a moment before it waits no more.
    await until(five_wait, limit_s=WITHIN_S)
    assert len(scene.service.arrived) == 20
    scene.clock.ahead += timedelta(seconds=61)
    await scene.until_arrived(25)


@pytest.mark.parametrize("status", [404, 410])
async def test_a_device_that_is_no_more_is_forgotten(scene: Scene, status: int) -> None:
    await scene.device()
    scene.service.answer = status
    await scene.told("anybody?")

    async def forgotten() -> bool:
        return bool((await scene.browser.get("/push")).data["devices"] == [])

    await until(forgotten, limit_s=WITHIN_S)
    await scene.until_none_wait()
    assert scene.service.tried == 1


async def test_a_push_service_that_is_away_is_tried_again_when_it_says(scene: Scene) -> None:
    await scene.device()
    scene.service.answer, scene.service.retry_after = 503, "600"
    await scene.told("later, then")

    async def tried() -> bool:
        return bool((await scene.browser.get("/push")).data["devices"][0]["failing_since"])

    await until(tried, limit_s=WITHIN_S)
    scene.service.answer = 201
    scene.clock.ahead += timedelta(seconds=590)
    await scene.told("another", a_conversation("b"))
    await scene.until_arrived(1)
    scene.clock.ahead += timedelta(seconds=30)
    payloads = await scene.until_arrived(2)

    assert [one["body"].splitlines()[-1] for one in payloads] == ["another", "later, then"]
    device = (await scene.browser.get("/push")).data["devices"][0]
    assert (device["failing_since"], bool(device["pushed_at"])) == (None, True)


async def test_a_push_service_that_hangs_holds_up_no_other(scene: Scene) -> None:
    async with push_service() as hanging:
        hanging.hangs, count = True, 12
        stuck = hanging.device("laptop")
        await scene.browser.post("/push/devices", {**stuck.subscription, "name": "laptop"})
        await scene.device("phone")
        for number in range(count):
            await scene.told("news", a_conversation(f"case-{number}"))

        await scene.until_arrived(count)
        devices = (await scene.browser.get("/push")).data["devices"]

        assert hanging.tried > 0
        assert [one["failing_since"] for one in devices] == [None, None], "none was given up before"


async def test_what_could_not_be_pushed_in_its_time_is_let_go(scene: Scene) -> None:
    await scene.device()
    scene.service.answer, scene.service.retry_after = 503, "3600"
    await scene.told("old soon")

    async def tried() -> bool:
        return scene.service.tried == 1

    await until(tried, limit_s=WITHIN_S)
    scene.service.answer = 201
    scene.clock.ahead += timedelta(hours=13)
    await scene.until_none_wait()
    assert scene.service.arrived == []


async def test_what_waits_is_pushed_after_a_restart_and_what_came_meanwhile_too(
    hub: Embedded, service: PushService
) -> None:
    async with scene_on(hub, service) as scene:
        await scene.device()
        service.answer, service.retry_after = 503, "1"
        await scene.told("before")

        async def tried() -> bool:
            return service.tried > 0

        await until(tried, limit_s=WITHIN_S)
        seqs, anna = scene._seqs, scene.anna
    service.answer = 201
    async with scene_on(hub, service) as again:
        again._seqs, again.anna = seqs, anna
        again.clock.ahead += timedelta(seconds=10)
        await again.told("after", a_conversation("b"))
        payloads = await again.until_arrived(2)
        await again.until_none_wait()

    texts = sorted(one["body"].splitlines()[-1] for one in payloads)
    assert texts == ["after", "before"]
    assert len(service.arrived) == 2


async def test_whoever_sits_at_the_hub_is_not_pushed_until_they_leave(scene: Scene) -> None:
    await scene.device()
    row = Attendance(
        id=f"{scene.anna}/desk",
        agent_id=AgentId(scene.anna),
        process="desk",
        connections=1,
        active_at=scene.clock.now(),
        until=scene.clock.now() + timedelta(hours=1),
    )
    await scene.stage.hub.store.commit([Put(ATTENDANCE, row)])
    read = await scene.told("read at the desk", a_conversation("b"))
    await scene.told("overlooked")
    scene.clock.ahead += timedelta(seconds=10)
    await scene.stage.hub.store.commit([Update(NOTIFICATIONS, read.id, {"unread": False})])

    scene.clock.ahead += timedelta(minutes=3)
    payloads = await scene.until_arrived(1)

    assert payloads[0]["body"].endswith("overlooked")
    await scene.until_none_wait()
    assert len(scene.service.arrived) == 1


async def test_who_is_on_leave_is_not_pushed(scene: Scene) -> None:
    await scene.device()
    absent = Presence(id=scene.anna, state=PresenceState.ABSENT, changed_at=scene.clock.now())
    await scene.stage.hub.store.commit([Put(PRESENCE, absent)])
    await scene.told("on the beach")
    scene.clock.ahead += timedelta(hours=13)

    await scene.until_none_wait()
    assert scene.service.arrived == []


async def test_quiet_hours_and_muted_devices_are_kept_quiet(scene: Scene) -> None:
    await scene.device("phone")
    laptop = await scene.device("laptop")
    devices = (await scene.browser.get("/push")).data["devices"]
    await scene.browser.patch(f"/push/devices/{devices[0]['id']}", {"muted": True})
    await scene.told("to the laptop")
    await scene.until_arrived(1)
    always = QuietHours(start="00:00", end="00:00", time_zone="UTC", days_off=frozenset(range(7)))
    await scene.set(notify=NotificationSettings(quiet=always))
    await scene.told_and_read("asleep", a_conversation("b"))
    await scene.set(notify=NotificationSettings())
    await scene.told("awake", a_conversation("c"))

    payloads = await scene.until_arrived(2)

    assert payloads[1]["body"].endswith("awake")
    assert {one.device for one in scene.service.arrived} == {laptop}


async def test_kinds_that_an_agent_wants_without_push_are_not_pushed(scene: Scene) -> None:
    await scene.device()
    await scene.told("in the list", a_conversation("b"), means=(Means.APP, Means.SOUND))
    await scene.told("pushed")

    (payload,) = await scene.until_arrived(1)

    assert payload["body"].endswith("pushed")


async def test_whoever_signs_out_is_told_nothing_there_any_more(scene: Scene) -> None:
    await scene.device()
    await scene.browser.delete("/session")
    await scene.told("secret")

    async def forgotten() -> bool:
        return not (
            await scene.stage.hub.store.find(
                PUSH_DEVICES, equal={"agent_id": scene.anna}, order="created_at"
            )
        ).items

    await until(forgotten, limit_s=WITHIN_S)
    assert scene.service.arrived == []


async def test_a_trial_arrives_even_while_one_sits_at_the_hub(scene: Scene) -> None:
    await scene.device()
    (device,) = (await scene.browser.get("/push")).data["devices"]
    answer = await scene.browser.post(f"/push/devices/{device['id']}/test")

    (payload,) = await scene.until_arrived(1)

    assert answer.status == 202
    assert payload["body"] == "Notifications work on this device."


async def test_devices_are_listed_to_their_owner_alone_and_without_their_address(
    scene: Scene,
) -> None:
    await scene.device()
    await scene.device()
    own = (await scene.browser.get("/push")).data["devices"]
    async with scene.stage.browser() as admin:
        others = (await admin.get("/push")).data["devices"]
        removed = await admin.delete(f"/push/devices/{own[0]['id']}")
    gone = await scene.browser.delete(f"/push/devices/{own[0]['id']}")

    assert len(own) == 1
    assert scene.service.url not in str(own)
    assert (own[0]["name"], own[0]["own"]) == ("phone", True)
    assert (others, removed.status, gone.status) == ([], 404, 204)
    assert (await scene.browser.get("/push")).data["devices"] == []


async def test_a_browser_that_changes_hands_belongs_to_who_is_signed_in_there(
    scene: Scene,
) -> None:
    device = await scene.device()
    async with scene.stage.browser() as admin:
        await admin.post("/push/devices", {**device.subscription, "name": "shared"})
        assert len((await admin.get("/push")).data["devices"]) == 1
    assert (await scene.browser.get("/push")).data["devices"] == []


async def test_what_waits_for_one_agent_is_not_shown_to_the_next_on_the_same_browser(
    scene: Scene,
) -> None:
    device = await scene.device()
    scene.service.answer, scene.service.retry_after = 503, "600"
    await scene.told("for Anna alone")
    await scene.until_tried(1)
    (waiting,) = await scene.waiting()
    async with scene.stage.browser() as admin:
        await admin.post("/push/devices", {**device.subscription, "name": "shared"})
        left = await scene.waiting()
        # Queued at that very moment, by whoever still saw the device as Anna's.
        late = waiting.model_copy(update={"due_at": scene.clock.now()})
        await scene.stage.hub.store.commit([Put(PUSHES, late)])
        scene.service.answer = 201
        scene.clock.ahead += timedelta(minutes=15)
        await scene.until_none_wait()
        devices = (await admin.get("/push")).data["devices"]

    assert left == []
    assert len(devices) == 1, "it stays the admin's"
    assert scene.service.arrived == []


async def test_the_text_of_a_message_that_is_deleted_meanwhile_is_not_pushed(
    scene: Scene,
) -> None:
    await scene.device()
    other = a_conversation("b")
    store = scene.stage.hub.store
    secret = a_message(CASE, 0, "her card: 4111")
    both = a_message(other, 0, "her PIN: 1234")
    await store.commit([Put(MESSAGES, secret), Put(MESSAGES, both)])
    scene.service.answer, scene.service.retry_after = 503, "600"
    await scene.told("her card: 4111", message_id=secret.id)
    await scene.told("first", other)
    await scene.told("her PIN: 1234", other, message_id=both.id)
    await scene.until_tried(2)
    gone = {"deleted_at": scene.clock.now()}
    await store.commit([Update(MESSAGES, one.id, gone) for one in (secret, both)])
    scene.service.answer = 201
    scene.clock.ahead += timedelta(minutes=15)

    await scene.until_none_wait()
    (payload,) = [one.payload for one in scene.service.arrived]

    assert payload["tag"] == other.id
    assert payload["body"] == "A colleague mentions you"


async def test_what_waits_when_quiet_hours_begin_is_not_pushed(scene: Scene) -> None:
    await scene.device()
    scene.service.answer, scene.service.retry_after = 503, "600"
    await scene.told("in the evening")
    await scene.until_tried(1)
    always = QuietHours(start="00:00", end="00:00", time_zone="UTC", days_off=frozenset(range(7)))
    await scene.set(notify=NotificationSettings(quiet=always))
    scene.service.answer = 201
    scene.clock.ahead += timedelta(minutes=15)

    await scene.until_none_wait()
    assert scene.service.arrived == []


@pytest.mark.parametrize(
    "change, field",
    [
        ({"endpoint": "https://10.0.0.1/push"}, "endpoint"),
        ({"endpoint": "http://push.example.com/x"}, "endpoint"),
        ({"endpoint": "https://user:secret@push.example.com/x"}, "endpoint"),
        ({"endpoint": "file:///etc/passwd"}, "endpoint"),
        ({"keys": {"p256dh": "AAAA", "auth": "AAAAAAAAAAAAAAAAAAAAAA"}}, "keys.p256dh"),
        ({"auth": "AAAA"}, "keys.auth"),
    ],
)
async def test_a_device_that_cannot_be_reached_is_refused_by_name(
    scene: Scene, change: dict[str, Any], field: str
) -> None:
    body: dict[str, Any] = {**scene.service.device("x").subscription, "name": "x"}
    if "auth" in change:
        body["keys"] = {**body["keys"], **change}
    else:
        body |= change
    answer = await scene.browser.post("/push/devices", body)

    assert (answer.status, answer.data["field"]) == (422, field)


async def test_a_name_that_leads_into_the_own_network_is_called_by_nobody(
    hub: Embedded, service: PushService
) -> None:
    async with open_stage(hub) as stage, stage.browser() as admin:
        device = service.device("phone")
        port = service.origin.rpartition(":")[2]
        endpoint = f"https://localhost:{port}/push/phone"
        body = {**device.subscription, "endpoint": endpoint, "name": "x"}
        added = await admin.post("/push/devices", body)
        await admin.post(f"/push/devices/{added.data['id']}/test")

        async def forgotten() -> bool:
            return bool((await admin.get("/push")).data["devices"] == [])

        await until(forgotten, limit_s=WITHIN_S)
    assert service.tried == 0


async def test_the_key_is_the_same_after_a_restart(hub: Embedded) -> None:
    keys = []
    for _ in range(2):
        async with open_stage(hub) as stage, stage.browser() as admin:
            keys.append((await admin.get("/push")).data["public_key"])

    assert keys[0] == keys[1]
    assert len(keys[0]) == 87


async def test_a_session_that_is_over_counts_as_signed_out(scene: Scene) -> None:
    await scene.device()
    (device,) = (
        await scene.stage.hub.store.find(
            PUSH_DEVICES, equal={"agent_id": scene.anna}, order="created_at"
        )
    ).items
    over = {"until": scene.clock.now()}
    await scene.stage.hub.store.commit([Update(SESSIONS, device.session_id, over)])
    await scene.told("secret")

    await scene.until_none_wait()
    assert scene.service.arrived == []


@pytest.mark.parametrize(
    "clock, quiet",
    [("21:59", False), ("22:00", True), ("23:30", True), ("07:59", True), ("08:00", False)],
)
def test_quiet_hours_go_over_midnight_in_the_agents_own_time(clock: str, quiet: bool) -> None:
    hours = QuietHours(start="22:00", end="08:00", time_zone="Europe/Berlin")
    local = datetime.fromisoformat(f"2026-01-05T{clock}:00+01:00")

    assert hours.hold(local.astimezone(UTC)) is quiet


def test_days_off_are_quiet_and_an_unknown_zone_is_refused() -> None:
    weekend = QuietHours(
        start="00:00", end="00:00", time_zone="Europe/Berlin", days_off=frozenset({5, 6})
    )

    assert weekend.hold(datetime(2026, 1, 4, 12, tzinfo=UTC))
    assert not weekend.hold(datetime(2026, 1, 5, 12, tzinfo=UTC))
    with pytest.raises(ValueError, match="time zone"):
        QuietHours(start="22:00", end="08:00", time_zone="Moon/Crater")
