"""Following notifications: each at least once, from where one stopped, by the wanted means."""

from contextlib import aclosing
from datetime import UTC, datetime
from pathlib import Path

from shared.collections import EVENT_LOG
from shared.envelope import Envelope
from shared.eventlog import EventLog
from shared.events import Event, NotificationAdded, SettingsChanged, logged
from shared.ids import AgentId, ChannelType, ConversationId, Partition
from shared.model.notification import Notification
from shared.model.notification_settings import Means, NotificationKind
from shared.notifying import notifications
from shared.ports.bus import Exchange, Publication
from shared.ports.store import Put
from tests.support.stores import Embedded, open_embedded

AT = datetime(2026, 3, 30, 9, tzinfo=UTC)


def told(id: str, *means: Means) -> NotificationAdded:
    notification = Notification(
        id=id,
        agent_id=AgentId("anna"),
        kind=NotificationKind.MENTION,
        conversation_id=ConversationId("c1"),
        channel_type=ChannelType("webchat"),
        title="Boris",
        means=means,
        at=AT,
    )
    return NotificationAdded(notification=notification)


async def happen(hub: Embedded, partition: int, seq: int, event: Event, *, hint: bool) -> None:
    entry = logged(
        event,
        partition=Partition(partition),
        seq=seq,
        at=AT,
        trace_id="t",
        source="router",
        key="k",
    )
    await hub.store.commit([Put(EVENT_LOG, entry)])
    if hint:
        envelope = Envelope.from_text(entry.envelope)
        await hub.bus.publish([Publication(Exchange.EVENTS, "notification-added.x.y", envelope)])


async def test_a_follower_that_was_away_goes_on_where_it_stopped(tmp_path: Path) -> None:
    async with open_embedded(tmp_path) as hub:
        log = EventLog(hub.store, hub.bus, quiet_s=0.05)
        await happen(hub, 1, 1, told("n1", Means.PUSH, Means.APP), hint=False)
        await happen(hub, 1, 2, told("n2", Means.APP), hint=False)
        positions: dict[Partition, int] = {}
        first: list[str] = []
        async with aclosing(notifications(log, "push", {}, means=Means.PUSH)) as following:
            async for found, at in following:
                first.extend(one.id for one in found)
                positions = at
                break
        await happen(hub, 1, 3, SettingsChanged(collection="x", id="y"), hint=True)
        await happen(hub, 2, 1, told("n3", Means.PUSH), hint=False)

        second: list[str] = []
        async with aclosing(notifications(log, "push", positions, means=Means.PUSH)) as following:
            async for found, at in following:
                second.extend(one.id for one in found)
                positions = at
                if second:
                    break

    assert (first, second) == (["n1"], ["n3"])
    assert positions[Partition(1)] == 3
    assert positions[Partition(2)] == 1
