"""Commands about what is known of a case beside its messages."""

from typing import ClassVar

from pydantic import Field

from shared.commands.base import Command


class SetFields(Command):
    """Set fields of the conversation; an empty value takes the field away."""

    kind: ClassVar[str] = "command.fields"

    fields: dict[str, str] = Field(min_length=1, max_length=100)
