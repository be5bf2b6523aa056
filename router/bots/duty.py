"""Which bot gets a new case first, and how bots stand to one that people have (pure)."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from shared.ids import ChannelId
from shared.model.bots import BotDuty, BotHours, BotStanding
from shared.model.conversation import Conversation
from shared.ports.bots import bot_id


def duty_for(duties: Sequence[BotDuty], channel_id: ChannelId, now: datetime) -> BotDuty | None:
    """The first duty that says something of this channel at this time."""
    for duty in duties:
        here = not duty.channels or channel_id in duty.channels
        if duty.active and here and _at_work(duty, now):
            return duty
    return None


def standing_of(duty: BotDuty) -> BotStanding:
    """How its bot stands to a case that begins."""
    return BotStanding(
        last_bot_id=bot_id(duty.bot),
        lease_s=duty.lease_s,
        most_misses=duty.misses,
        words=duty.words,
    )


def given_to_people(
    conversation: Conversation, now: datetime, bot_id: str | None = None
) -> BotStanding | None:
    """How bots stand to it once people have it; None where no bot ever held it."""
    standing = conversation.bots
    if standing is None:
        holder = conversation.bot_id or bot_id
        if holder is None:
            return None
        standing = BotStanding(last_bot_id=holder)
    changed = {"people_since": now, "asked": None, "answer_until": None, "misses": 0}
    return standing.model_copy(update=changed)


def asked_nothing(standing: BotStanding | None) -> BotStanding | None:
    """How bots stand to a case that is done: whatever was asked, no answer is awaited."""
    if standing is None:
        return None
    return standing.model_copy(update={"asked": None, "answer_until": None})


def _at_work(duty: BotDuty, now: datetime) -> bool:
    if not duty.hours:
        return True
    local = now.astimezone(ZoneInfo(duty.time_zone))
    return any(_within(hours, local) for hours in duty.hours)


def _within(hours: BotHours, local: datetime) -> bool:
    time, day = f"{local:%H:%M}", local.isoweekday()
    if hours.begin < hours.end:
        return day in hours.days and hours.begin <= time < hours.end
    yesterday = (day - 2) % 7 + 1
    evening = day in hours.days and time >= hours.begin
    return evening or (yesterday in hours.days and time < hours.end)
