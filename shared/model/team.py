"""Teams: who answers what together."""

from pydantic import ConfigDict, Field

from shared.model.policy import Policy, PolicySpec


class TeamSpec(PolicySpec):
    """What an admin says of a team. Who belongs to it stands with the agents."""

    names: dict[str, str] = Field(default_factory=dict)
    """By language, where it is called otherwise there."""
    overflow_wait_s: float | None = Field(default=None, gt=0)
    """Above this expected wait, ``overflow_team_id`` answers the team's conversations too."""
    overflow_team_id: str | None = Field(default=None, max_length=100)


class Team(TeamSpec, Policy):
    """A team."""

    model_config = ConfigDict(frozen=True, extra="allow")
