"""Whose turn it is: a bot is silent where people answer, or another bot. Pure."""

from router.commands.done import Refused
from shared.model.conversation import Conversation
from shared.model.people import Actor, ActorKind


def require_turn(conversation: Conversation, actor: Actor) -> None:
    """Raises ``Refused`` for a bot that is to be silent."""
    if actor.kind is not ActorKind.BOT:
        return
    if conversation.assignee_id is not None:
        raise Refused("a person holds this conversation")
    if conversation.bots is not None and conversation.bots.people_since is not None:
        raise Refused("this conversation was handed to people")
    if conversation.bot_id not in (None, actor.id):
        raise Refused("another bot holds this conversation")
