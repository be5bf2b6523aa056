"""Segments: kinds of contacts, such as VIP or company. By hand, or by a rule."""

from pydantic import ConfigDict, Field

from shared.model.base import Strict
from shared.model.policy import Policy, PolicySpec


class SegmentRule(Strict):
    """Which contacts are in it by themselves: those of whom everything given here is so."""

    labels: tuple[str, ...] = Field(default=(), max_length=20)
    """Has all of these."""
    attributes: dict[str, str] = Field(default_factory=dict, max_length=20)
    """Is said to be exactly so, whatever the case of letters; ``*``: is said at all."""
    language: str | None = Field(default=None, max_length=35)

    def is_empty(self) -> bool:
        """Whether it would take in everybody."""
        return not (self.labels or self.attributes or self.language)


class SegmentSpec(PolicySpec):
    """What an admin says of a segment."""

    names: dict[str, str] = Field(default_factory=dict)
    """By language, where it is called otherwise there."""
    rule: SegmentRule | None = None


class Segment(SegmentSpec, Policy):
    """A segment."""

    model_config = ConfigDict(frozen=True, extra="allow")
