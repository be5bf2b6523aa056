"""Making notifications: the one place where they are made."""

from collections.abc import Sequence
from typing import Final

from router.happening import Happening
from router.notifications.notices import Notice, notices
from router.previews import preview_of
from router.work import Work
from shared.collections import AGENTS, CHANNELS, NOTIFICATIONS
from shared.events import MessageChanged, NotificationAdded
from shared.ids import AgentId, new_id
from shared.model.conversation import Conversation
from shared.model.message import Direction, Message
from shared.model.notification import Notification
from shared.model.notification_settings import Means
from shared.model.people import Agent

_MOST_MEMBERS: Final = 200
"""Of a team that is mentioned."""
_MOST_TOLD: Final = 1000
"""Of one message."""
_TEXT: Final = 200


async def notify(work: Work, happening: Happening) -> None:
    """Tell everybody whom the item concerns, once, by the means that they have chosen.

    What was told of a message that is deleted keeps none of its text.
    """
    for event in happening.events:
        if isinstance(event, MessageChanged) and event.message.deleted_at is not None:
            await _forget(work, event.message)
    best: dict[tuple[str, str], tuple[Notice, Agent]] = {}
    for notice in notices(happening, work.now):
        for agent in await _agents(work, notice):
            key = (agent.id, notice.conversation.id)
            if notice.by is not None and notice.by.id == agent.id:
                continue  # they did it themselves
            if key not in best or notice.rank < best[key][0].rank:
                best[key] = (notice, agent)
    for notice, agent in best.values():
        await _tell(work, notice, agent)


async def _forget(work: Work, message: Message) -> None:
    told = await work.unit.find(
        NOTIFICATIONS, equal={"message_id": message.id}, order="at", limit=_MOST_TOLD
    )
    for one in told:
        if one.text:
            work.unit.revise(NOTIFICATIONS, one, {"text": ""})


async def _agents(work: Work, notice: Notice) -> Sequence[Agent]:
    if notice.agent_id is not None:
        agent = await work.unit.get(AGENTS, notice.agent_id)
        return [agent] if agent is not None and agent.active else []
    if notice.team_id is None:
        return []
    members = await work.unit.find(
        AGENTS, equal={"team_ids": notice.team_id}, order="created_at", limit=_MOST_MEMBERS
    )
    return [member for member in members if member.active]


async def _tell(work: Work, notice: Notice, agent: Agent) -> None:
    means = agent.notify.means_of(notice.kind)
    if not means:
        return
    conversation, message = notice.conversation, notice.message
    seen = message is not None and message.direction is not Direction.SYSTEM
    notification = Notification(
        id=new_id("n"),
        agent_id=AgentId(agent.id),
        kind=notice.kind,
        conversation_id=conversation.id,
        channel_type=conversation.channel_type,
        message_id=message.id if message is not None else None,
        title=await _title(work, conversation),
        text=preview_of(message).text[:_TEXT] if seen and message is not None else "",
        details=dict(notice.details),
        by=notice.by,
        means=means,
        at=work.now,
    )
    if Means.APP in means:
        work.unit.put(NOTIFICATIONS, notification)
    work.emit(NotificationAdded(notification=notification), conversation)


async def _title(work: Work, conversation: Conversation) -> str:
    name = conversation.title or conversation.contact_name
    if name is not None:
        return name
    channel = await work.unit.get(CHANNELS, conversation.channel_id)
    return channel.name if channel is not None else conversation.channel_type
