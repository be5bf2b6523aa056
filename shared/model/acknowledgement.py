"""Automatic acknowledgements: what the hub answers at once, and when."""

from enum import StrEnum

from pydantic import ConfigDict, Field

from shared.model.matching import Match
from shared.model.policy import Policy, PolicySpec

PLACEHOLDERS = frozenset({"time", "name", "number"})
"""``{time}``: by when somebody answers; ``{name}``: what the customer is called; ``{number}``: of
the case."""
QUEUE_PLACEHOLDERS = frozenset({"place", "wait", "name", "number"})
"""``{place}``: where the customer stands in the queue; ``{wait}``: how long it takes, as people say
it."""


class When(StrEnum):
    """By the calendar of the acknowledgement."""

    ALWAYS = "always"
    OPEN = "open"
    CLOSED = "closed"


class AcknowledgementSpec(PolicySpec):
    """What an admin says of an acknowledgement. Of all that fit, the first goes, once per case."""

    enabled: bool = False
    match: Match = Match()
    when: When = When.ALWAYS
    calendar_id: str | None = Field(default=None, max_length=100)
    """Whose hours ``when`` means; and where no deadline says by when somebody answers, its next
    opening is named."""
    texts: dict[str, str] = Field(min_length=1, max_length=50)
    """By language (``ru``, ``en``), with ``{time}``, ``{name}`` and ``{number}``."""
    queue_texts: dict[str, str] = Field(default_factory=dict, max_length=50)
    """Added while the case waits in a queue, by language, with ``{place}``, ``{wait}``, ``{name}``
    and ``{number}``; none: nothing is said of the queue."""
    queue_wait_s: float = Field(default=0, ge=0)
    """Only where the expected wait is longer than that, or not known."""
    default_language: str = Field(default="en", max_length=35)
    """For customers whose language has no text."""
    time_zone: str | None = Field(default=None, max_length=64)
    """In which the time is named where the customer's is not known; None: the calendar's."""
    wait_s: int = Field(default=0, ge=0, le=24 * 3600)
    """So long somebody may answer first, and nothing is sent then."""
    live_wait_s: int = Field(default=30, ge=0, le=24 * 3600)
    """The same while the customer is there in live chat."""
    in_groups: bool = False
    """Also in chats of many people."""


class Acknowledgement(AcknowledgementSpec, Policy):
    """An automatic acknowledgement."""

    model_config = ConfigDict(frozen=True, extra="allow")
