"""Conditions of rules, topics and scores: a closed set, each told apart by its ``type``."""

from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, field_validator

from shared.model.base import Strict
from shared.model.content import AttachmentKind
from shared.model.conversation import Priority, Status

Name = Annotated[str, Field(min_length=1, max_length=200)]
_Names = Annotated[tuple[Name, ...], Field(min_length=1, max_length=200)]


class TopicIs(Strict):
    """It is about one of these topics, or (``below``) about one that stands below them."""

    type: Literal["topic"] = "topic"
    topics: _Names
    below: bool = True


class ChannelIs(Strict):
    """It came by one of these channels."""

    type: Literal["channel"] = "channel"
    channel_ids: _Names


class ChannelTypeIs(Strict):
    """It came by a channel of one of these types."""

    type: Literal["channel_type"] = "channel_type"
    channel_types: _Names


class LanguageIs(Strict):
    """The customer writes in one of these languages; ``en`` stands for ``en-GB`` too."""

    type: Literal["language"] = "language"
    languages: _Names


class SegmentIs(Strict):
    """The contact belongs to one of these segments."""

    type: Literal["segment"] = "segment"
    segments: _Names


class LabelIs(Strict):
    """The conversation has one (``all``: each) of these labels."""

    type: Literal["label"] = "label"
    labels: _Names
    all: bool = False


class PriorityIs(Strict):
    """Its priority is one of these."""

    type: Literal["priority"] = "priority"
    priorities: Annotated[tuple[Priority, ...], Field(min_length=1, max_length=4)]


class StatusIs(Strict):
    """It stands in one of these states."""

    type: Literal["status"] = "status"
    statuses: Annotated[tuple[Status, ...], Field(min_length=1, max_length=4)]


class HasWords(Strict):
    """The message has one (``all``: each) of these words in whatever form. Several words in one
    entry must all be there."""

    type: Literal["words"] = "words"
    words: _Names
    all: bool = False


class HasAttachment(Strict):
    """The message brings a file of one of these kinds; none named: any."""

    type: Literal["attachment"] = "attachment"
    kinds: Annotated[tuple[AttachmentKind, ...], Field(max_length=20)] = ()


class FieldIs(Strict):
    """A custom field has one of these values; none named: it has any value."""

    type: Literal["field"] = "field"
    name: Name
    values: Annotated[tuple[str, ...], Field(max_length=200)] = ()


class ContactIs(Strict):
    """It is certain who the contact is, or it is not."""

    type: Literal["verified"] = "verified"
    verified: bool


class EntryIs(Strict):
    """The customer came by this way. Each part that is named must fit; ``refs`` fit as a whole or,
    with a star at the end, by their beginning; ``urls`` are pieces of the page's address."""

    type: Literal["entry"] = "entry"
    kinds: Annotated[
        tuple[Literal["deep_link", "ad", "page", "other"], ...], Field(max_length=4)
    ] = ()
    refs: Annotated[tuple[Name, ...], Field(max_length=200)] = ()
    urls: Annotated[tuple[Name, ...], Field(max_length=200)] = ()


class AssigneeIs(Strict):
    """One of these agents holds it; none named: anybody (``anybody`` false: nobody)."""

    type: Literal["assignee"] = "assignee"
    agent_ids: Annotated[tuple[Name, ...], Field(max_length=200)] = ()
    anybody: bool = True


class TeamIs(Strict):
    """One of these teams has it."""

    type: Literal["team"] = "team"
    team_ids: _Names


class LineIs(Strict):
    """It is with one of these lines."""

    type: Literal["line"] = "line"
    lines: _Names


class HourIs(Strict):
    """The time of day lies between two hours (past midnight where the second is less), on these
    days of the week, 0 being Monday; outside of that with ``within`` false."""

    type: Literal["hour"] = "hour"
    zone: str = Field(default="UTC", max_length=60)
    days: Annotated[tuple[Annotated[int, Field(ge=0, le=6)], ...], Field(max_length=7)] = ()
    from_hour: int = Field(default=0, ge=0, le=23)
    to_hour: int = Field(default=24, ge=0, le=24)
    within: bool = True

    @field_validator("zone")
    @classmethod
    def _known(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError("there is no such time zone") from None
        return value


class WorkingHours(Strict):
    """A calendar says that it is working time, or (``within`` false) that it is not."""

    type: Literal["calendar"] = "calendar"
    calendar_id: Name
    within: bool = True


class PeakIs(Strict):
    """The hub is in peak mode, or it is not."""

    type: Literal["peak"] = "peak"
    on: bool = True


class Not(Strict):
    """The condition does not hold."""

    type: Literal["not"] = "not"
    condition: "Condition"


class AnyOf(Strict):
    """At least one of the conditions holds."""

    type: Literal["any"] = "any"
    conditions: Annotated[tuple["Condition", ...], Field(min_length=1, max_length=20)]


Condition = Annotated[
    TopicIs
    | ChannelIs
    | ChannelTypeIs
    | LanguageIs
    | SegmentIs
    | LabelIs
    | PriorityIs
    | StatusIs
    | HasWords
    | HasAttachment
    | FieldIs
    | ContactIs
    | EntryIs
    | AssigneeIs
    | TeamIs
    | LineIs
    | HourIs
    | WorkingHours
    | PeakIs
    | Not
    | AnyOf,
    Field(discriminator="type"),
]
Not.model_rebuild()
AnyOf.model_rebuild()

Conditions = Annotated[tuple[Condition, ...], Field(max_length=20)]
"""All of them must hold."""
