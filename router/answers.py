"""Who of us has answered in a case, as it is kept for the figures. Pure."""

from datetime import datetime
from typing import Final

from shared.model.conversation import Conversation, waits
from shared.model.figures import Answers
from shared.model.people import Actor, ActorKind

_PEOPLE: Final = frozenset({ActorKind.AGENT, ActorKind.PLATFORM})


def after_answer(conversation: Conversation, by: Actor, at: datetime) -> Answers:
    """With one more answer. What bots and the hub say is none."""
    answers = conversation.answers
    if by.kind not in _PEOPLE or conversation.last_inbound_at is None:
        return answers
    if answers.first_at is None:
        return answers.model_copy(update={"first_at": at, "agent_id": by.id})
    if by.id != answers.agent_id and not answers.several:
        return answers.model_copy(update={"several": True})
    return answers


def after_end(conversation: Conversation, by: Actor, at: datetime) -> Answers:
    """Once it was resolved: with a bot alone, or not."""
    served = (
        conversation.bots is not None and not with_people(conversation) and by.kind not in _PEOPLE
    )
    return conversation.answers.model_copy(update={"self_served_at": at if served else None})


def with_people(conversation: Conversation) -> bool:
    """Whether people have it or had it: no bot ends it alone any more."""
    standing = conversation.bots
    return (
        conversation.assignee_id is not None
        or conversation.answers.first_at is not None
        or (standing is not None and standing.people_since is not None)
        or waits(conversation)
    )


def after_reopening(conversation: Conversation) -> Answers:
    """With one more opening."""
    reopened = conversation.answers.reopened + 1
    return conversation.answers.model_copy(update={"reopened": reopened})
