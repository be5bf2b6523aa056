"""SLA policies: how soon customers are to be answered."""

from pydantic import ConfigDict, Field

from shared.model.deadlines import Target
from shared.model.matching import Match
from shared.model.policy import Policy, PolicySpec

LONGEST_S = 366 * 24 * 3600


class SlaPolicySpec(PolicySpec):
    """What an admin says of an SLA policy. Of all that fit, the stricter counts for each target."""

    enabled: bool = True
    match: Match = Match()
    first_reply_s: int | None = Field(default=None, gt=0, le=LONGEST_S)
    """From the customer's first message that nobody has answered."""
    next_reply_s: int | None = Field(default=None, gt=0, le=LONGEST_S)
    """The same in a case that was answered before."""
    resolution_s: int | None = Field(default=None, gt=0, le=LONGEST_S)
    """From the beginning of the case, or from when it was opened again."""
    calendar_id: str | None = Field(default=None, max_length=100)
    """Only its open hours count; None: every hour does."""
    warn_at: tuple[int, ...] = Field(default=(50, 80), max_length=10)
    """Percents of the time at which somebody is warned."""

    def within_s(self, target: Target) -> int | None:
        """How long the target may take."""
        if target is Target.FIRST_REPLY:
            return self.first_reply_s
        return self.next_reply_s if target is Target.NEXT_REPLY else self.resolution_s


class SlaPolicy(SlaPolicySpec, Policy):
    """An SLA policy."""

    model_config = ConfigDict(frozen=True, extra="allow")
