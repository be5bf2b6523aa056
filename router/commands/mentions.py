"""Whom a note names: colleagues and teams that are there."""

from collections.abc import Iterable, Sequence

from router.commands.done import Refused
from router.commands.followers import together
from router.work import Work
from shared.collections import AGENTS, TEAMS
from shared.delivery.measure import measure
from shared.ids import AgentId
from shared.model.content import Mention
from shared.model.conversation import Conversation


async def known(work: Work, mentions: Sequence[Mention], text: str) -> tuple[Mention, ...]:
    """The mentions with the present names, each of a place once. Raises ``Refused`` naming the one
    that means nobody who could be told."""
    found: dict[tuple[object, ...], Mention] = {}
    for index, mention in enumerate(mentions):
        named = await _named(work, mention, f"mentions.{index}", measure(text, "utf16"))
        found.setdefault((*named.who, named.start), named)
    return tuple(found.values())


def followed(conversation: Conversation, mentions: Iterable[Mention]) -> tuple[AgentId, ...]:
    """Who follows the conversation then: whoever is named, but not all of a team. Pure."""
    named = (one.agent_id for one in mentions if one.agent_id is not None)
    return together(conversation.followers, named)


async def _named(work: Work, mention: Mention, field: str, end: int) -> Mention:
    if (mention.agent_id is None) is (mention.team_id is None):
        raise Refused("name an agent or a team", code=422, field=field)
    if (mention.start is None) is not (mention.length is None):
        raise Refused("start and length go together", code=422, field=field)
    if (mention.start or 0) + (mention.length or 0) > end:
        raise Refused("ends behind the text", code=422, field=field)
    if mention.team_id is not None:
        team = work.policy.book.get(TEAMS, mention.team_id)
        if team is None:
            raise Refused("there is no such team", code=422, field=f"{field}.team_id")
        return mention.model_copy(update={"name": team.name})
    agent = await work.unit.get(AGENTS, mention.agent_id or "")
    if agent is None:
        raise Refused("there is no such agent", code=422, field=f"{field}.agent_id")
    if not agent.active:
        reason = f"{agent.name} does not work here any more"
        raise Refused(reason, code=422, field=f"{field}.agent_id")
    return mention.model_copy(update={"name": agent.name})
