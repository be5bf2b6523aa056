"""Giving a conversation to people, whoever decides it: the bot, its customer or the clock."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from router import timeline
from router.snoozes import forget_snooze
from router.work import Work
from shared.collections import TOPICS
from shared.ids import TeamId
from shared.model.bots import BotStanding
from shared.model.conversation import Conversation, Status
from shared.model.people import Actor, ActorKind

OWN_FIELDS: Final = "bot."
"""Fields of a conversation that begin so are a bot's own notes, and nothing that it collected."""


def hand_over(
    work: Work,
    conversation: Conversation,
    actor: Actor,
    *,
    details: Mapping[str, str | None],
    collected: Mapping[str, str] | None = None,
    topic: str | None = None,
    team_id: TeamId | None = None,
) -> Conversation:
    """Let people have it, with a line that says why and what was collected so far.

    From then on no bot answers in it until one of the people gives it back.
    """
    forget_snooze(work, conversation)
    known = work.policy.book.get(TOPICS, topic) if topic is not None else None
    fields: dict[str, Any] = {
        "bot_id": None,
        "bots": given_to_people(conversation, work.now, _bot(actor)),
        "status": Status.OPEN if conversation.status is not Status.RESOLVED else Status.RESOLVED,
        "pending_for": None,
        "awaited": None,
        "snoozed_until": None,
    }
    if known is not None:
        fields["topic"] = known.id
    if team_id is not None:
        fields["team_id"] = team_id
    after = timeline.change(work, conversation, "hand_off", fields, actor)
    found = {**_known_of(conversation), **(collected or {})}
    told = {
        **details,
        "topic": known.name if known is not None else None,
        "unknown_topic": topic if known is None else None,
        # What was collected goes under names of its own, whatever a bot calls it.
        **{f"collected.{name}": value for name, value in found.items()},
    }
    return timeline.line(work, after, "handed_off", actor, told)


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


def _bot(actor: Actor) -> str | None:
    return actor.id if actor.kind is ActorKind.BOT else None


def _known_of(conversation: Conversation) -> Mapping[str, str]:
    fields = conversation.fields.items()
    return {name: value for name, value in fields if not name.startswith(OWN_FIELDS)}
