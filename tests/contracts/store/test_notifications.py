"""Notifications of agents, on every store: what is unread, of one conversation, how many."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from inbox.news import News
from inbox.notifications import Notifications
from shared.clock import ManualClock
from shared.collections import AGENTS, ALL_COLLECTIONS, NOTIFICATIONS
from shared.errors import Unavailable
from shared.ids import AgentId, ChannelType, ConversationId, TeamId
from shared.model.notification import Notification
from shared.model.notification_settings import Means, NotificationKind
from shared.model.people import Agent
from shared.ports.store import Put
from tests.support.document_stores import StoreImplementation

AT = datetime(2026, 3, 30, 9, tzinfo=UTC)


class Away:
    """A bus that is away: what is told by it is a hint."""

    async def publish(self, publications: Any) -> None:
        raise Unavailable("the bus is away")


def a_notification(number: int, agent_id: str = "anna", case: str = "c1") -> Notification:
    return Notification(
        id=f"n{number:03d}-{agent_id}",
        agent_id=AgentId(agent_id),
        kind=NotificationKind.MENTION,
        conversation_id=ConversationId(case),
        channel_type=ChannelType("webchat"),
        title="Boris",
        means=(Means.APP,),
        at=AT + timedelta(seconds=number),
    )


async def test_reading_leaves_what_is_newer_elsewhere_or_somebody_elses(
    implementation: StoreImplementation, tmp_path: Path
) -> None:
    clock = ManualClock(AT)
    async with implementation.open(tmp_path, ALL_COLLECTIONS) as store:
        own = Notifications(store, clock, News(Away(), clock))  # type: ignore[arg-type]
        made = [a_notification(number) for number in range(4)]
        made += [a_notification(4, case="c2"), a_notification(5, "maxim")]
        await store.commit([Put(NOTIFICATIONS, one) for one in made])

        counts = [await own.unread("anna")]
        counts.append(await own.read_up_to("anna", made[1]))
        counts.append(await own.read_conversation("anna", "c1") or 0)
        left = await own.page("anna", None, 10, unread=True)
        everything = await own.page("anna", None, 10, unread=False)
        other = await own.unread("maxim")

    assert counts == [5, 3, 1]
    assert [one.id for one in left.items] == ["n004-anna"]
    assert [one.unread for one in everything.items] == [True, False, False, False, False]
    assert other == 1


async def test_more_than_can_be_counted_are_read_all_the_same(
    implementation: StoreImplementation, tmp_path: Path
) -> None:
    clock = ManualClock(AT)
    async with implementation.open(tmp_path, ALL_COLLECTIONS) as store:
        own = Notifications(store, clock, News(Away(), clock))  # type: ignore[arg-type]
        made = [a_notification(number) for number in range(230)]
        await store.commit([Put(NOTIFICATIONS, one) for one in made])

        before = await own.unread("anna")
        after = await own.read_up_to("anna", made[-1])

    assert (before, after) == (100, 0)


async def test_the_members_of_a_team_are_found(
    implementation: StoreImplementation, tmp_path: Path
) -> None:
    def agent(id: str, *teams: str) -> Agent:
        return Agent(
            id=id,
            email=f"{id}@example.com",
            name=id,
            team_ids=tuple(TeamId(team) for team in teams),
            created_at=AT,
        )

    async with implementation.open(tmp_path, ALL_COLLECTIONS) as store:
        agents = [agent("anna", "shop"), agent("maxim", "help", "shop"), agent("olga")]
        await store.commit([Put(AGENTS, one) for one in agents])
        page = await store.find(AGENTS, equal={"team_ids": "shop"}, order="created_at")

    assert [one.id for one in page.items] == ["anna", "maxim"]
