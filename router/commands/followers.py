"""Who follows a conversation beside whoever holds it."""

from collections.abc import Iterable, Sequence
from typing import Final

from router import timeline
from router.commands.done import Done, Refused, with_conversation
from router.work import Work
from shared.commands import Follow, Unfollow
from shared.ids import AgentId
from shared.model.conversation import Conversation
from shared.model.people import Actor, ActorKind

MOST: Final = 100
"""Of one conversation."""


async def follow(work: Work, conversation: Conversation, command: Follow) -> Done:
    """The actor follows it from now on."""
    agent_id = _agent(command.actor)
    if agent_id in conversation.followers:
        return with_conversation(conversation, changed=False)
    if len(conversation.followers) >= MOST:
        raise Refused(f"{MOST} agents follow this conversation already")
    followers = {"followers": together(conversation.followers, (agent_id,))}
    return with_conversation(
        timeline.change(work, conversation, "follow", followers, command.actor)
    )


async def unfollow(work: Work, conversation: Conversation, command: Unfollow) -> Done:
    """The actor does not follow it any more."""
    agent_id = _agent(command.actor)
    if agent_id not in conversation.followers:
        return with_conversation(conversation, changed=False)
    left = {"followers": tuple(one for one in conversation.followers if one != agent_id)}
    return with_conversation(timeline.change(work, conversation, "unfollow", left, command.actor))


def together(followers: Sequence[AgentId], more: Iterable[AgentId]) -> tuple[AgentId, ...]:
    """Those and these, each once, as many as may be. Pure."""
    return tuple(dict.fromkeys((*followers, *more)))[:MOST]


def _agent(actor: Actor) -> AgentId:
    if actor.kind is not ActorKind.AGENT or actor.id is None:
        raise Refused("only agents follow conversations", code=422, field="actor")
    return AgentId(actor.id)
