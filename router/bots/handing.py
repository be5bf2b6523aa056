"""Giving a conversation to people, whoever decides it: the bot, its customer or the clock."""

from collections.abc import Mapping
from typing import Any, Final

from router import timeline
from router.bots.duty import given_to_people
from router.snoozes import forget_snooze
from router.work import Work
from shared.collections import FIELDS, TOPICS
from shared.ids import TeamId
from shared.model.conversation import Conversation, Status
from shared.model.field import MOST_FIELDS
from shared.model.fieldvalues import fitting
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
    kept = _kept(work, conversation, collected or {})
    if kept != conversation.fields:
        fields["fields"] = kept
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


def _kept(work: Work, conversation: Conversation, collected: Mapping[str, str]) -> dict[str, str]:
    """The fields with what was collected, so that whoever is asked next has it too. What no field
    can have is told in the line only."""
    fitting_ones = fitting(work.policy.book.all(FIELDS), collected)
    fields = {**conversation.fields, **fitting_ones}
    return fields if len(fields) <= MOST_FIELDS else dict(conversation.fields)


def _bot(actor: Actor) -> str | None:
    return actor.id if actor.kind is ActorKind.BOT else None


def _known_of(conversation: Conversation) -> Mapping[str, str]:
    fields = conversation.fields.items()
    return {name: value for name, value in fields if not name.startswith(OWN_FIELDS)}
