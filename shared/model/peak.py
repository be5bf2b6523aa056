"""Peak mode: far more customers write than at this hour in the weeks before."""

from pydantic import ConfigDict, Field

from shared.ids import Partition
from shared.model.base import Utc
from shared.model.policy import Policy, PolicySpec
from shared.ports.store import Document


class PeakSpec(PolicySpec):
    """When it is a peak. The first enabled document counts."""

    enabled: bool = True
    factor: float = Field(default=2.0, ge=1.1, le=100)
    """So many times the mean of this hour of the day in the four weeks before."""
    least: int = Field(default=20, ge=1, le=1_000_000)
    """With fewer messages in the hour it is none, whatever the mean."""


class Peak(PeakSpec, Policy):
    """What an admin has decided of it."""

    model_config = ConfigDict(frozen=True, extra="allow")


class PeakState(Policy):
    """Whether it is a peak now: written by the hub, in the book so that whoever decides knows."""

    on: bool = False
    since: Utc | None = None
    messages: int = 0
    """In the hour in which it was last looked at."""
    mean: float | None = None
    """Of the four weeks before; None while there is nothing to compare with."""
    hour: Utc | None = None


class HourCount(Document):
    """Customers' messages of one hour in one partition; ``id`` is ``"<hour>/<partition>"``."""

    hour: Utc
    partition: Partition
    messages: int = 0
