"""Who may have a conversation: by team, line, skills, language and channel type. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from router.assigner.cases import Need, primary
from shared.model.people import Agent
from shared.model.queueing import Duties, Queueing
from shared.policies.queueing import capacity_of


@dataclass(frozen=True, slots=True)
class Worker:
    """Somebody who answers, with what they can and do."""

    id: str
    name: str
    team_ids: frozenset[str]
    duties: Duties
    languages: frozenset[str]
    capacity: int


@dataclass(frozen=True, slots=True)
class Helpers:
    """Who helps out at the moment because others have to wait too long."""

    teams: Mapping[str, str] = field(default_factory=dict)
    """By team, the one that helps it out."""
    lines: Mapping[str, str] = field(default_factory=dict)
    """By line, the one that helps it out."""


NOBODY_HELPS: Final = Helpers()


def worker_of(agent: Agent, queueing: Queueing) -> Worker:
    """An agent as the assigner sees them."""
    return Worker(
        id=agent.id,
        name=agent.name,
        team_ids=frozenset(agent.team_ids),
        duties=agent.duties,
        languages=frozenset(primary(language) for language in agent.duties.languages),
        capacity=capacity_of(queueing, agent.duties),
    )


def share_of(
    worker: Worker,
    team_id: str | None,
    line: str | None,
    helpers: Helpers,
) -> float:
    """Which share of the worker's work the queue of a team's line is; 0: none."""
    on_line = _share_on(worker, line, helpers)
    if team_id is None or on_line == 0.0:
        return on_line
    if team_id in worker.team_ids:
        return on_line * worker.duties.teams.get(team_id, 1.0)
    helper = helpers.teams.get(team_id)
    if helper is not None and helper in worker.team_ids:
        return on_line * worker.duties.teams.get(helper, 1.0)
    return 0.0


def _share_on(worker: Worker, line: str | None, helpers: Helpers) -> float:
    served = worker.duties.lines
    if line is None or not served:
        return 1.0
    helper = helpers.lines.get(line, "")
    return served.get(line, served.get(helper, 0.0))


def match(worker: Worker, need: Need, helpers: Helpers) -> float:
    """The worker's share in work of this kind; 0: they may not have it."""
    duties = worker.duties
    if not duties.accepts:
        return 0.0
    if any(duties.skills.get(key, 0) < level for key, level in need.skills):
        return 0.0
    if need.language is not None and worker.languages and need.language not in worker.languages:
        return 0.0
    if duties.channel_types and need.channel_type not in duties.channel_types:
        return 0.0
    return share_of(worker, need.team_id, need.line, helpers)
