"""The priority score: points for what is known of a conversation, and the levels they reach."""

from typing import Annotated

from pydantic import ConfigDict, Field

from shared.model.base import Strict
from shared.model.condition import Conditions
from shared.model.policy import Policy, PolicySpec


class Weight(Strict):
    """Points that a conversation gets while the conditions hold."""

    name: str = Field(min_length=1, max_length=60)
    conditions: Annotated[Conditions, Field(min_length=1)]
    points: int = Field(ge=-1000, le=1000)


class PriorityScoreSpec(PolicySpec):
    """What an admin says of the score. The first enabled document counts."""

    enabled: bool = True
    weights: Annotated[tuple[Weight, ...], Field(max_length=100)] = ()
    points_per_hour: int = Field(default=0, ge=0, le=1000)
    """For each full hour that the customer waits."""
    most_for_waiting: int = Field(default=100, ge=0, le=10_000)
    normal_from: int = 0
    high_from: int = 50
    urgent_from: int = 100
    """Below ``normal_from`` it is low."""


class PriorityScore(PriorityScoreSpec, Policy):
    """A score."""

    model_config = ConfigDict(frozen=True, extra="allow")
