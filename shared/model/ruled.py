"""What rules, scores and schedules remember of one conversation."""

from pydantic import Field

from shared.model.base import Model, Utc


class Ruled(Model):
    """Kept with the conversation; nothing of it is for people."""

    fired: int = 0
    """Rules that fired since ``counted_from``."""
    counted_from: Utc | None = None
    resting_until: Utc | None = None
    """Too many rules fired: none does before then."""
    timed: dict[str, Utc] = Field(default_factory=dict)
    """For which time (its beginning) each time rule has fired."""
    wakes_at: Utc | None = None
    """When the one timer of all time rules fires."""
    score: int | None = None
    """By the priority score's document."""
    heard: tuple[str, ...] = ()
    """Weights of the score that a message's words have given."""
    pinned: bool = False
    """Somebody set the priority: the score leaves it."""
    recalled: tuple[str, ...] = ()
    """Scheduled messages that are taken back when the customer writes."""
