"""Custom fields: what is kept of a case beside its messages."""

from enum import StrEnum
from typing import Annotated, Final

from pydantic import ConfigDict, Field

from shared.model.action import FieldName
from shared.model.policy import Policy, PolicySpec

MOST_FIELDS: Final = 100
"""Of one conversation."""
LONGEST_NAME: Final = 100
LONGEST_VALUE: Final = 2000


class FieldKind(StrEnum):
    """What a field holds; all of them are kept as text."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    """``2026-01-31``."""
    CHOICE = "choice"
    YES_NO = "yes_no"
    """``yes`` or ``no``."""
    URL = "url"


class FieldSpec(PolicySpec):
    """What an admin says of a field."""

    key: FieldName
    """What it is called in conversations, conditions and variables."""
    names: dict[str, str] = Field(default_factory=dict)
    kind: FieldKind = FieldKind.TEXT
    options: Annotated[
        tuple[Annotated[str, Field(min_length=1, max_length=200)], ...], Field(max_length=200)
    ] = ()
    """Of a choice."""
    required_for: Annotated[tuple[str, ...], Field(max_length=200)] = ()
    """Topics whose conversations are not escalated without it; topics below them too."""
    personal: bool = False
    """As a variable it is shown only where it is certain who the contact is."""


class FieldDefinition(FieldSpec, Policy):
    """A field."""

    model_config = ConfigDict(frozen=True, extra="allow")
